"""An Ising problem as arrays, in the machine's sign convention."""

from collections.abc import Hashable
from dataclasses import dataclass

import dimod
import numpy as np
from numpy.typing import NDArray

from ..errors import CouplingValueError, InputError
from ..problems.problem import check_bqm

__all__ = ["IsingProblem"]

# Sizes between these can be summed, squared and divided without leaving floating point.
_SMALLEST, _LARGEST = 1e-100, 1e100

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class IsingProblem:
    """`E = -sum J_ij m_i m_j - sum h_i m_i` over m = +-1; each pair once.

    variables : labels, in the order of the indices
    bias : float64, shape (n,)
    first, second : int64, shape (edges,)
    coupling : float64, shape (edges,); no zeros, unless they were to be kept
    """

    variables: tuple[Hashable, ...]
    bias: Floats
    first: Ints
    second: Ints
    coupling: Floats

    @classmethod
    def from_bqm(
        cls, bqm: dimod.BinaryQuadraticModel, *, keep_zeros: bool = False
    ) -> "IsingProblem":
        """Takes over a model of either vartype; dimod's energies have the other sign.

        keep_zeros : whether couplings of zero stand in the problem too

        Raises `InputError` for another kind of model and for one without variables,
        `CouplingValueError` for numbers that are not finite, or too large or small to compute with.
        """
        if not isinstance(bqm, dimod.BinaryQuadraticModel):
            raise InputError(
                f"the problem is a {type(bqm).__name__}; give a dimod.BinaryQuadraticModel, or use "
                "sample_ising or sample_qubo"
            )
        if not bqm.num_variables:
            raise InputError(
                "the problem has no variables; a problem needs at least one to be sampled"
            )
        variables = tuple(bqm.variables)
        linear, (first, second, quadratic) = bqm.to_numpy_vectors(variables)[:2]
        # In double precision, whatever the precision of the model.
        bias, coupling = -np.asarray(linear, np.float64), -np.asarray(quadratic, np.float64)
        if not all(np.isfinite(values).all() for values in (bias, coupling, float(bqm.offset))):
            # Which names the number as it was given.
            check_bqm("the problem", dimod.BinaryQuadraticModel(bqm, dtype=np.float64))
        if bqm.vartype is dimod.BINARY:
            bias, coupling = bias / 2, coupling / 4
            for ends in (first, second):
                bias += np.bincount(ends, coupling, len(bias))
        largest = max(np.abs(bias).max(), np.abs(coupling).max(initial=0.0))
        if largest and not _SMALLEST <= largest <= _LARGEST:
            raise CouplingValueError(
                f"the largest coupling or bias is {largest:g}, outside the range of sizes that can "
                f"be computed with, {_SMALLEST:g} to {_LARGEST:g}; scale the problem"
            )
        used = (coupling != 0) | keep_zeros
        return cls(
            variables,
            bias,
            np.asarray(first, np.int64)[used],
            np.asarray(second, np.int64)[used],
            coupling[used],
        )

    @property
    def size(self) -> int:
        return len(self.variables)

    def field_sums(self, bias: NDArray, coupling: NDArray) -> NDArray:
        """For each variable the sum of |J| and |h|, of the given values."""
        size = np.abs(coupling)
        return (
            np.abs(bias)
            + np.bincount(self.first, size, self.size)
            + np.bincount(self.second, size, self.size)
        )
