"""Words of schedules: what they do, counted without doing it, and the same without loops."""

from dataclasses import replace

import numpy as np
import pytest

from glauber.hdl.facts import operations
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.program import Step
from glauber.host.errors import OptionError
from glauber.host.schedules import Emit, Measured, Repeat, encode, hold
from glauber.host.schedules.words import (
    check_words,
    count_emissions,
    count_passes,
    count_sweeps,
    fit_words,
    needed,
)

ALL, NONE = Abilities.ALL, Abilities.NONE
SCORES = Measured(scores=True)


def step(sweeps=1, **flags):
    return Step(1280, sweeps, **flags).encode()


def words(*items):
    return encode(list(items), 10.0, ALL).words


def array(*values):
    return np.array(values, np.uint32)


def loop(length, count, level=0):
    return operations.Repeat(length, count, level).encode()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([step(), loop(2, 1)], "word 1 of the schedule repeats the 2 words before it; there are 1"),
        ([step(), step(), loop(1, 1), loop(1, 1, 1)], "in the middle of the loop of the words 1"),
        ([step(), loop(1, 1), loop(2, 1)], "repeats a loop of its own level, 0"),
    ],
)
def test_loops_that_are_not_nested_are_told(given, message):
    with pytest.raises(OptionError, match=message):
        count_passes(array(*given))


def test_words_are_counted():
    given = array(step(2), step(3, emit=True), loop(1, 4), step(1, couple=False))
    assert count_passes(given).tolist() == [1, 5, 5, 1]
    assert count_sweeps(given) == 2 + 15 + 1
    assert count_emissions(given, ALL) == 5
    # A machine without abilities takes all words for steps.
    assert count_sweeps(given, NONE) == 2 + 3 + Step.decode(loop(1, 4)).sweeps + 1
    assert count_emissions(given, NONE) == 2


def test_what_a_device_must_be_able_to_do():
    assert needed(words(hold(1.0), SCORES)) == Abilities.SCORES
    assert needed(words(hold(1.0), Measured(moments=True))) == Abilities.MOMENTS
    assert needed(words(Repeat(2, (hold(1.0), Emit())))) == Abilities.LOOPS
    with pytest.raises(OptionError, match="needs LOOPS and SCORES, which fake cannot do; use"):
        check_words(words(Repeat(2, (hold(1.0), SCORES))), Abilities.MOMENTS, "fake")


def test_a_schedule_with_loops_that_does_not_fit_is_run_without_them():
    params = MachineParams(steps=4, abilities=ALL)
    given = words(Repeat(2, (hold(1.0), SCORES)))
    assert fit_words(given, params, "fake") is given
    longer = np.concatenate([given, given])
    assert fit_words(longer, params, "fake").tolist() == [*given[:2].tolist()] * 4
    assert fit_words(longer, replace(params, abilities=NONE), "fake") is longer


def test_nothing_to_run_is_told():
    with pytest.raises(OptionError, match="the schedule has no steps, so there is nothing to run"):
        fit_words(array(), MachineParams(), "fake")
