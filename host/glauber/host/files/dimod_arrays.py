"""The arrays of a binary quadratic model as dimod stores them, checked.

dimod trusts what a file says of such a model, and a damaged one can end the process. So the arrays
are checked here before a model is made of them.
"""

import io
from collections.abc import Sequence
from typing import Any

import dimod
import numpy as np
from dimod.serialization.fileview import VariablesSection, read_header
from dimod.variables import iter_deserialize_variables

from ..problems.problem import check_size

__all__ = ["BQM_MAGIC", "from_bytes", "from_json"]

BQM_MAGIC = b"DIMODBQM"
INTEGERS, FLOATS = ("int8", "int16", "int32", "int64"), ("float32", "float64")


def from_bytes(path: str, data: bytes) -> dimod.BinaryQuadraticModel:
    """A model in dimod's format 1 or 2: biases, then of each variable the neighbours, in order.

    Raises `ValueError` for what is no such model, `ProblemTooLargeError`, and whatever else a
    damaged header leads to.
    """
    file = io.BytesIO(data)
    header, version = read_header(file, BQM_MAGIC)
    if version >= (3, 0):
        raise ValueError(f"its format is {version[0]}.{version[1]}, and not before 3.0")
    size, edges = header["shape"]
    for count in (size, edges):
        if type(count) is not int or count < 0:
            raise ValueError(f"its shape is {header['shape']}")
    check_size(path, size)
    bias = _dtype(header, "dtype", FLOATS)
    offset = _take(file, 1, bias)[0]
    nodes = _take(
        file, size, np.dtype([("start", _dtype(header, "ntype", INTEGERS)), ("bias", bias)])
    )
    ends = _take(
        file, 2 * edges, np.dtype([("other", _dtype(header, "itype", INTEGERS)), ("bias", bias)])
    )
    labels: Any = header["variables"]
    if labels and version >= (2, 0):
        labels = VariablesSection.load(file)
    elif labels:
        labels = iter_deserialize_variables(labels)
    labels = list(labels) if labels else range(size)
    quadratic = _interactions(nodes["start"].astype(np.int64), ends)
    return _make(nodes["bias"], quadratic, offset, header["vartype"], labels)


def from_json(content: dict[str, Any]) -> dimod.BinaryQuadraticModel:
    """A model as `to_serializable` gives it. Raises as `from_bytes`."""
    if content["use_bytes"]:
        raise ValueError("its arrays are bytes, which JSON has not")
    quadratic = (
        _integers(content["quadratic_head"]),
        _integers(content["quadratic_tail"]),
        np.array(content["quadratic_biases"], np.float64),
    )
    labels = [tuple(v) if isinstance(v, list) else v for v in content["variable_labels"]]
    linear = np.array(content["linear_biases"], np.float64)
    return _make(linear, quadratic, content["offset"], content["variable_type"], labels)


def _interactions(start: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each interaction once, of the neighbours of all variables, which name it twice."""
    size = len(start)
    degrees = np.diff(start, append=len(ends))
    if size and (start[0] != 0 or (degrees < 0).any()):
        raise ValueError("the neighbours of its variables do not follow each other")
    origin, other = np.repeat(np.arange(size), degrees), ends["other"].astype(np.int64)
    _check_range(other, size)
    below = other < origin
    keys = [origin[below] * size + other[below], other[~below] * size + origin[~below]]
    biases = [
        ends["bias"][side][np.argsort(key, kind="stable")]
        for side, key in zip((below, ~below), keys, strict=True)
    ]
    same = np.array_equal(np.sort(keys[0]), np.sort(keys[1]))
    if not same or not np.array_equal(*biases, equal_nan=True):
        raise ValueError("the two ends of an interaction do not agree")
    return origin[below], other[below], ends["bias"][below]


def _make(
    linear: np.ndarray,
    quadratic: tuple[np.ndarray, np.ndarray, np.ndarray],
    offset: Any,
    vartype: Any,
    labels: Sequence[Any],
) -> dimod.BinaryQuadraticModel:
    """A model of these arrays. Raises `ValueError` if they do not fit each other."""
    i, j, biases = quadratic
    size = len(labels)
    if linear.shape != (size,) or not i.shape == j.shape == biases.shape == (i.size,):
        raise ValueError("its arrays have different lengths")
    if len(set(labels)) < size:
        raise ValueError("two of its variables have the same label")
    _check_range(i, size)
    _check_range(j, size)
    if (i == j).any():
        raise ValueError("a variable has an interaction with itself")
    if len(np.unique(np.minimum(i, j) * size + np.maximum(i, j))) < len(i):
        raise ValueError("an interaction is there twice")
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        linear,
        quadratic,
        float(offset),
        dimod.as_vartype(vartype),
        variable_order=list(labels),
        dtype=linear.dtype,
    )


def _check_range(indices: np.ndarray, size: int) -> None:
    bad = indices[(indices < 0) | (indices >= size)]
    if len(bad):
        raise ValueError(f"an interaction is of variable {bad[0]}, of 0 to {size - 1}")


def _dtype(header: dict[str, Any], key: str, legal: tuple[str, ...]) -> np.dtype:
    if header[key] not in legal:
        raise ValueError(f"its {key} is {header[key]!r}, and not {' or '.join(legal)}")
    return np.dtype(header[key]).newbyteorder("<")


def _take(file: io.BytesIO, count: int, dtype: np.dtype) -> np.ndarray:
    """So many elements. Raises `ValueError` if the file ends before."""
    data = file.read(count * dtype.itemsize)
    if len(data) < count * dtype.itemsize:
        raise ValueError(f"it ends after {file.tell()} bytes, in the middle of its numbers")
    return np.frombuffer(data, dtype)


def _integers(values: Any) -> np.ndarray:
    array = np.array(values)
    if array.size and array.dtype.kind != "i":
        raise ValueError("an index is no whole number")
    return array.astype(np.int64)
