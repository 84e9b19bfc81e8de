import math

import numpy as np
import pytest

from glauber.host.entropy import (
    LABELS,
    Estimates,
    collision,
    estimate,
    lag_prediction,
    markov,
    most_common_value,
    t_tuple,
)
from glauber.host.errors import OptionError

# The row of bits with which the standard explains 6.3.2 and 6.3.3.
EXAMPLE = "1000111001010101110011000111001010101110"


def row(text):
    return np.array([int(digit) for digit in text], np.uint8)


def biased(count, chance, seed=1):
    # Raw words, which no version of NumPy changes: figures below are those of these very bits.
    words = np.random.PCG64(seed).random_raw(count)
    return (words < np.uint64(chance * 2**64)).astype(np.uint8)


def fair(count, seed=1):
    return biased(count, 0.5, seed)


def chain(count, change, seed=1):
    """A row that changes with the probability `change` from bit to bit."""
    return np.bitwise_xor.accumulate(biased(count, change, seed))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: most_common_value(row("01120122010110221021")), 0.5363),
        (lambda: collision(row(EXAMPLE)), 0.4483),
        (lambda: markov(row(EXAMPLE)), 0.761),
        (lambda: t_tuple(row("220102012120121001000"), least=3, values=3), 0.273),
        (lambda: lag_prediction(row("2132131312"), lags=3, values=3), 0.735),
    ],
    ids=["6.3.1", "6.3.2", "6.3.3", "6.3.5", "6.3.8"],
)
def test_the_examples_of_the_standard(found, expected):
    # To the digits that the standard prints; it rounds in between.
    assert found() == pytest.approx(expected, abs=5e-4)


def with_a_stretch(bits):
    bits[5000:5080] = 1
    return bits


# What NIST's own program says of the same rows: SP800-90B_EntropyAssessment as repackaged by
# sp800-90b 0.1.1, which is no dependency because it has no wheel and needs libdivsufsort.
@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        (
            fair(65536),
            [0.985164029973, 0.852416667335, 0.997248234764, 0.920021475794, 0.98252989633],
        ),
        (
            biased(50_000, 0.7),
            [0.505078076016, 0.485000072629, 0.510840097751, 0.493902308711, 0.78411976233],
        ),
        (chain(50_000, 0.8), [0.981195561871, 1.0, 0.328448118295, 0.353224792039, 0.486688558767]),
        (
            with_a_stretch(fair(100_000)),
            [0.985436871206, 0.858109729638, 0.99208486137, 0.229352796278, 0.265000488754],
        ),
    ],
    ids=["fair", "biased", "chain", "stretch"],
)
def test_figures_of_the_program_of_nist(bits, expected):
    assert list(vars(estimate(bits)).values()) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("chance", [0.1, 0.3, 0.5, 0.6, 0.9])
def test_independent_bits_are_credited_with_their_bias(chance):
    bits = biased(200_000, chance)
    truth = -math.log2(max(chance, 1 - chance))
    for name, figure in vars(estimate(bits)).items():
        # Lowered by some standard deviations. Predicting by an echo misses a bias:
        # it is right as often as two bits are equal.
        limit = truth if name != "lag_prediction" else -math.log2(chance**2 + (1 - chance) ** 2)
        assert 0.6 * limit - 0.03 < figure <= limit + 0.01, name
    assert most_common_value(bits) == pytest.approx(truth, abs=0.02)


@pytest.mark.parametrize("change", [0.05, 0.2, 0.8, 0.95])
def test_dependence_on_the_bit_before_is_seen(change):
    bits = chain(200_000, change)
    truth = -math.log2(max(change, 1 - change))
    found = estimate(bits)
    assert found.most_common_value > 0.95  # which looks at single bits
    # The first of 128 bits is worth one, the others the truth.
    assert found.markov == pytest.approx((1 + 127 * truth) / 128, rel=0.03)
    assert found.t_tuple == pytest.approx(truth, rel=0.2)
    assert found.minimum < 1.05 * truth


@pytest.mark.parametrize("period", [1, 2, 3, 7, 100, 128])
def test_a_period_is_worth_nothing(period):
    bits = np.resize(fair(period), 20_000)
    assert lag_prediction(bits) < 0.002
    assert t_tuple(bits) < 0.002


def test_a_period_beyond_all_lags_is_worth_nothing():
    bits = np.resize(fair(1000), 100_000)
    assert lag_prediction(bits) > 0.5
    assert t_tuple(bits) < 0.01


@pytest.mark.parametrize("value", [0, 1])
def test_constant_bits_are_worth_nothing(value):
    found = estimate(np.full(5000, value))
    assert set(found.as_dict().values()) == {0.0}
    assert not any(math.copysign(1, figure) < 0 for figure in found.as_dict().values())


def test_alternating_bits_pass_for_what_is_no_pattern_in_single_bits():
    found = estimate(np.arange(5000) % 2)
    assert found.most_common_value > 0.9
    assert found.collision == 1
    assert found.markov == 1 / 128
    assert found.minimum == found.lag_prediction == 0


def test_a_stretch_of_a_pattern_is_seen_locally():
    assert lag_prediction(with_a_stretch(fair(100_000))) < 0.4 < lag_prediction(fair(100_000))


def test_rings_without_jitter_are_credited_with_most_of_a_bit():
    """Why an estimate proves nothing: these bits follow from 16 numbers, and hold no entropy."""
    frequency, phase = np.random.default_rng(3).random((2, 8, 1))
    levels = (np.arange(100_000) * frequency + phase) % 1 < 0.5
    assert estimate(np.bitwise_xor.reduce(levels)).minimum > 0.75


def plain_hits(symbols, lags):
    """The predictions of 6.3.8 as the standard words them; which ones are right."""
    scores, winner, right = [0] * lags, 0, []
    for at in range(1, len(symbols)):
        right.append(at > winner and symbols[at - winner - 1] == symbols[at])
        for lag in range(min(lags, at)):
            if symbols[at - lag - 1] == symbols[at]:
                scores[lag] += 1
                if scores[lag] >= scores[winner]:
                    winner = lag
    return right


@pytest.mark.parametrize("lags", [1, 3, 100, 128])
def test_lag_prediction_is_the_plain_one(lags, monkeypatch):
    from glauber.host.entropy import prediction

    monkeypatch.setattr(prediction, "_CHUNK", 777)  # several, and a rest
    echo = np.resize(fair(9), 3000) ^ biased(3000, 0.1)
    for bits in (fair(3000), chain(3000, 0.1), echo.astype(np.uint8)):
        found = prediction._lag_hits(bits, lags)
        assert found[1:].tolist() == plain_hits(bits.tolist(), lags)


def plain_t_tuple(symbols, least):
    """6.3.5 by a dictionary of all patterns."""
    text, greatest, length = "".join(map(str, symbols)), 0.0, 1
    while True:
        places = len(text) - length + 1
        counts: dict[str, int] = {}
        for at in range(places):
            pattern = text[at : at + length]
            counts[pattern] = counts.get(pattern, 0) + 1
        if max(counts.values()) < least:
            break
        greatest = max(greatest, (max(counts.values()) / places) ** (1 / length))
        length += 1
    bound = greatest + 2.5758293 * math.sqrt(greatest * (1 - greatest) / (len(text) - 1))
    return -math.log2(min(1.0, bound))


@pytest.mark.parametrize("bits", [fair(4000), biased(4000, 0.9), chain(4000, 0.05)])
def test_t_tuple_is_the_plain_one(bits):
    assert t_tuple(bits) == pytest.approx(plain_t_tuple(bits, 35), abs=1e-7)


def test_t_tuple_is_hardly_more_where_lengths_are_left_out():
    bits = (np.resize(fair(50), 4000) ^ biased(4000, 0.003)).astype(np.uint8)
    plain = plain_t_tuple(bits, 35)
    assert plain <= t_tuple(bits) < plain + 0.01


def test_figures_have_labels():
    figures = Estimates(0.9, 0.8, 0.7, 0.6, 0.95)
    assert figures.minimum == 0.6
    assert list(figures.as_dict()) == list(LABELS)
    assert figures.as_dict()["minimum"] == 0.6


def test_any_whole_numbers_are_bits():
    bits = fair(2000)
    assert estimate(bits.tolist()) == estimate(bits.astype(bool)) == estimate(bits)


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (np.zeros(1023), r"the raw bits have the shape \(1023,\); give one row of 1024 bits or m"),
        (np.zeros((64, 64)), r"the raw bits have the shape \(64, 64\); give one row of 1024 bits"),
        (np.full(2000, 2), "the raw bits hold other values than 0 and 1; give one bit per entry"),
    ],
)
def test_what_are_no_bits(bits, text):
    with pytest.raises(OptionError, match=text):
        estimate(bits)
