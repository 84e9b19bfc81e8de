"""Clamped variables: the values that a user gives, as an array."""

from collections.abc import Hashable, Mapping
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from .compile import IsingProblem
from .errors import OptionError

__all__ = ["read_clamped"]

Spins = NDArray[np.int8]


def read_clamped(
    clamped: Mapping[Hashable, Any] | None, vartype: dimod.Vartype, problem: IsingProblem
) -> Spins:
    """Clamped values as +-1, shape (1 or reads, n), 0 for what is free.

    clamped : for each variable a value of `vartype`, or a sequence of them, one for each read

    Raises `OptionError`.
    """
    if clamped is None:
        return np.zeros((1, problem.size), np.int8)
    if not isinstance(clamped, Mapping):
        raise OptionError(f"clamped is {clamped!r}; give a mapping from variables to values")
    index = {variable: number for number, variable in enumerate(problem.variables)}
    columns: dict[int, Spins] = {}
    for variable, value in clamped.items():
        if variable not in index:
            raise OptionError(f"clamped has {variable!r}, which is no variable of the problem")
        columns[index[variable]] = _values(variable, value, vartype)
    if columns and len(columns) == problem.size:
        raise OptionError(
            "all variables are clamped, so there is nothing to sample; leave one free, or compute "
            "the energy with bqm.energy"
        )
    lengths = sorted({len(values) for values in columns.values()} - {1})
    if len(lengths) > 1:
        raise OptionError(
            f"clamped has sequences of {lengths[0]} and of {lengths[1]} values; give a single "
            "value, or one for each read"
        )
    spins = np.zeros((lengths[0] if lengths else 1, problem.size), np.int8)
    for column, values in columns.items():
        spins[:, column] = values
    return spins


def _values(variable: Hashable, value: Any, vartype: dimod.Vartype) -> Spins:
    """+-1, shape (1,) or (reads,)."""
    low, high = (-1, 1) if vartype is dimod.SPIN else (0, 1)
    try:
        values = np.atleast_1d(np.asarray(value, np.float64))
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.ndim != 1 or not len(values) or not np.isin(values, (low, high)).all():
        raise OptionError(
            f"variable {variable!r} is clamped to {value!r}; give {low} or {high}, or a sequence "
            "of these, one for each read"
        )
    return np.where(values == high, 1, -1).astype(np.int8)
