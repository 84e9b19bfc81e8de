"""New states from random words, fields and thresholds, in vectors.

The noise of a word grows with its key, `leading ones << 10 | mantissa`, and has the word's sign, or
with Metropolis the opposite of the p-bit's own. With the key inverted where the sign is set, a
p-bit becomes +1 exactly if that signed key is not below a threshold, which falls as the field
rises. The kernel counts one more leading one, and the
tables hold one less than the threshold, because that takes fewer instructions.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.noise import EXPONENT_BITS, MANTISSA_BITS

from .vector import Vector

__all__ = ["decide", "signed_limits"]

_LEADING_MAX = EXPONENT_BITS + 1
_ALL_BUT_SIGN = (1 << 31) - 1
_MANTISSA = (1 << MANTISSA_BITS) - 1
# Of a float32: the exponent of 2**31, and the bits below the exponent.
_FLOAT_TOP = 127 + 31
_FLOAT_FRACTION = 23


def signed_limits(
    limits: NDArray[np.int16], negative: NDArray[np.bool_] | bool
) -> NDArray[np.int16]:
    """What the tables hold, for fields of either sign.

    limits : for magnitudes of fields, the first key whose noise reaches them
    """
    first = limits + np.int16(1 << MANTISSA_BITS)
    return np.where(negative, first, -first) - np.int16(1)


def decide(
    words: Sequence[Vector], limits: tuple[Vector, Vector], own: Vector | None, count_zeros: bool
) -> Vector:
    """New states, of 1 bit each.

    words : four vectors; element `e` of vector `c` is for replica `4 * e + c`
    limits : thresholds of the even and of the odd replicas, of 16 bits each
    own : the states that the p-bits have, for the rule of Metropolis; None for heat bath
    count_zeros : whether this computer counts leading zeros in vectors
    """
    low, high = (words[0], words[1]), (words[2], words[3])
    signs = map(_signs, low, high) if own is None else _own_signs(own)
    even, odd = (
        # The sign bits of the differences are the new states.
        limit.saturated_difference(_keys(first, second, count_zeros) ^ sign)
        for first, second, sign, limit in zip(low, high, signs, limits, strict=True)
    )
    return (even >> 8 | odd & 0xFF00).cast(8).negative


def _keys(low: Vector, high: Vector, count_zeros: bool) -> Vector:
    """Of words for every other pair of replicas: elements of 16 bits, of `low` first."""
    ones = _leading(low, count_zeros) | _leading(high, count_zeros) << 16
    ones = ones.cast(16).minimum(_LEADING_MAX) << MANTISSA_BITS
    return ones | (low & _MANTISSA | high << 16).cast(16) & _MANTISSA


def _signs(low: Vector, high: Vector) -> Vector:
    """All ones where the sign bit of a word is set, in the order of `_keys`."""
    return (low >> 16 | high & ~0xFFFF).cast(16).sign


def _own_signs(own: Vector) -> tuple[Vector, Vector]:
    """All ones where the state is +1, of the even and of the odd replicas."""
    pairs = own.filled(8).cast(16)
    return (pairs << 8).sign, pairs.sign


def _leading(word: Vector, count_zeros: bool) -> Vector:
    """One more than the leading ones behind the sign; beyond `_LEADING_MAX` anything larger."""
    zeros = ~word & _ALL_BUT_SIGN
    if count_zeros:
        return zeros.leading_zeros
    # The exponent of a float is the position of the highest set bit; 21 bits convert exactly.
    exponent = (zeros & ~_MANTISSA).float_bits >> _FLOAT_FRACTION
    return (exponent ^ -1) + (_FLOAT_TOP + 1)
