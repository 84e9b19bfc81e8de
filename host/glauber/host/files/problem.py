"""A problem as read from a file."""

from dataclasses import dataclass
from typing import Literal

import dimod
import numpy as np

from ..errors import OptionError, ProblemTooLargeError

__all__ = ["VERTICES_MAX", "Kind", "Problem", "check_kind", "check_size", "make_bqm"]

Kind = Literal["maxcut", "ising", "qubo", "bqm"]

# What 24 address bits reach, the most that a machine with couplings of 8 bits has.
VERTICES_MAX = 1 << 24


@dataclass(frozen=True)
class Problem:
    """A problem in the units and the sign of its file.

    kind
        "maxcut": maximise the weight between the two sides, `(total_weight - E) / 2`, where `E` is
        the energy of `bqm`; "ising", "qubo": minimise the energy of `bqm`; "bqm": likewise, with
        the variables and the type that the file gives.
    bqm
        Variables are the numbers from 0 on, also those that no coupling touches; for "bqm", the
        labels of the file.
    total_weight
        The sum of all weights, for "maxcut"; otherwise None.
    name
        The name of the file.
    """

    kind: Kind
    bqm: dimod.BinaryQuadraticModel
    total_weight: float | None
    name: str


def check_kind(name: str, format_name: str, as_kind: Kind | None, legal: tuple[Kind, ...]) -> Kind:
    """What to read a file as: `as_kind`, or the first of `legal`. Raises `OptionError`."""
    kind = legal[0] if as_kind is None else as_kind
    if kind not in legal:
        raise OptionError(
            f"{name} is {format_name}, which cannot be read as {kind!r}; "
            f"use {' or '.join(map(repr, legal))}, or leave the choice out"
        )
    return kind


def check_size(name: str, count: int) -> None:
    """Raise `ProblemTooLargeError` for more variables than any machine has."""
    if count > VERTICES_MAX:
        raise ProblemTooLargeError(
            f"{name} announces {count} variables, the largest problem has {VERTICES_MAX}; "
            "split it, or correct the number"
        )


def make_bqm(
    linear: np.ndarray, i: np.ndarray, j: np.ndarray, quadratic: np.ndarray, vartype: dimod.Vartype
) -> dimod.BinaryQuadraticModel:
    """A model of the variables 0 to n-1; couplings of the same pair add up."""
    return dimod.BinaryQuadraticModel.from_numpy_vectors(linear, (i, j, quadratic), 0.0, vartype)
