"""Exact results for small problems, by enumeration."""

import math
from dataclasses import dataclass

import dimod
import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["ChiSquare", "Exact", "chi_square"]


@dataclass(frozen=True)
class Exact:
    """The Boltzmann distribution of a problem of n spins, over states numbered by their bits.

    State `k` has spin i = +1 where bit i of `k` is set, spins in the order of `variables`.
    """

    variables: list
    energies: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    beta: float

    @classmethod
    def of(cls, bqm: dimod.BinaryQuadraticModel, beta: float) -> "Exact":
        variables = list(bqm.variables)
        states = np.arange(1 << len(variables))
        spins = 2 * ((states[:, None] >> np.arange(len(variables))) & 1).astype(np.int8) - 1
        energies = bqm.energies((spins, variables))
        weights = np.exp(-beta * (energies - energies.min()))
        return cls(variables, energies, weights / weights.sum(), beta)

    def counts(self, samples: NDArray[np.int8]) -> NDArray[np.int64]:
        """How often each state occurs in samples of +-1, shape (samples, n)."""
        bits = (samples > 0).astype(np.int64)
        numbers = (bits << np.arange(bits.shape[1])).sum(axis=1)
        return np.bincount(numbers, minlength=len(self.energies))

    def relaxation(self) -> float:
        """The factor by which a deviation shrinks per sweep of heat-bath updates, in the end.

        Found by applying the sweep to a random function and watching it decay.
        """
        n = len(self.variables)
        states = np.arange(1 << n)
        deviation = np.random.default_rng(0).normal(size=len(states))
        previous = 1.0
        for _ in range(400):
            deviation -= self.probabilities @ deviation
            for spin in range(n):
                flipped = states ^ (1 << spin)
                share = self.probabilities / (self.probabilities + self.probabilities[flipped])
                deviation = share * deviation + (1 - share) * deviation[flipped]
            previous = math.sqrt(self.probabilities @ deviation**2)
            deviation /= previous
        return previous


@dataclass(frozen=True)
class ChiSquare:
    """A chi-square test against an exact law.

    detectable : the total variation distance that the test finds with a probability of 90 %, for
        deviations spread evenly over the states, at the significance it was made with
    """

    p_value: float
    total_variation: float
    detectable: float
    cells: int


def chi_square(
    counts: NDArray[np.int64], probabilities: NDArray[np.float64], significance: float
) -> ChiSquare:
    """Pearson's test; states expected less than 10 times are counted together."""
    total = int(counts.sum())
    expected = probabilities * total
    rare = expected < 10
    observed, expected = (
        np.append(values[~rare], values[rare].sum()) if rare.any() else values
        for values in (counts.astype(np.float64), expected)
    )
    statistic = float(((observed - expected) ** 2 / expected).sum())
    freedom = len(expected) - 1
    limit = stats.chi2.isf(significance, freedom)
    low, high = 0.0, 1.0
    for _ in range(50):
        # A deviation of +-d of every probability has TV d/2 and noncentrality total * d**2.
        middle = (low + high) / 2
        found = stats.ncx2.sf(limit, freedom, total * (2 * middle) ** 2 + 1e-12)
        low, high = (low, middle) if found > 0.9 else (middle, high)
    return ChiSquare(
        float(stats.chi2.sf(statistic, freedom)),
        float(np.abs(counts / total - probabilities).sum() / 2),
        high,
        len(expected),
    )
