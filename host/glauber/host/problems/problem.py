"""A problem in the units and the sign of its source."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import dimod
import numpy as np

from ..errors import CouplingValueError, InputError, OptionError, ProblemTooLargeError

if TYPE_CHECKING:
    from .constrained import Constrained

__all__ = ["VERTICES_MAX", "Kind", "Problem", "check_bqm", "check_kind", "check_size", "make_bqm"]

Kind = Literal["maxcut", "ising", "qubo", "bqm", "constrained"]

# What 24 address bits reach, the most that a machine with couplings of 8 bits has.
VERTICES_MAX = 1 << 24


@dataclass(frozen=True)
class Problem:
    """A problem in the units and the sign of its source.

    kind
        "maxcut": maximise the weight between the two sides, `(total_weight - E) / 2`, where `E` is
        the energy of `bqm`; "ising", "qubo": minimise the energy of `bqm`; "bqm": likewise, with
        the variables and the type that the source gives; "constrained": likewise, and read the
        solution by `solutions`.
    bqm
        Variables are the numbers from 0 on, also those that no coupling touches; for a graph, for a
        dictionary and for "bqm", the labels of the source; for "constrained" see `Constrained`.
    total_weight
        The sum of all weights, for "maxcut"; otherwise None.
    name
        The name of the file, or what the source is.
    constrained
        The model with its constraints, for "constrained"; otherwise None.
    """

    kind: Kind
    bqm: dimod.BinaryQuadraticModel
    total_weight: float | None
    name: str
    constrained: "Constrained | None" = None

    def solutions(self, sampleset: dimod.SampleSet) -> dimod.SampleSet:
        """Samples of `bqm` in the terms of the source.

        For "maxcut" with a further column `cut`; for "constrained" see `Constrained.solutions`;
        otherwise as they are.
        """
        if self.constrained is not None:
            return self.constrained.solutions(sampleset)
        if self.total_weight is None:
            return sampleset
        cut = (self.total_weight - sampleset.record.energy) / 2
        return dimod.append_data_vectors(sampleset, cut=cut.tolist())


def check_kind(name: str, format_name: str, as_kind: Kind | None, legal: tuple[Kind, ...]) -> Kind:
    """What to take a source as: `as_kind`, or the first of `legal`. Raises `OptionError`."""
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


def check_bqm(name: str, bqm: dimod.BinaryQuadraticModel) -> None:
    """Raise `InputError` for a model without variables or that is too large.

    Raises `CouplingValueError` if one of its numbers is not finite.
    """
    if not bqm.num_variables:
        raise InputError(f"{name} has no variables; a problem needs at least one")
    check_size(name, bqm.num_variables)
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
        return
    raise CouplingValueError(f"{name}: {where} is {value}; give a finite number")
