"""How the tools of each family are called, from what Amaranth prepares of a whole image."""

import dataclasses
import re
from fractions import Fraction
from types import SimpleNamespace

import pytest

from glauber.firmware.boards.board import Preset
from glauber.firmware.boards.registry import find_board
from glauber.firmware.clocks.family import plan_clock
from glauber.firmware.errors import BoardError
from glauber.firmware.flows.registry import FLOWS
from glauber.firmware.images.base import serial_ports
from glauber.firmware.images.registry import make_image
from glauber.firmware.netlist.collisions import without_collision_logic
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import NoiseTable

SMALL = MachineParams(
    lanes=1,
    replicas=2,
    couplings_per_slot=1,
    draws=1,
    pbits=16,
    slots=16,
    rows=16,
    steps=16,
    burst_words=4,
    table=NoiseTable(2, 2),
    rings=2,
)
ROUTING = {
    "icebreaker": "--up5k --package sg48 --pcf top.pcf",
    "hx8k": "--hx8k --package ct256 --pcf top.pcf",
    "ulx3s-45f": "--45k --package CABGA381 --speed 6 --lpf top.lpf",
    "versa-ecp5": "--um-45k --package CABGA381 --speed 8 --lpf top.lpf",
    "tang-nano-9k": "--device GW1NR-LV9QN88PC6/I5 --vopt family=GW1N-9C --vopt cst=top.cst",
}
PACKING = {
    "icebreaker": "top.asc image.bin",
    "hx8k": "top.asc image.bin",
    "ulx3s-45f": "--compress --input top.config --bit image.bit",
    "versa-ecp5": "--compress --input top.config --bit image.bit",
    "tang-nano-9k": "-d GW1N-9C --sspi_as_gpio --mspi_as_gpio -o image.fs top.json",
}
# The PLL that makes 36 MHz, and its input.
PLLS = {
    "icebreaker": ("SB_PLL40_PAD", "PACKAGEPIN"),
    "hx8k": ("SB_PLL40_CORE", "REFERENCECLK"),
    "ulx3s-45f": ("EHXPLLL", "CLKI"),
    "versa-ecp5": ("EHXPLLL", "CLKI"),
    "tang-nano-9k": ("rPLL", "CLKIN"),
}


@pytest.fixture(scope="module", params=ROUTING)
def prepared(request: pytest.FixtureRequest) -> SimpleNamespace:
    name: str = request.param
    board = dataclasses.replace(find_board(name), preset=Preset(SMALL, 36_000_000))
    platform = board.platform()
    plan = platform.prepare(make_image("sampler", board, 5), "top", emit_src=False)
    return SimpleNamespace(
        name=name,
        flow=FLOWS[board.family],
        platform=platform,
        plan=plan,
        rtlil=plan.files["top.il"],
        clock=plan_clock(board.family, board.platform(), 36_000_000),
    )


def test_nextpnr_is_told_device_and_pins(prepared: SimpleNamespace) -> None:
    flow = prepared.flow
    assert " ".join(flow.routing(prepared.plan, f"top{flow.constraints}")) == ROUTING[prepared.name]
    routed = f"top{flow.routed}"
    assert routed in flow.routing_files(routed, "top.json")
    assert "top.json" in flow.routing_files(routed, "top.json")


def test_the_packer_is_told_what_the_board_wants(prepared: SimpleNamespace) -> None:
    flow = prepared.flow
    words = flow.packing(prepared.plan, f"top{flow.routed}", f"image{flow.image}")
    assert " ".join(words) == PACKING[prepared.name]


def test_synthesis_uses_multipliers_where_there_are_some(prepared: SimpleNamespace) -> None:
    command = prepared.flow.synthesis(prepared.platform)
    assert ("-dsp" in command) == (prepared.name == "icebreaker")


def test_the_clock_comes_from_the_pll_of_the_family(prepared: SimpleNamespace) -> None:
    cell, pin = PLLS[prepared.name]
    ((kind, content),) = re.findall(
        r"cell \\(SB_PLL\w+|EHXPLLL|rPLL) .*?\n((?:.|\n)*?)\n\s+end", prepared.rtlil
    )
    assert kind == cell
    assert f"connect \\{pin} " in content
    found = dict(re.findall(r"parameter (?:signed )?\\(\w+) (?:\d+'|)(-?\d+)", content))
    for name, value in prepared.clock.dividers.items():
        assert name in found
        assert value >= 0
    assert abs(prepared.clock.output_hz / Fraction(36_000_000) - 1) < 0.01


def test_pins_are_those_of_clock_line_and_lamp(prepared: SimpleNamespace) -> None:
    text = prepared.plan.files[f"top{prepared.flow.constraints}"]
    names = set(re.findall(r"\b(\w+?_0\w*?)__(?:io|p|n)\b", text))
    extra = {"rst_0"} if prepared.name == "versa-ecp5" else set[str]()
    clocks = {name for name in names if name.startswith("clk")}
    assert len(clocks) == 1
    assert names - clocks == {"uart_0__rx", "uart_0__tx", "led_0"} | extra


def test_the_rings_are_those_of_the_family(prepared: SimpleNamespace) -> None:
    lut = "SB_LUT4" if prepared.name in {"icebreaker", "hx8k"} else "LUT4"
    assert len(re.findall(rf"cell \\{lut} ", prepared.rtlil)) == 3 + 5


def test_collision_logic_is_left_out_of_the_machine_alone(prepared: SimpleNamespace) -> None:
    edited = without_collision_logic(prepared.rtlil)
    assert edited != prepared.rtlil
    modules = {
        found[1]: module
        for module in re.split(r"(?m)^(?=module )", edited)
        if (found := re.match(r"module \\(\S+)", module))
    }
    seen = set[str]()
    for name, module in modules.items():
        for width, digits in re.findall(r"COLLISION_X_MASK (\d+)'([01]+)", module):
            inside = (
                re.search(r"machine\.(fabric|measure|sequencer|noise|link|stream)", name)
                is not None
            )
            assert digits == ("1" if inside else "0") * int(width)
            seen.add("inside" if inside else "outside")
    assert "inside" in seen


@pytest.mark.parametrize("lacks", ["resource", "input"])
def test_a_board_without_a_serial_line_is_refused(lacks: str) -> None:
    from amaranth.build import Pins, Resource, Subsignal

    platform = find_board("icebreaker").platform()
    del platform.resources["uart", 0]
    if lacks == "input":
        ends = [Subsignal("rx", Pins("6", dir="o")), Subsignal("tx", Pins("9", dir="o"))]
        platform.add_resources([Resource("uart", 0, *ends)])
    with pytest.raises(
        BoardError, match=r"icebreaker has no usable resource `uart` .*; it must ha"
    ):
        serial_ports(platform, "icebreaker")
