import numpy as np
import pytest

from glauber.hdl.facts.noise import NoiseTable
from glauber.hdl.facts.numbers import noise_limit
from glauber.sim.model.noise import KEYS, magnitudes, thresholds

TEMPERATURES = (0, 1, 2, 255, 256, 3000, 2**18 - 1)


@pytest.mark.parametrize("split", [(6, 4), (4, 2)])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_thresholds_say_from_which_key_on_the_noise_reaches_a_field(temperature, split):
    limit = noise_limit(14)
    table = NoiseTable(*split)
    noise = magnitudes(temperature, table, limit)
    fields = np.arange(limit + 4)
    got = thresholds(np.array([temperature]), table, limit, fields)[0]
    assert (got == np.searchsorted(noise, np.arange(limit + 4))).all()
    assert got[-1] == KEYS
    assert got[0] == 0
