"""Seeds expand to streams that are disjoint pieces of one cycle, and not linear in anything."""

from itertools import pairwise

import numpy as np
import pytest

from glauber.hdl.facts import seeding
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.generators import Source
from glauber.sim.model.bank import GeneratorBank

GOLDEN = {
    Source.XOROSHIRO64: [0xD23D018F, 0xCDE543DF],
    Source.LFSR64: [0x28B92C88, 0x66BD5DF0],
    Source.XOSHIRO128: [0xE0F44B8B, 0x70C1387D, 0x13066EB9, 0x9B91F72A],
    Source.LFSR64_CLOSE: [0xA4EC99EA, 0xBA6B16BE],
    Source.LFSR32_SERIAL: [0x93AA0A7C],
}

every_source = pytest.mark.parametrize("source", Source)


@every_source
def test_seed_words_load_the_start_state(source):
    for stream in (0, 1, 2, seeding.stream_count(source) - 1):
        words = seeding.seed_words(source, 5, stream)
        assert len(words) == source.generator.seed_words
        assert seeding.load(source.generator, words) == seeding.start_state(source, 5, stream)


@every_source
def test_streams_of_a_seed_are_distinct_and_never_zero(source):
    states = [seeding.start_state(source, 1, stream) for stream in range(2048)]
    assert len(set(states)) == 2048
    assert 0 not in states


@every_source
def test_slots_fit_on_the_cycle(source):
    words, count = seeding.stream_words(source), seeding.stream_count(source)
    assert words * source.generator.moves * count < 1 << source.generator.state_bits


def test_seeds_mean_the_same_in_every_version():
    """Whoever changes these changes the samples of every seed."""
    found = {source: seeding.seed_words(source, 1, 2) for source in Source}
    assert found == GOLDEN


def test_streams_that_follow_each_other_are_not_neighbours_on_the_cycle():
    """Nor is it the same slots for every seed."""
    bits = seeding.stream_count(Source.LFSR32_SERIAL).bit_length() - 1
    orders = [[seeding.slot(key, k, bits) for k in range(1 << bits)] for key in (1, 2)]
    for order in orders:
        assert sorted(order) == list(range(1 << bits))
        neighbours = sum(abs(a - b) == 1 for a, b in pairwise(order))
        assert neighbours < 20  # of 4,095; 2 are expected
        halves = np.array(order).reshape(2, -1) >> (bits - 1)
        assert 0.4 < halves[0].mean() < 0.6
    assert sum(a == b for a, b in zip(*orders, strict=True)) < 20


def test_a_start_is_never_zero(monkeypatch):
    monkeypatch.setattr(seeding, "_draw", lambda *_: 0)
    for source in Source:
        assert seeding.start_state(source, 1, 5)


def test_every_slot_is_used_once():
    """For the source with few enough streams to look at all."""
    states = {seeding.start_state(Source.LFSR32_SERIAL, 9, stream) for stream in range(4096)}
    assert len(states) == 4096


@pytest.mark.parametrize("source", [Source.LFSR32_SERIAL])
def test_a_stream_ends_where_the_next_slot_begins(source):
    """Walked step by step, so that what the jumps compute is the distance that is promised."""
    count = seeding.stream_count(source)
    ends = {seeding.start_state(source, 3, stream) for stream in range(count)}
    bank = GeneratorBank(source.generator, 1, 8)
    words = [word for stream in range(8) for word in seeding.seed_words(source, 3, stream)]
    bank.seed(np.arange(len(words)), np.array(words, np.uint32))
    left = seeding.stream_words(source)
    while left:
        rows = min(left, 1 << 16)
        bank.draw(np.empty((rows, 1, 8), np.uint32))
        left -= rows
    found = {int(state) for state in bank.state[0, 0]}
    # The last slot of the cycle has no next one.
    assert len(found & ends) >= 7


def test_streams_of_an_lfsr_are_not_displaced_by_parts_of_a_word():
    """All states on the way of eight streams, shift by shift, are different."""
    generator = Source.LFSR64.generator
    assert seeding.stream_words(Source.LFSR64) * generator.moves <= (1 << 40) - 87
    seen = set()
    for stream in range(8):
        state = seeding.start_state(Source.LFSR64, 1, stream)
        for _ in range(2000):
            seen.add(state)
            state = generator.move(state)
    assert len(seen) == 8 * 2000


@every_source
def test_seeding_is_not_linear(source):
    """Streams 1, 2 and 3 of a linear seeder would XOR to a constant for every seed."""
    relations = {
        seeding.start_state(source, seed, 1)
        ^ seeding.start_state(source, seed, 2)
        ^ seeding.start_state(source, seed, 3)
        for seed in range(64)
    }
    assert len(relations) == 64


@every_source
def test_seeds_differ(source):
    assert len({seeding.start_state(source, seed, 0) for seed in range(256)}) == 256


@pytest.mark.parametrize("seed", [-1, 1 << 64])
def test_seeds_out_of_range_are_refused(seed):
    with pytest.raises(FactError, match=f"the seed is {seed}, .* 64-bit unsigned"):
        seeding.seed_words(Source.XOROSHIRO64, seed, 0)


def test_streams_out_of_range_are_refused():
    with pytest.raises(
        FactError, match=r"stream is 4096, .* 0 to 4095; ask for fewer reads: lfsr32_serial"
    ):
        seeding.seed_words(Source.LFSR32_SERIAL, 1, 4096)


def test_a_generator_that_cannot_be_loaded_is_refused():
    """If its matrix were singular, some state would be out of reach."""
    with pytest.raises(FactError, match="cannot be seeded through word 0"):
        seeding.LinearMap([1, 1]).inverse()
