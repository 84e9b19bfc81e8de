import math
from itertools import pairwise

import numpy as np
import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.noise import (
    EXPONENT_MAX,
    MANTISSA_BITS,
    XOROSHIRO64,
    NoiseTable,
    expand_seed,
)
from glauber.hdl.facts.numbers import LOGIT_FORMAT

SPLITS = {(6, 4): 3e-4, (5, 3): 8e-4, (4, 2): 2.3e-3}
TEMPERATURES = (300, 316, 1000, 3149, 32000, 100_000, 200_000, 2**18 - 1)  # codes


def keys():
    return [
        (exponent, mantissa)
        for exponent in range(EXPONENT_MAX + 1)
        for mantissa in range(1 << MANTISSA_BITS)
    ]


def sums(table):
    coarse, offsets = table.coarse(), table.offsets()
    return [coarse[table.coarse_index(*key)] + offsets[table.offset_index(*key)] for key in keys()]


def probabilities():
    return np.array(
        [math.ldexp(1, -min(exponent + 1, EXPONENT_MAX) - MANTISSA_BITS) for exponent, _ in keys()]
    )


def test_probabilities_of_the_keys_sum_to_one():
    assert probabilities().sum() == 1


@pytest.mark.parametrize("split", SPLITS)
def test_sums_never_fall(split):
    values = sums(NoiseTable(*split))
    assert all(low <= high for low, high in pairwise(values))
    assert max(values) <= LOGIT_FORMAT.largest


@pytest.mark.parametrize("split", SPLITS)
def test_response_is_the_sigmoid(split):
    """The largest error of a flip probability over fields, and the relative error of rare ones."""
    values = np.array(sums(NoiseTable(*split)))
    weights = probabilities()
    for code in TEMPERATURES:
        magnitude = values * code >> 19
        fields = np.arange(1, 17 * code // 256)
        tail = np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])
        got = tail[np.searchsorted(magnitude, fields)] / 2
        exact = 1 / (1 + np.exp(fields / (code / 256)))
        assert np.abs(got - exact).max() < SPLITS[split]
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


def test_streams_of_a_seed_are_distinct_and_never_zero():
    states = {expand_seed(seed, stream) for seed in range(8) for stream in range(4096)}
    assert len(states) == 8 * 4096
    assert 0 not in states


def test_seeding_is_not_linear():
    """Streams 1, 2 and 3 of a linear seeder would XOR to a constant for every seed."""
    relations = {
        expand_seed(seed, 1) ^ expand_seed(seed, 2) ^ expand_seed(seed, 3) for seed in range(64)
    }
    assert len(relations) == 64


@pytest.mark.parametrize("seed", [-1, 1 << 64])
def test_seeds_out_of_range_are_refused(seed):
    with pytest.raises(FactError, match=f"the seed is {seed}, .* 64-bit unsigned"):
        expand_seed(seed, 0)


def test_generator_has_the_full_period():
    """The step matrix M has order 2**64 - 1: M**n is 1 for it, and for no divisor by a prime."""

    def step(state):
        s0, s1 = state & 0xFFFFFFFF, state >> 32
        mixed = s0 ^ s1

        def rotate(word, distance):
            return (word << distance | word >> (32 - distance)) & 0xFFFFFFFF

        first = rotate(s0, XOROSHIRO64.rotate_a) ^ mixed
        first ^= mixed << XOROSHIRO64.shift & 0xFFFFFFFF
        return first | rotate(mixed, XOROSHIRO64.rotate_b) << 32

    columns = [step(1 << bit) for bit in range(64)]

    def apply(matrix, vector):
        result = 0
        while vector:
            low = vector & -vector
            result ^= matrix[low.bit_length() - 1]
            vector ^= low
        return result

    def power(exponent):
        result, square = [1 << bit for bit in range(64)], columns
        while exponent:
            if exponent & 1:
                result = [apply(square, column) for column in result]
            square = [apply(square, column) for column in square]
            exponent >>= 1
        return result

    identity = [1 << bit for bit in range(64)]
    period = (1 << 64) - 1
    assert power(period) == identity
    primes = (3, 5, 17, 257, 641, 65537, 6700417)
    assert math.prod(primes) == period
    assert all(power(period // prime) != identity for prime in primes)
