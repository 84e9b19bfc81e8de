"""The model of the health tests at their cut-offs, and of the reseeds."""

import numpy as np
import pytest

from glauber.hdl.facts.health import RESEED_REPLAY, RESEEDS_MISSED_MAX, Health
from glauber.sim.model.entropy import EntropyModel
from glauber.sim.model.reseed import Reseeder
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


def test_reseeds_that_are_missed_are_counted_up_to_a_limit():
    reseeder = Reseeder()
    reseeder.set(1)
    for _ in range(RESEEDS_MISSED_MAX + 10):
        reseeder.pass_sweeps(1)
    assert reseeder.missed == RESEEDS_MISSED_MAX
