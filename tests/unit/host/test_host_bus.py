import numpy as np
import pytest

from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.host.bus import describe_address, to_words
from glauber.host.errors import FactError


@pytest.mark.parametrize(
    "values", [[0, 1, 0xFFFFFFFF], np.array([0, 1, 0xFFFFFFFF], np.int64), (0, 1, 0xFFFFFFFF)]
)
def test_words_keep_their_value(values):
    words = to_words(values)
    assert words.dtype == np.uint32
    assert words.tolist() == [0, 1, 0xFFFFFFFF]


def test_no_words():
    assert to_words([]).tolist() == []


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([3, -1], "a word is -1, outside its legal range 0 to 4294967295"),
        (np.array([1 << 32]), "a word is 4294967296, outside"),
        ([0.5], "have the type float64; give integers"),
        (["x"], "have the type <U1; give integers"),
    ],
)
def test_what_is_no_word_is_refused(values, text):
    with pytest.raises(FactError, match=text):
        to_words(values)


def test_addresses_are_named():
    assert describe_address(0) == "MAGIC (0x0)"
    assert describe_address(Register.STATUS) == f"STATUS ({int(Register.STATUS):#x})"
    assert describe_address(region_base(Region.ROWS) + 3) == "ROWS + 3 (0x10000003)"
    assert describe_address(0x80000010) == "PROGRAM + 16 (0x80000010)"
    assert describe_address(999) == "REGISTERS + 999 (0x3e7)"
    assert describe_address(0xF0000000) == "0xf0000000"
