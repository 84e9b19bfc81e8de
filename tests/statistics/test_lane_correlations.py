"""Uncoupled p-bits of all lanes and replicas are independent, in the machine's own order of words.

P-bits that see nothing but their bias are coins of known odds, 0.5, 0.2 or 0.05, so every departure
is one of the generators or of their seeds. The states of a sweep, in the order of its rows, are the
machine's random words without a gap. Here 8 lanes with 16 replicas are 128 streams of coins, from
32 generators of 4 draws. Coins are standardised by their exact odds; then any sum of products of
different coins, divided by the root of the number of terms, is a z. Tested are

- the mean of every stream, and all pairs of streams at 0, 1, 2, 8 and 16 rows, the last two a sweep
  and two of an 8 x 8 torus;
- the same for pairs of lanes over all replicas, and of replicas over all lanes;
- triples and quadruples of lanes in the same replica, and, in a test of its own, of any generators.
  Linear generators with related seeds, as if lane 3 were the XOR of lanes 1 and 2 for ever, are
  independent in pairs.

The largest |z| is held against a Bonferroni bound. Every test prints what it found, and what it
could have found (`pytest -rP`).
"""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from glauber.hdl.facts.generators import Source
from support.coins import DRAWS, LANES, REPLICAS, Coins, toss
from support.power import largest_z
from support.sound import SOUND

LAGS = (0, 1, 2, 8, 16)
ODDS = [(0.5,), (0.2,), (0.05,), (0.5, 0.2, 0.05)]

# The sources of random words to be tested, and those that must be caught.
WEAK = [source for source in Source if not source.sound]
SIGNIFICANCE = 1e-3 / (2 * len(ODDS) + 1)  # each; 1e-3 for a source
PAIR_ROWS = 1 << 17
TUPLE_ROWS = 1 << 12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """The largest |z| of many, and what it may be.

    detectable : the correlation that the test finds with a power of 90 %, among the shortest sums
    """

    largest: float
    what: str
    bound: float
    detectable: float

    @property
    def passed(self) -> bool:
        return self.largest < self.bound


def pairs(coins: Coins) -> Verdict:
    """Means and pairs of streams, of lanes over all replicas, of replicas over all lanes."""
    count, lanes, replicas = coins.rows.shape
    streams = coins.rows.reshape(count, -1)
    found = {"means": streams.sum(axis=0, dtype=np.float64) / np.sqrt(count)}
    for lag in LAGS:
        products = streams[: count - lag].T @ streams[lag:] / np.sqrt(count - lag)
        z = products.astype(np.float64)
        parted = z.reshape(lanes, replicas, lanes, replicas)
        tables = {
            "streams": z,
            "lanes": np.einsum("arbr->ab", parted) / np.sqrt(replicas),
            "replicas": np.einsum("lalb->ab", parted) / np.sqrt(lanes),
        }
        for what, table in tables.items():
            # In the same row a pair would occur twice, and a stream with itself says nothing.
            once = table if lag else table[np.triu_indices(len(table), 1)]
            found[f"{what}, {lag} rows apart"] = once
    return judge(found, coins.skewness**2, count)


def tuples(columns: NDArray[np.float32], skewness: float) -> Verdict:
    """All triples and quadruples of columns, of the shape (samples, columns)."""
    count, size = columns.shape
    first, second = np.triu_indices(size, 1)
    triples = np.zeros((len(first), size))
    quadruples = np.zeros((len(first), len(first)))
    for block in np.array_split(columns, 1 + (count * len(first) >> 22)):
        products = block[:, first] * block[:, second]
        triples += products.T @ block
        quadruples += products.T @ products
    # Each set of columns once, in rising order.
    found = {
        "triples": triples[second[:, None] < np.arange(size)] / np.sqrt(count),
        "quadruples": quadruples[second[:, None] < first] / np.sqrt(count),
    }
    return judge(found, skewness**4, count)


def lane_tuples(coins: Coins) -> Verdict:
    """Lanes in the same replica, over all rows and replicas."""
    return tuples(coins.rows.swapaxes(1, 2).reshape(-1, LANES), coins.skewness)


def generator_tuples(coins: Coins) -> Verdict:
    """Generators, of all lanes, each with the first of its draws."""
    firsts = coins.rows[:TUPLE_ROWS, :, ::DRAWS]
    return tuples(firsts.reshape(len(firsts), -1), coins.skewness)


def judge(found: dict[str, Floats], skewness: float, terms: int) -> Verdict:
    """Holds all z against one bound, and prints it.

    terms : of the shortest of the sums that the z are
    skewness : of one term
    """
    largest, what = max((float(np.abs(z).max()), what) for what, z in found.items())
    count = sum(z.size for z in found.values())
    bound = largest_z(count, SIGNIFICANCE, skewness / np.sqrt(terms))
    detectable = (bound + float(stats.norm.ppf(0.9))) / np.sqrt(terms)
    print(
        f"largest |z| of {count}: {largest:.2f} ({what}), bound {bound:.2f}; of {terms} terms a "
        f"correlation of {detectable:.2g} is found with 90 %"
    )
    return Verdict(largest, what, bound, detectable)


def name(value: Source | tuple[float, ...]) -> str:
    """Of a parameter, in the name of a test."""
    return value.name.lower() if isinstance(value, Source) else "-".join(map(str, value))


@pytest.mark.parametrize("odds", ODDS, ids=name)
@pytest.mark.parametrize("source", SOUND, ids=name)
def test_pairs_of_coins_are_independent(source, odds):
    """131,072 rows; 75,220 pairs and means; significance 1.1e-4 each, and 1e-3 for all of a source.

    Finds with a power of 90 % a correlation of 0.021 between two streams, of 0.0052 between two
    lanes in all replicas, and of 0.0075 between two replicas in all lanes.
    """
    verdict = pairs(toss(source, odds, PAIR_ROWS))
    assert verdict.detectable < 0.022
    assert verdict.passed


@pytest.mark.parametrize("odds", ODDS, ids=name)
@pytest.mark.parametrize("source", SOUND, ids=name)
def test_triples_and_quadruples_of_lanes_are_independent(source, odds):
    """32,768 rows of 16 replicas; 126 sets of lanes; significance 1.1e-4 as above.

    Finds with a power of 90 % a correlation of 0.009, or 0.011 where coins are rarely +1.
    """
    verdict = lane_tuples(toss(source, odds, PAIR_ROWS // 4))
    assert verdict.detectable < 0.012
    assert verdict.passed


@pytest.mark.parametrize("source", SOUND, ids=name)
def test_triples_and_quadruples_of_generators_are_independent(source):
    """4,096 rows of even coins; 40,920 sets of 32 generators; significance 1.1e-4 as above.

    Finds with a power of 90 % a correlation of 0.12; seeds that are related give nearly 1.
    """
    verdict = generator_tuples(toss(source, (0.5,), TUPLE_ROWS))
    assert verdict.detectable < 0.13
    assert verdict.passed


@pytest.mark.parametrize("source", WEAK, ids=name)
def test_a_weak_source_is_caught(source):
    """LFSR64_CLOSE shows in rare coins alone, and most where an even one comes two words later: its
    sign is the parity of four bits, of which a rare coin needs the most to be set.
    """
    verdict = pairs(toss(source, ODDS[-1], PAIR_ROWS))
    assert verdict.largest > 2 * verdict.bound


def test_seeds_in_sequence_are_caught_by_triples():
    """Generators that start from 1, 2, 3, ...: the third is the XOR of the first two for ever.

    Any two of them are independent, so pairs show it only where sums over all lanes spread a little
    more than they should.
    """
    source = SOUND[0]
    words = np.zeros((LANES * REPLICAS // DRAWS, source.generator.seed_words), np.uint32)
    words[:, 0] = np.arange(1, len(words) + 1)
    coins = toss(source, (0.5,), PAIR_ROWS // 2, seeds=words.ravel())
    late = Coins(coins.rows[-PAIR_ROWS // 4 :], coins.skewness)
    for verdict in (generator_tuples(late), lane_tuples(late)):
        assert verdict.largest > 5 * verdict.bound
        assert verdict.largest > 5 * pairs(late).largest


@pytest.mark.parametrize("lag", LAGS)
def test_a_stream_that_follows_another_is_caught(lag):
    """True coins of which one stream repeats 5 % of another's, so many rows later."""
    random = np.random.default_rng(lag)
    rows = random.choice(np.array([-1, 1], np.float32), (PAIR_ROWS, LANES, REPLICAS))
    assert pairs(Coins(rows, 0.0)).passed
    copied = random.random(PAIR_ROWS - lag) < 0.05
    source = rows[: PAIR_ROWS - lag, 1, 2].copy()
    rows[lag:, 5, 7][copied] = source[copied]
    verdict = pairs(Coins(rows, 0.0))
    assert not verdict.passed
    assert verdict.what == f"streams, {lag} rows apart"
