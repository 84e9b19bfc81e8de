"""Seed words of many streams are those that the facts define for each."""

import numpy as np
import pytest

from glauber.hdl.facts import seeding
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.generators import Source
from glauber.host.seeds import seed_words


@pytest.mark.parametrize("source", Source)
def test_words_are_those_of_the_definition(source):
    rng = np.random.default_rng(source)
    last = seeding.stream_count(source) - 1
    streams = np.concatenate([[0, 1, last], rng.integers(0, last, 40, endpoint=True)])
    for seed in (0, (1 << 64) - 1, int(rng.integers(1 << 63))):
        found = seed_words(source, seed, streams)
        assert found.dtype == np.uint32
        expected = [seeding.seed_words(source, seed, stream) for stream in streams.tolist()]
        assert found.tolist() == expected


def test_no_streams_have_no_words():
    found = seed_words(Source.XOROSHIRO64, 1, np.zeros(0, np.int64))
    assert found.shape == (0, 2)


@pytest.mark.parametrize("stream", [-1, 4096])
def test_streams_out_of_range_are_refused(stream):
    with pytest.raises(FactError, match=f"stream is {stream}, .* 0 to 4095"):
        seed_words(Source.LFSR32_SERIAL, 1, np.array([0, stream]))


def test_seeds_out_of_range_are_refused():
    with pytest.raises(FactError, match=r"the seed is -1, .* 64-bit unsigned"):
        seed_words(Source.XOROSHIRO64, -1, np.zeros(1, np.int64))
