"""What a test of means can see: its bound, its z, and the bias that it finds with which power.

A z is a mean's distance from the exact value in standard errors; under the hypothesis it follows
the normal law. A test of significance `a` fails for `|z| > z(a)`, and it finds a bias `b` with
probability `w` if `b` is at least `z(a) + z(w)` standard errors.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["MeanTest", "largest_z"]


def largest_z(count: int, significance: float, skewness: float = 0.0) -> float:
    """What the largest |z| of `count` exceeds with a probability of at most `significance`.

    Two-sided and by Bonferroni, so it does not matter how the z depend on each other. `skewness` is
    that of a z under the hypothesis; its tail is corrected to first order (Cornish and Fisher).
    """
    bound = float(stats.norm.isf(significance / 2 / count))
    return bound + skewness * (bound**2 - 1) / 6


@dataclass(frozen=True)
class MeanTest:
    """A mean over independent chains against its exact value.

    error : the standard error, from the spread of the chains' means; correlations in the course of
        a chain need no allowance. With 500 chains or more, Student's law is the normal one.
    """

    mean: float
    exact: float
    error: float

    @classmethod
    def of(cls, chains: NDArray[np.float64], exact: float) -> "MeanTest":
        """Of the means of the chains, shape (chains,)."""
        error = float(chains.std(ddof=1)) / math.sqrt(len(chains))
        return cls(float(chains.mean()), exact, error)

    @property
    def z(self) -> float:
        return (self.mean - self.exact) / self.error

    @property
    def p_value(self) -> float:
        """Two-sided."""
        return float(2 * stats.norm.sf(abs(self.z)))

    def detectable(self, significance: float, power: float) -> float:
        """The bias of the mean that a two-sided test finds with this probability."""
        return self.error * (largest_z(1, significance) + float(stats.norm.ppf(power)))
