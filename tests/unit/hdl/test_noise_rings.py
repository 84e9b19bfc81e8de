import re

import pytest
from amaranth.back import rtlil

from glauber.hdl.family import Family
from glauber.hdl.noise.rings import RING_STAGES, RingOscillators
from support.refusal import assert_refused


def netlist(family: Family, stages: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AMARANTH_USE_YOSYS", "builtin")
    dut = RingOscillators(family, stages)
    return rtlil.convert(dut, name="top", ports=[dut.enable, dut.o], emit_src=False)


def test_the_default_is_16_rings_of_3_and_5_stages_in_turn() -> None:
    assert RING_STAGES == (3, 5, 3, 5, 3, 5, 3, 5, 3, 5, 3, 5, 3, 5, 3, 5)


@pytest.mark.parametrize(
    ("family", "cell"),
    [(Family.ICE40, "SB_LUT4"), (Family.ECP5, "LUT4"), (Family.GOWIN, "LUT4")],
)
def test_every_stage_is_a_lut_with_its_name_and_keep(
    family: Family, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = netlist(family, (3, 7), monkeypatch)
    kept = re.findall(r"attribute \\keep 1\s+cell \\(\w+) \\(\w+)", text)
    assert kept == [(cell, f"stage{index}") for length in (3, 7) for index in range(length)]
    assert re.findall(r"(?m)^module (\S+)", text) == ["\\top", "\\top.ring0", "\\top.ring1"]


@pytest.mark.parametrize("length", [-1, 0, 1, 2, 64, 65])
def test_a_length_out_of_range_is_refused(length: int) -> None:
    assert_refused(
        lambda: RingOscillators(Family.ICE40, (3, length)),
        f"^the number of stages of ring 1 is {length}, outside its legal range 3 to 63; "
        "give an odd number in this range$",
    )


def test_an_even_length_is_refused() -> None:
    assert_refused(
        lambda: RingOscillators(Family.GOWIN, (4,)),
        "^the number of stages of ring 0 is 4, which is even, so the ring would settle instead of "
        "oscillating; give an odd number, 3 to 63$",
    )


def test_no_rings_are_refused() -> None:
    assert_refused(
        lambda: RingOscillators(Family.ECP5, ()),
        "^the number of rings is 0, and must be 1 or more; give a length each$",
    )
