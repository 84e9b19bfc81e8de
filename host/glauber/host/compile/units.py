"""The unit of which all values of a problem are multiples."""

import numpy as np

from .ising import Floats

__all__ = ["LEFTOVER", "TOLERANCE", "common_unit"]

# Relative distance from an integer that is taken for rounding in the user's arithmetic.
TOLERANCE = 1e-9
# Of the largest value: what is left of sums that cancel.
LEFTOVER = 1e-13
# The same as `TOLERANCE` for numbers in single precision, of which two are in a ratio.
_SINGLE_TOLERANCE = 2.0**-22


def common_unit(values: Floats, largest: int) -> float | None:
    """The largest number of which all values are multiples, none more than `largest` times.

    Values may be off by 1e-9 of themselves, or by the rounding of single precision if all are
    numbers in it; those of less than 1e-13 of the largest are what sums that cancel leave behind,
    and count as 0.
    """
    sizes = np.abs(values)
    sizes = np.unique(sizes[sizes > LEFTOVER * sizes.max(initial=0.0)])[::-1]
    if not len(sizes):
        return 1.0
    unit = _unit_within(sizes, largest, TOLERANCE)
    if unit is None and _are_single(sizes):
        unit = _unit_within(sizes, largest, _SINGLE_TOLERANCE)
    return unit


def _unit_within(sizes: Floats, largest: int, tolerance: float) -> float | None:
    """As `common_unit`, of falling sizes, within this relative distance."""
    # The smallest value is `divisor` units.
    divisors = np.arange(1, int(largest * sizes[-1] / sizes[0] * (1 + tolerance)) + 1)
    for size in sizes:
        multiples = divisors * (size / sizes[-1])
        divisors = divisors[np.abs(multiples - np.rint(multiples)) <= tolerance * multiples]
        if not len(divisors):
            return None
    return float(sizes[0] / np.rint(divisors[0] * (sizes[0] / sizes[-1])))


def _are_single(sizes: Floats) -> bool:
    with np.errstate(over="ignore", under="ignore"):
        return np.array_equal(sizes, sizes.astype(np.float32))
