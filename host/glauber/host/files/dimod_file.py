"""Files of dimod: `to_file` of its models, and `to_serializable` as JSON."""

import io
import json
from collections.abc import Callable

import dimod

from ..errors import CouplingValueError, FileFormatError, InputError
from ..problems.constrained import from_constrained
from ..problems.problem import Kind, Problem, check_bqm, check_kind
from .dimod_arrays import BQM_MAGIC, from_bytes, from_json

__all__ = ["MAGIC", "read_dimod", "read_json"]

MAGIC = b"DIMOD"
ARCHIVES = {
    b"DIMODCQM": dimod.ConstrainedQuadraticModel,
    b"DIMODDQM": dimod.DiscreteQuadraticModel,
}
REMEDY = "write it again with `model.to_file()` or `json.dumps(bqm.to_serializable())`"


def read_dimod(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """A binary quadratic, constrained or discrete model in dimod's binary format.

    Raises also as `problems.from_constrained`.
    """
    magic = data[: len(BQM_MAGIC)]
    if magic == BQM_MAGIC:
        check_kind(path, "a dimod file", as_kind, ("bqm",))
        return _problem(path, name, lambda: from_bytes(path, data))
    if magic not in ARCHIVES:
        raise FileFormatError(
            f"{path} begins with {magic!r}, expected {BQM_MAGIC!r}, or `CQM` or `DQM` for its last "
            "letters; convert the model with dimod"
        )
    kind = check_kind(path, "a dimod file", as_kind, ("constrained",))
    try:
        model = ARCHIVES[magic].from_file(io.BytesIO(data))
    except Exception as error:  # whatever dimod meets in a damaged file
        raise _damaged(path, error) from error
    return from_constrained(model, as_kind=kind, name=name)


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
    return _problem(path, name, lambda: from_json(content))


def _problem(path: str, name: str, read: Callable[[], dimod.BinaryQuadraticModel]) -> Problem:
    """The problem, if what is read has variables and all its numbers are finite."""
    try:
        bqm = read()
    except InputError:
        raise
    except Exception as error:  # whatever NumPy and dimod meet in a damaged file
        raise _damaged(path, error) from error
    try:
        check_bqm(path, bqm)
    except CouplingValueError:
        raise
    except InputError as error:
        raise FileFormatError(f"{error}; {REMEDY}") from error
    return Problem("bqm", bqm, None, name)


def _damaged(path: str, error: Exception) -> FileFormatError:
    text = str(error) if isinstance(error, ValueError) else repr(error)
    return FileFormatError(f"{path} is a damaged dimod file ({text}); {REMEDY}")
