"""Ladders on the host: betas, codes, what a device holds, and how rungs are moved."""

from dataclasses import replace

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.tempering import exchange_temperature, visited
from glauber.host.compile import IsingProblem
from glauber.host.device import Device
from glauber.host.errors import FactError, OptionError
from glauber.host.tempering.ladder import (
    Ladder,
    count_ladders,
    default_ladder_range,
    geometric_ladder,
    read_betas,
)
from glauber.host.tempering.tune import equal_rejection, wanted_rungs
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine

SMALL = MachineParams(
    lanes=2, replicas=8, pbits=16, slots=64, rows=8, steps=16, abilities=Abilities.ALL
)


def open_device(**changes):
    return Device(Endpoint(ModelMachine(replace(SMALL, **changes), 1), "fake"))


def test_betas_are_taken_in_either_order():
    assert read_betas([2, 1, 0.5]) == read_betas((0.5, 1, 2)) == (2.0, 1.0, 0.5)
    assert geometric_ladder(0.5, 2, 3) == pytest.approx((2, 1, 0.5))


@pytest.mark.parametrize(
    ("betas", "message"),
    [
        ([1], r"betas are \[1\]; give two or more positive finite numbers"),
        ([1, 0], "give two or more positive finite numbers"),
        ([1, float("inf")], "give two or more positive finite numbers"),
        (5, "betas are 5; give two or more"),
        ("ab", "betas are 'ab'; give two or more"),
        ([3, 1, 2], "betas have 1 beside 2; they must all differ, and rise or fall"),
        ([1, 1], "betas have 1 beside 1; they must all differ"),
    ],
)
def test_betas_that_are_no_ladder(betas, message):
    with pytest.raises(OptionError, match=message):
        read_betas(betas)


@pytest.mark.parametrize(
    ("rungs", "ladders", "message"),
    [
        (1, None, "a ladder has 1 rungs; it must have 2 to 8, the replicas of this device: use fe"),
        (9, None, r"a ladder has 9 rungs; .* such as model:\?replicas=16"),
        (1.5, None, "num_rungs is 1.5; give a whole number"),
        (4, 3, "num_ladders is 3; 2 ladders of 4 rungs fit the 8 replicas of this device: use few"),
        (4, 0, "num_ladders is 0; it must be 1 or more"),
    ],
)
def test_ladders_that_do_not_fit(rungs, ladders, message):
    with pytest.raises(OptionError, match=message):
        count_ladders(rungs, ladders, 8)


def test_ladders_stand_side_by_side_with_walls_between_them():
    assert count_ladders(3, None, 8) == 2
    ladder = Ladder((2.0, 1.0, 0.5), 100.0, 2, 8)
    codes = [round(256 * 100 / (2 * beta)) for beta in (2, 1, 0.5)]
    temperatures, exchange = ladder.words()
    assert temperatures == [*codes, *codes, (1 << 18) - 1, (1 << 18) - 1]
    pairs = [exchange_temperature(*codes[:2]), exchange_temperature(*codes[1:])]
    assert exchange == [*pairs, 0, *pairs, 0, 0, 0]
    assert ladder.rungs.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert ladder.realised.tolist() == [2.0, 1.0, 0.5]
    assert ladder.beta_error == 0
    rounded = Ladder((2.003, 1.0), 3.0, 1, 8)
    assert rounded.beta_error == pytest.approx(abs(rounded.realised[0] / 2.003 - 1), rel=0.01)


@pytest.mark.parametrize("exchanges", [0, 1, 2, 7])
def test_attempts_are_counted_as_the_machine_visits(exchanges):
    ladder = Ladder((2.0, 1.0, 0.5), 100.0, 2, 8)
    counts = np.zeros(8, np.int64)
    for number in range(exchanges):
        counts[list(visited(number, 8))] += 1
    assert ladder.attempts(exchanges).tolist() == counts[ladder.rungs[:, :-1]].tolist()


def test_betas_that_a_device_cannot_tell_apart():
    with pytest.raises(OptionError, match=r"betas 2 and 1.999 are the same temperature to this"):
        Ladder((2.0, 1.999, 1.0), 1.0, 1, 8)
    with pytest.raises(OptionError, match=r"beta 0.0001 is outside the range of this problem"):
        Ladder((2.0, 0.0001), 1.0, 1, 8)
    with pytest.raises(
        FactError, match=r"an exchange temperature's code is .* spread the temperat"
    ):
        Ladder((0.500002, 0.5), 1000.0, 1, 8)


def test_the_default_range_is_hot_enough_and_cold_enough():
    random = np.random.default_rng(1)
    signs = dimod.BQM("SPIN")
    for first in range(64):
        for step in (1, 8):
            signs.add_quadratic(first, (first + step) % 64, float(random.choice([-1, 1])))
    hot, cold = default_ladder_range(IsingProblem.from_bqm(signs))
    assert hot == pytest.approx(0.25)  # half of one over the root of four
    assert cold == pytest.approx(np.log(100) / 2)
    scaled = signs.copy()
    scaled.scale(10)
    assert default_ladder_range(IsingProblem.from_bqm(scaled)) == pytest.approx(
        (hot / 10, cold / 10)
    )
    scaled.add_quadratic(0, 5, 0.1)  # a tiny coupling makes an anneal colder, but not without end
    assert default_ladder_range(IsingProblem.from_bqm(scaled))[1] < 3 * cold / 10 * 1.1
    nothing = dimod.BQM({"a": 0}, {}, "SPIN")
    assert default_ladder_range(IsingProblem.from_bqm(nothing)) == (0.1, 1.0)


def test_a_device_holds_a_ladder():
    device = open_device()
    device.ladder.write(range(100, 108), range(8))
    assert device.link.read(region_base(Region.LADDER), 16).tolist() == [
        *range(100, 108),
        *range(8),
    ]
    assert device.ladder.replicas().tolist() == list(range(8))
    assert device.ladder.accepted().tolist() == [0] * 8
    assert device.ladder.exchanges() == 0
    for temperatures, exchange, what in ((range(7), range(8), "7 t"), (range(8), range(9), "9 ex")):
        with pytest.raises(
            FactError, match=f"{what}.* were given, fake takes 8; give one for each"
        ):
            device.ladder.write(temperatures, exchange)


def test_a_device_without_ladders_is_named_with_a_remedy():
    device = open_device(abilities=Abilities.SCORES)
    for act in (
        lambda: device.ladder.write(range(8), range(8)),
        device.ladder.replicas,
        device.ladder.accepted,
        device.ladder.exchanges,
    ):
        with pytest.raises(OptionError) as caught:
            act()
        assert str(caught.value) == (
            "parallel tempering needs the ability TEMPERING, which fake lacks; use a model with "
            "it, such as model:?abilities=all, or an image from "
            "`glauber build BOARD --set abilities=scores,tempering`"
        )


def test_rungs_divide_the_rejections_into_equal_parts():
    """On a ladder where the rejection is the length in ln beta, up to a factor."""
    betas = (4.0, 3.0, 0.5, 0.25)
    rejection = -0.3 * np.diff(np.log(betas))
    found = equal_rejection(betas, 1 - rejection, 9)
    assert (found[0], found[-1]) == (4.0, 0.25)
    assert np.diff(np.log(found)) == pytest.approx(np.full(8, np.log(1 / 16) / 8))
    # A ladder that is cut gets its rungs at the cut.
    found = equal_rejection((4.0, 2.0, 1.0), np.array([1.0, 0.0]), 4)
    assert found[1:3] == pytest.approx((2 ** (2 / 3), 2 ** (1 / 3)), rel=0.01)


@pytest.mark.parametrize(
    ("barrier", "most", "rungs"),
    [(0.2, 64, 4), (5, 64, 8), (13, 64, 32), (18, 16, 16), (40, 64, 64)],
)
def test_there_are_about_twice_as_many_rungs_as_the_barrier(barrier, most, rungs):
    assert wanted_rungs(barrier, most) == rungs
