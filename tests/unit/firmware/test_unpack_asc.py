"""The text form of a bitstream."""

import pytest

from glauber.firmware.unpack.asc import Asc
from glauber.firmware.unpack.errors import UnpackError

TEXT = """.comment made by hand
.device 1k
.logic_tile 1 1
010
111

.ram_data 3 1
00ff
0001
.extra_bit 0 330 142
.sym 12 name
"""


def test_sections_are_read():
    asc = Asc.parse(TEXT)
    assert asc.device == "1k"
    assert asc.tiles == {(1, 1): ["010", "111"]}
    assert asc.memories == {(3, 1): [0xFF, 1]}
    assert asc.extra == {(0, 330, 142)}


def test_a_bit_can_be_read_and_inverted():
    asc = Asc.parse(TEXT)
    assert [asc.bit(1, 1, 0, column) for column in range(3)] == [0, 1, 0]
    asc.flip(1, 1, 0, 1)
    asc.flip(1, 1, 1, 2)
    assert asc.tiles[1, 1] == ["000", "110"]
    assert asc.bit(9, 9, 0, 0) == 0


def test_text_reads_back_as_the_same():
    asc = Asc.parse(TEXT)
    assert Asc.parse(asc.text({(1, 1): "logic_tile"})) == asc


@pytest.mark.parametrize(
    "text",
    [
        ".device 1k\n.logic_tile 1 1\n012\n",
        "0101\n.device 1k\n",
        ".device 1k\n.logic_tile one 1\n",
        ".device\n",
        ".device 1k\n.ram_data 1 1\nxyz\n",
    ],
)
def test_other_text_is_refused_with_its_line(text):
    with pytest.raises(UnpackError, match=r"line [123] of the unpacked bitstream"):
        Asc.parse(text)


def test_a_bitstream_without_a_device_is_refused():
    with pytest.raises(UnpackError, match="names no device"):
        Asc.parse(".logic_tile 1 1\n010\n")
