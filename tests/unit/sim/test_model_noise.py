import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import NoiseTable
from glauber.hdl.facts.numbers import noise_limit
from glauber.sim.model.noise import KEYS, magnitudes, thresholds, word_key
from support.plain_model import PlainMachine

TEMPERATURES = (0, 1, 2, 255, 256, 3000, 2**18 - 1)


@pytest.mark.parametrize("split", [(6, 4), (4, 2)])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_thresholds_say_from_which_key_on_the_noise_reaches_a_field(temperature, split):
    limit = noise_limit(14)
    table = NoiseTable(*split)
    noise = magnitudes(temperature, table, limit)
    got = thresholds(temperature, table, limit, limit + 3)
    assert (got == np.searchsorted(noise, np.arange(limit + 4))).all()
    assert got[-1] == KEYS
    assert got[0] == 0


def test_keys_and_magnitudes_are_those_of_plain_integers():
    params = MachineParams()
    plain = PlainMachine(params)
    words = np.random.default_rng(1).integers(0, 2**32, 500, np.uint64).astype(np.uint32)
    corners = [(0xFFFFFFFF << shift) & 0xFFFFFFFF for shift in range(33)]
    words = np.concatenate([words, np.array(corners, np.uint32), ~np.array(corners, np.uint32)])
    for temperature in TEMPERATURES:
        noise = magnitudes(temperature, params.table, noise_limit(params.field_bits))
        for word in words:
            magnitude = int(noise[word_key(word)])
            expected = plain.noise(int(word), temperature)
            assert (~magnitude if word >> 31 else magnitude) == expected
