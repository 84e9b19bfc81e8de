"""A problem some of whose variables are clamped."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ising import IsingProblem

__all__ = ["ClampedProblem", "held_variables"]

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ClampedProblem(IsingProblem):
    """A problem whose `held` variables keep their values: the others see them as neighbours.

    held : bool, shape (n,)
        The values are not part of the problem, so that they may differ from read to read.

    Biases of held variables, and couplings between two of them, move nothing and are left out.
    """

    held: Bools

    @classmethod
    def of(cls, problem: IsingProblem, held: Bools) -> "ClampedProblem":
        """The problem with those variables held."""
        used = ~(held[problem.first] & held[problem.second])
        return cls(
            problem.variables,
            np.where(held, 0.0, problem.bias),
            problem.first[used],
            problem.second[used],
            problem.coupling[used],
            held,
        )

    def field_sums(self, bias: NDArray, coupling: NDArray) -> NDArray:
        """As of any problem; what a held variable sees is never summed, so it counts as 0."""
        return np.where(self.held, 0, super().field_sums(bias, coupling))


def held_variables(problem: IsingProblem) -> Bools:
    """Which variables of a problem are held, shape (n,)."""
    if isinstance(problem, ClampedProblem):
        return problem.held
    return np.zeros(problem.size, np.bool_)
