"""Raw bits that just fail a health test, and ones that just do not."""

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.health import PROPORTION_CUTOFF, REPETITION_CUTOFF, WINDOW, Health

__all__ = ["BOUNDARIES"]

Bits = NDArray[np.uint8]


def _fair(count: int) -> Bits:
    """No two tests have any objection to these."""
    return np.random.default_rng(3).integers(0, 2, count, np.uint8)


def _run(length: int) -> Bits:
    """So many equal bits in a row, in the middle of a window."""
    before = np.append(_fair(300), 0)
    return np.concatenate([before, np.ones(length, np.uint8), [0], _fair(WINDOW)])


def _share(count: int) -> Bits:
    """A window that holds its first bit so often; no run is long."""
    others = WINDOW - count
    pattern = np.ones(WINDOW, np.uint8)
    pattern[1 + np.arange(others) * (WINDOW - 1) // others] = 0
    return pattern


def _changes(count: int) -> Bits:
    """A window with so many changes from bit to bit, spread evenly."""
    steps = np.zeros(WINDOW, np.int64)
    steps[1 + np.arange(count) * (WINDOW - 1) // count] = 1
    return (np.cumsum(steps) % 2).astype(np.uint8)


# By name: bits, and what has failed when all are taken.
BOUNDARIES: dict[str, tuple[Bits, Health]] = {
    "run below": (_run(REPETITION_CUTOFF - 1), Health(0)),
    "run": (_run(REPETITION_CUTOFF), Health.REPETITION),
    "share below": (_share(PROPORTION_CUTOFF - 1), Health(0)),
    "share": (_share(PROPORTION_CUTOFF), Health.PROPORTION),
    "many changes below": (_changes(PROPORTION_CUTOFF - 1), Health(0)),
    "many changes": (_changes(PROPORTION_CUTOFF), Health.TRANSITION),
    "few changes above": (_changes(WINDOW - PROPORTION_CUTOFF), Health(0)),
    "few changes": (_changes(WINDOW - 1 - PROPORTION_CUTOFF), Health.TRANSITION),
}
