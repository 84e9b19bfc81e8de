"""Sorting of many small numbers."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["stable_order"]

Ints = NDArray[np.int64]


def stable_order(values: Ints) -> Ints:
    """`argsort` of numbers that are not negative, equal ones in their order.

    With each number's place in its low bits all numbers differ, so that any way to sort will do,
    and sorting numbers is several times as fast as sorting places by them.
    """
    bits = len(values).bit_length()
    if int(values.max(initial=0)).bit_length() + bits > 63:
        return np.argsort(values, kind="stable")
    keys = values << bits | np.arange(len(values))
    keys.sort()
    keys &= (1 << bits) - 1
    return keys
