"""Medians, ratios and times to a target, with their spread."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONFIDENCE", "Spread", "TimeToTarget", "ratio", "spread", "time_to_target"]

CONFIDENCE = 0.99  # that the target has been reached after the time to it
_DRAWS = 2000
_INSIDE = (2.5, 97.5)  # percent

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """A middle, and the two ends of what was seen around it."""

    middle: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Median, smallest and largest."""
    return Spread(float(np.median(values)), min(values), max(values))


def time_to_target(seconds: float, together: int, success: float) -> float:
    """Seconds after which the target has been reached with a probability of 99 %.

    seconds : of one read: its part of a call
    together : reads that run side by side and end together, 1 if each may be the last
    success : the probability that one read reaches the target

    `t ln(1 - 0.99) / ln(1 - p)` with `t` and `p` of what ends together, and never less than `t`:
    half a read finds nothing. Infinite for `success` of 0.
    """
    part = seconds * together
    if success <= 0:
        return math.inf
    if success >= 1:
        return part
    log_miss = together * math.log1p(-success)
    return part * max(1.0, math.log(1 - CONFIDENCE) / log_miss)


@dataclass(frozen=True)
class TimeToTarget:
    """A time to a target in seconds, from `hits` of `reads`, and draws of what else it could be.

    draws : shape (draws,), from times of calls drawn again with replacement, and from success
        probabilities drawn from what the hits leave open (Jeffreys' law, Beta(hits + 1/2,
        misses + 1/2)), so that no hits and only hits have a spread too
    """

    value: float
    hits: int
    reads: int
    draws: Floats

    @classmethod
    def from_calls(
        cls,
        seconds: Sequence[float],
        hits: Sequence[int],
        reads: Sequence[int],
        together: int,
        seed: int = 0,
    ) -> "TimeToTarget":
        """From calls, given by their seconds, their hits and their reads; `together` as above."""
        times, sizes = np.asarray(seconds, float), np.asarray(reads, float)
        found, tried = int(sum(hits)), int(sum(reads))
        value = time_to_target(times.sum() / sizes.sum(), together, found / tried)
        rng = np.random.default_rng(seed)
        success = rng.beta(found + 0.5, tried - found + 0.5, _DRAWS)
        chosen = rng.integers(0, len(times), (_DRAWS, len(times)))
        length = times[chosen].sum(1) / sizes[chosen].sum(1)
        draws = [
            time_to_target(one, together, chance)
            for one, chance in zip(length, success, strict=True)
        ]
        return cls(value, found, tried, np.array(draws))

    @property
    def spread(self) -> Spread:
        low, high = np.percentile(self.draws, _INSIDE)
        return Spread(self.value, float(low), float(high))


def ratio(ours: TimeToTarget, theirs: TimeToTarget) -> Spread:
    """How many times longer theirs is; not a number if neither has reached the target."""
    if math.isinf(ours.value) and math.isinf(theirs.value):
        return Spread(math.nan, math.nan, math.nan)
    low, high = np.percentile(theirs.draws / ours.draws, _INSIDE)
    return Spread(theirs.value / ours.value, float(low), float(high))
