"""Files of dimod: `BinaryQuadraticModel.to_file`, and `to_serializable` as JSON."""

import io
import json

import dimod
import numpy as np

from ..errors import CouplingValueError, FileFormatError
from .problem import Kind, Problem, check_kind, check_size

__all__ = ["MAGIC", "read_dimod", "read_json"]

MAGIC = b"DIMOD"
BQM_MAGIC = b"DIMODBQM"
REMEDY = "write it again with `bqm.to_file()` or `json.dumps(bqm.to_serializable())`"


def read_dimod(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """A model in dimod's binary format."""
    check_kind(path, "a dimod file", as_kind, ("bqm",))
    if not data.startswith(BQM_MAGIC):
        raise FileFormatError(
            f"{path} begins with {data[:8]!r}, expected {BQM_MAGIC!r}: only binary quadratic "
            "models can be solved; convert it with dimod"
        )
    try:
        bqm = dimod.BinaryQuadraticModel.from_file(io.BytesIO(data))
    except Exception as error:  # whatever dimod meets in a damaged file
        raise FileFormatError(f"{path} is a damaged dimod file ({error}); {REMEDY}") from error
    return _checked(path, name, bqm)


def read_json(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """A model that dimod wrote as JSON."""
    check_kind(path, "a JSON file", as_kind, ("bqm",))
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"{path}, line {error.lineno}: {error.msg}, expected JSON; {REMEDY}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{path} cannot be read as JSON ({error}); {REMEDY}") from error
    kind = content.get("type") if isinstance(content, dict) else None
    if kind != "BinaryQuadraticModel":
        raise FileFormatError(
            f"{path} is JSON of the type {kind!r}, expected 'BinaryQuadraticModel'; {REMEDY}"
        )
    try:
        bqm = dimod.BinaryQuadraticModel.from_serializable(content)
    except Exception as error:  # whatever dimod meets in a damaged file
        raise FileFormatError(f"{path} is a damaged dimod file ({error!r}); {REMEDY}") from error
    return _checked(path, name, bqm)


def _checked(path: str, name: str, bqm: dimod.BinaryQuadraticModel) -> Problem:
    """The problem, if it has variables and all its numbers are finite."""
    if not bqm.num_variables:
        raise FileFormatError(f"{path} has no variables; {REMEDY}")
    check_size(path, bqm.num_variables)
    labels = list(bqm.variables)
    vectors = bqm.to_numpy_vectors(variable_order=labels)
    linear, quadratic = vectors.linear_biases, vectors.quadratic
    if len(bad := np.flatnonzero(~np.isfinite(linear))):
        first = int(bad[0])
        where, value = f"the bias of {labels[first]!r}", linear[first]
    elif len(bad := np.flatnonzero(~np.isfinite(quadratic.biases))):
        first = int(bad[0])
        i, j = int(quadratic.row_indices[first]), int(quadratic.col_indices[first])
        where = f"the coupling of {labels[i]!r} and {labels[j]!r}"
        value = quadratic.biases[first]
    elif not np.isfinite(float(bqm.offset)):
        where, value = "the offset", bqm.offset
    else:
        return Problem("bqm", bqm, None, name)
    raise CouplingValueError(f"{path}: {where} is {value}; give a finite number")
