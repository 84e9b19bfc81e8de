"""The health tests do not cry wolf.

10**8 samples of the behavioural rings, in a study 10**9, as the model of the tests takes them. A
source that just met the claim would give an alarm in 2**40 samples on average, so in 10**9 with a
probability of 1e-3; sound rings have more entropy, and an alarm is then less likely than 10**-9.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from glauber.hdl.facts.health import PROPORTION_CUTOFF, REPETITION_CUTOFF, Health
from glauber.hdl.facts.registers import Register
from glauber.sim.model.entropy import EntropyModel
from glauber.sim.rings import RingModel, Rings

SOURCES = 4
AT_ONCE = 1 << 16


def take(seed: int, samples: int, fault: str = "none") -> EntropyModel:
    rings = Rings(RingModel(16, 64, seed=seed, fault=fault).per_sample())
    model = EntropyModel()
    for _ in range(-(-samples // AT_ONCE)):
        model.take(rings.bits(AT_ONCE))
    return model


@pytest.mark.parametrize("samples", [10**8, pytest.param(10**9, marks=pytest.mark.study)])
def test_no_false_alarm(samples):
    with ThreadPoolExecutor(2) as pool:
        models = list(pool.map(take, range(SOURCES), [samples // SOURCES] * SOURCES))
    counters = [model.registers() for model in models]
    assert sum(each[Register.SAMPLES] for each in counters) >= samples
    for model, each in zip(models, counters, strict=True):
        print(each)
        assert model.health is Health.READY
        # Far from the cut-offs: 2**-50 for the run, ten standard deviations for the window.
        assert each[Register.LONGEST_RUN] < REPETITION_CUTOFF - 30
        assert each[Register.MOST_FREQUENT] < PROPORTION_CUTOFF - 150


def test_an_alarm_is_not_missed():
    """The control: a fault ends in an alarm with the same code."""
    assert take(1, AT_ONCE, "biased").health & Health.PROPORTION
