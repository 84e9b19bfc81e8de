import numpy as np
import pytest

from glauber.host.errors import OptionError
from glauber.host.options import at_least, at_most, positive_number, whole_number


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3)])
def test_whole_numbers_of_every_kind(value):
    number = whole_number("n", value)
    assert number == 3
    assert type(number) is int


@pytest.mark.parametrize("value", [3.0, "3", None, np.float64(3), [3]])
def test_what_is_no_whole_number(value):
    with pytest.raises(OptionError, match=r"^n is .*; give a whole number$"):
        whole_number("n", value)


def test_whole_numbers_have_a_lower_limit():
    assert whole_number("n", -5, None) == -5
    with pytest.raises(OptionError, match=r"^n is 0; it must be 1 or more$"):
        whole_number("n", 0)
    with pytest.raises(OptionError, match=r"^n is 2; it must be 3 or more$"):
        whole_number("n", 2, 3)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "x", None, [1, 2]])
def test_what_is_no_positive_number(value):
    with pytest.raises(OptionError, match=r"^beta is .*; it must be a positive finite number$"):
        positive_number("beta", value)


def test_positive_numbers_of_every_kind():
    assert [positive_number("b", value) for value in (1, 0.5, np.float32(0.5))] == [1, 0.5, 0.5]


@pytest.mark.parametrize("limit", [0.000488283, 1.0, 12.3456, 999.9, 1e-9, 3.21e17])
def test_limits_in_texts_are_legal(limit):
    assert limit <= float(at_least(limit)) <= 1.01 * limit
    assert 0.99 * limit <= float(at_most(limit)) <= limit
    assert max(len(at_least(limit)), len(at_most(limit))) <= 9
