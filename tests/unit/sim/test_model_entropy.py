"""The model of the health tests at their cut-offs, and of the reseeds."""

import numpy as np
import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.generators import Lfsr
from glauber.hdl.facts.health import RESEED_REPLAY, RESEEDS_MISSED_MAX, Health
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.registers import Register
from glauber.sim.model.bank import GeneratorBank
from glauber.sim.model.control import NoiseControl
from glauber.sim.model.entropy import EntropyModel
from glauber.sim.model.reseed import Reseeder
from glauber.sim.rings import RingModel
from support.bits import BOUNDARIES


@pytest.mark.parametrize("name", BOUNDARIES)
def test_tests_fail_at_their_cutoffs_and_not_before(name):
    bits, expected = BOUNDARIES[name]
    whole, parts = EntropyModel(), EntropyModel()
    whole.take(bits)
    for bit in bits:
        parts.take(np.array([bit], np.uint8))
    assert whole.health & Health.FAILURES == expected
    assert parts.health == whole.health
    assert parts.registers() == whole.registers()
    assert (parts.record == whole.record).all()


def test_a_fresh_word_is_used_once_and_only_if_one_is_wanted():
    reseeder = Reseeder()
    assert not reseeder.offer(1)  # no reseeds
    reseeder.set(3)
    assert reseeder.offer(2)
    assert not reseeder.offer(3)  # one is held
    assert [reseeder.pass_sweeps(1) for _ in range(6)] == [0, 0, 2, 0, 0, 0]
    assert (reseeder.done, reseeder.missed) == (2, 1)
    assert reseeder.record[:2].tolist() == [2, 0]
    reseeder.set(1 | RESEED_REPLAY)
    assert not reseeder.offer(4)  # a replay has its words
    assert [reseeder.pass_sweeps(1) for _ in range(2)] == [2, 0]


def test_a_word_that_is_dropped_is_not_mixed_in():
    reseeder = Reseeder()
    reseeder.set(1)
    assert reseeder.offer(7)
    reseeder.drop()
    assert reseeder.pass_sweeps(1) == 0
    assert reseeder.missed == 1


def test_time_is_not_lost_between_short_pieces():
    params = MachineParams(rings=4, ring_divider=64)
    control = NoiseControl(params, RingModel(4, 64))
    for _ in range(1000):
        control.pass_cycles(50)
    assert control.read(Register.SAMPLES) == 50 * 1000 // 64


def test_reseeds_that_are_missed_are_counted_up_to_a_limit():
    reseeder = Reseeder()
    reseeder.set(1)
    for _ in range(RESEEDS_MISSED_MAX + 10):
        reseeder.pass_sweeps(1)
    assert reseeder.missed == RESEEDS_MISSED_MAX


def test_an_lfsr_without_a_model_is_refused():
    message = (
        r"an LFSR of 128 bits with taps \(128, 126, 101, 99\) and a leap of 32 has no model; "
        "use 32 or 64 bits and no tap below the leap"
    )
    with pytest.raises(FactError, match=message):
        GeneratorBank(Lfsr((128, 126, 101, 99), 32), 1, 1).draw(np.empty((1, 1, 1), np.uint32))
