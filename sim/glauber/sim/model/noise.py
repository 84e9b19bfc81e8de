"""The model's noise: thresholds on random words.

The gates add `floor(T * X)`, or its complement, to the field and look at the sign. The magnitude
of the noise never falls as the word's key, (leading ones, mantissa), rises. So for each field there
is one key from which on the noise outvotes it, and the model compares keys instead: the same bits.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.noise import EXPONENT_MAX, MANTISSA_BITS, Law, NoiseTable
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT

__all__ = ["KEYS", "logits", "magnitudes", "thresholds"]

KEYS = (EXPONENT_MAX + 1) << MANTISSA_BITS
_PRODUCT_FRACTION = LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits


@cache
def logits(table: NoiseTable, law: Law) -> NDArray[np.int64]:
    """The table's magnitude of a variate of this law for every key; codes of LOGIT_FORMAT."""
    coarse, offsets = np.array(table.coarse(law)), np.array(table.offsets(law))
    mantissas: Any = np.arange(1 << MANTISSA_BITS)
    return np.concatenate(
        [
            coarse[table.coarse_index(exponent, mantissas)]
            + offsets[table.offset_index(exponent, mantissas)]
            for exponent in range(EXPONENT_MAX + 1)
        ]
    )


@cache
def _first_keys(table: NoiseTable, law: Law) -> NDArray[np.int16]:
    """For every logit up to one that is larger than all, the first key that reaches it."""
    reached = logits(table, law)
    return np.searchsorted(reached, np.arange(reached[-1] + 2)).astype(np.int16)


def magnitudes(
    temperature: int, table: NoiseTable, limit: int, law: Law = Law.LOGISTIC
) -> NDArray[np.int64]:
    """`min(floor(T * logit), limit)` for every key, T as a code of TEMPERATURE_FORMAT."""
    return np.minimum((logits(table, law) * temperature) >> _PRODUCT_FRACTION, limit)


def thresholds(
    temperatures: NDArray[np.int64],
    table: NoiseTable,
    limit: int,
    fields: NDArray[np.int64],
    law: Law = Law.LOGISTIC,
) -> NDArray[np.int16]:
    """For magnitudes of fields, the first key whose noise reaches them; KEYS if none.

    temperatures : shape (steps,); fields : shape (fields,)

    Returns the shape (steps, fields). `magnitudes` of that key and of all behind it are not below
    the field.
    """
    first = _first_keys(table, law)
    # floor(T * logit) reaches the field where the logit reaches field / T.
    products = fields << _PRODUCT_FRACTION
    divisors = np.maximum(temperatures, 1)[:, None]
    needed = np.minimum(-(-products // divisors), len(first) - 1)
    found = first[needed]
    found[:, fields > limit] = KEYS
    found[np.ix_(temperatures == 0, fields > 0)] = KEYS
    return found
