"""The model's noise: thresholds on random words.

The gates add `floor(T * Lambda)` to the field and look at the sign. The magnitude of the noise
never falls as the word's key, (leading ones, mantissa), rises. So for each field there is one key
from which on the noise outvotes it, and the model compares keys instead: the same bits.
"""

from functools import cache

import numba
import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.noise import (
    EXPONENT_BITS,
    EXPONENT_MAX,
    MANTISSA_BITS,
    NoiseTable,
)
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT

__all__ = ["KEYS", "logits", "magnitudes", "thresholds", "word_key"]

KEYS = (EXPONENT_MAX + 1) << MANTISSA_BITS
_PRODUCT_FRACTION = LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits

_MANTISSA_BITS = np.uint32(MANTISSA_BITS)
_MANTISSA_MASK = np.uint32((1 << MANTISSA_BITS) - 1)
_EXPONENT_MASK = np.uint32((1 << EXPONENT_BITS) - 1)
# Of a float32: the bias of the exponent, and the bits below it.
_FLOAT_BIAS = np.int32(127)
_FLOAT_FRACTION = np.int32(23)


@numba.njit(inline="always")
def word_key(word):
    """`leading ones << 10 | mantissa` of a uint32 word, as int32."""
    zeros = np.int32(~(word >> _MANTISSA_BITS) & _EXPONENT_MASK)
    # The exponent of a float is the position of the highest set bit; 21 bits convert exactly.
    position = np.int32(np.float32(zeros).view(np.int32) >> _FLOAT_FRACTION) - _FLOAT_BIAS
    ones = min(np.int32(EXPONENT_BITS - 1) - position, np.int32(EXPONENT_MAX))
    return np.int32(ones << np.int32(MANTISSA_BITS)) | np.int32(word & _MANTISSA_MASK)


@cache
def logits(table: NoiseTable) -> NDArray[np.int64]:
    """The table's magnitude of a standard logistic variate for every key; codes of LOGIT_FORMAT."""
    coarse, offsets = table.coarse(), table.offsets()
    return np.array(
        [
            coarse[table.coarse_index(exponent, mantissa)]
            + offsets[table.offset_index(exponent, mantissa)]
            for exponent in range(EXPONENT_MAX + 1)
            for mantissa in range(1 << MANTISSA_BITS)
        ]
    )


def magnitudes(temperature: int, table: NoiseTable, limit: int) -> NDArray[np.int64]:
    """`min(floor(T * logit), limit)` for every key, T as a code of TEMPERATURE_FORMAT."""
    return np.minimum((logits(table) * temperature) >> _PRODUCT_FRACTION, limit)


def thresholds(temperature: int, table: NoiseTable, limit: int, largest: int) -> NDArray[np.int32]:
    """For field magnitudes 0 to `largest`, the first key whose noise reaches it; KEYS if none.

    `magnitudes` of that key and of all behind it are not below the field.
    """
    fields = np.arange(largest + 1)
    if not temperature:
        return np.where(fields > 0, KEYS, 0).astype(np.int32)
    # floor(T * logit) reaches the field where the logit reaches field / T.
    needed = -(-(fields << _PRODUCT_FRACTION) // temperature)
    first = np.searchsorted(logits(table), needed)
    return np.where(fields > limit, KEYS, first).astype(np.int32)
