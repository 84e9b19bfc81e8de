"""The exchange temperature, and which rungs an exchange visits."""

import math

import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.rules import Mode, modes
from glauber.hdl.facts.tempering import EXCHANGE_FORMAT, exchange_temperature, visited


@pytest.mark.parametrize(("lower", "upper"), [(1, 2), (256, 300), (77, 78), (1000, 260_000)])
def test_the_exchange_temperature_is_that_of_the_difference_of_betas(lower, upper):
    betas = [1 / (2 * TEMPERATURE_FORMAT.decode(code)) for code in (lower, upper)]
    exact = 2 / (betas[0] - betas[1])
    found = EXCHANGE_FORMAT.decode(exchange_temperature(lower, upper))
    assert math.isclose(found, exact, rel_tol=0, abs_tol=2**-9)


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (0, 5, "temperature code 0 below 5; codes must be above 0 and rise"),
        (5, 5, "temperature code 5 below 5"),
        (6, 5, "temperature code 6 below 5"),
        (200_000, 200_001, r"code is 160000800000, .*; spread the temperature codes 200000 and"),
    ],
)
def test_temperatures_that_make_no_ladder(lower, upper, text):
    with pytest.raises(FactError, match=text):
        exchange_temperature(lower, upper)


def test_every_pair_of_rungs_is_visited_by_every_other_exchange():
    assert [list(visited(number, 5)) for number in (0, 1, 2)] == [[0, 2], [1, 3], [0, 2]]
    assert [list(visited(number, 4)) for number in (0, 1)] == [[0, 2], [1]]
    assert [list(visited(number, 1)) for number in (0, 1)] == [[], []]


def test_a_mode_needs_its_ability():
    assert modes(Abilities.NONE) == Mode.HEAT_BATH
    assert modes(Abilities.ALL) == Mode.METROPOLIS | Mode.LADDER
    assert modes(Abilities.TEMPERING | Abilities.SCORES) == Mode.LADDER
