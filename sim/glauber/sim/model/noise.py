"""The model's noise: thresholds on random words.

The gates add `floor(T * Lambda)` to the field and look at the sign. The magnitude of the noise
never falls as the word's key, (leading ones, mantissa), rises. So for each field there is one key
from which on the noise outvotes it, and the model compares keys instead: the same bits.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.noise import EXPONENT_MAX, MANTISSA_BITS, NoiseTable
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT

__all__ = ["KEYS", "logits", "magnitudes", "thresholds"]

KEYS = (EXPONENT_MAX + 1) << MANTISSA_BITS
_PRODUCT_FRACTION = LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits


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


def thresholds(temperature: int, table: NoiseTable, limit: int, largest: int) -> NDArray[np.int16]:
    """For field magnitudes 0 to `largest`, the first key whose noise reaches it; KEYS if none.

    `magnitudes` of that key and of all behind it are not below the field.
    """
    fields = np.arange(largest + 1)
    if not temperature:
        return np.where(fields > 0, KEYS, 0).astype(np.int16)
    # floor(T * logit) reaches the field where the logit reaches field / T.
    needed = -(-(fields << _PRODUCT_FRACTION) // temperature)
    first = np.searchsorted(logits(table), needed)
    return np.where(fields > limit, KEYS, first).astype(np.int16)
