import math
from itertools import pairwise

import numpy as np
import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.noise import EXPONENT_MAX, MANTISSA_BITS, Law, NoiseTable
from glauber.hdl.facts.numbers import LOGIT_FORMAT

SPLITS = {(6, 4): 3e-4, (5, 3): 8e-4, (4, 2): 2.3e-3}
TEMPERATURES = (300, 316, 1000, 3149, 32000, 100_000, 200_000, 2**18 - 1)  # codes


def keys():
    return [
        (exponent, mantissa)
        for exponent in range(EXPONENT_MAX + 1)
        for mantissa in range(1 << MANTISSA_BITS)
    ]


def sums(table, law=Law.LOGISTIC):
    coarse, offsets = table.coarse(law), table.offsets(law)
    return [coarse[table.coarse_index(*key)] + offsets[table.offset_index(*key)] for key in keys()]


def probabilities():
    return np.array(
        [math.ldexp(1, -min(exponent + 1, EXPONENT_MAX) - MANTISSA_BITS) for exponent, _ in keys()]
    )


def test_probabilities_of_the_keys_sum_to_one():
    assert probabilities().sum() == 1


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize("split", SPLITS)
def test_sums_never_fall(split, law):
    values = sums(NoiseTable(*split), law)
    assert all(low <= high for low, high in pairwise(values))
    assert max(values) <= LOGIT_FORMAT.largest


@pytest.mark.parametrize("law", Law)
@pytest.mark.parametrize("split", SPLITS)
def test_response_is_the_sigmoid_or_that_of_metropolis(split, law):
    """The largest error of a flip probability over fields, and the relative error of rare ones."""
    values = np.array(sums(NoiseTable(*split), law))
    weights = probabilities()
    # The sign of logistic noise is that of the field half of the time. Close to 1 a probability
    # falls with the magnitude four times as fast as a logistic one ever does.
    halves, slope = (2, 1) if law is Law.LOGISTIC else (1, 4)
    for code in TEMPERATURES:
        magnitude = values * code >> 19
        fields = np.arange(1, 17 * code // 256)
        tail = np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])
        got = tail[np.searchsorted(magnitude, fields)] / halves
        exact = 1 / ((law is Law.LOGISTIC) + np.exp(fields / (code / 256)))
        assert np.abs(got - exact).max() < slope * SPLITS[split]
        rare = exact > 2**-21
        assert np.abs(got / exact - 1)[rare].max() < 8 * SPLITS[split]


def test_a_clipped_sigmoid_would_fail_the_accuracy_of_rare_flips():
    """The check above can fail: a table that stops at 8 is wrong by orders of magnitude."""
    values = np.minimum(np.array(sums(NoiseTable())), 8 << LOGIT_FORMAT.fraction_bits)
    tail = np.cumsum(probabilities()[::-1])[::-1]
    fields = np.arange(1, 250)
    magnitude = values * (16 * 256) >> 19
    position = np.minimum(np.searchsorted(magnitude, fields), len(tail) - 1)
    got = np.where(fields <= magnitude[-1], tail[position] / 2, 0)
    exact = 1 / (1 + np.exp(fields / 16))
    assert np.abs(got / exact - 1)[exact > 2**-21].max() > 0.9


@pytest.mark.parametrize("split", [(1, 4), (10, 2), (6, 1), (6, 5), (9, 2)])
def test_splits_that_do_not_fit_are_refused(split):
    with pytest.raises(FactError, match="choose another split"):
        NoiseTable(*split)
