"""What nextpnr's report says of the clock of the machine."""

from typing import Any

import pytest

from glauber.firmware.errors import BuildError
from glauber.firmware.flows.registry import FLOWS
from glauber.firmware.timing import clock_names, critical_path, read_timing, timing_error
from glauber.hdl.family import Family

NAMES = {"clk", "clock.source.clk"}


def report(*paths: dict[str, Any], **clocks: tuple[float, float]) -> dict[str, Any]:
    fmax = {
        name: {"achieved": achieved, "constraint": constraint}
        for name, (achieved, constraint) in clocks.items()
    }
    return {"fmax": fmax, "critical_paths": list(paths)}


@pytest.mark.parametrize("name", ["clk", "clk_$glb_clk", "clk$glb_clk", "$glbnet$clock.source.clk"])
def test_the_clock_is_found_by_any_of_its_names(name: str) -> None:
    timing = read_timing(report(**{name: (60.5, 60.0024)}), NAMES, 60e6)
    assert timing.met
    assert (timing.clock, timing.achieved_hz) == (name, 60.5e6)


def test_a_clock_is_fast_enough_or_not() -> None:
    assert read_timing(report(clk=(60.0, 60.0024)), NAMES, 60e6).met
    assert not read_timing(report(clk=(59.99, 60.0024)), NAMES, 60e6).met


@pytest.mark.parametrize("clocks", [{}, {"rx": (90.0, 60.0)}])
def test_a_clock_that_was_not_timed(clocks: dict[str, tuple[float, float]]) -> None:
    with pytest.raises(BuildError, match=f"timed the clocks {'rx' if clocks else 'none'}, but of"):
        read_timing(report(**clocks), NAMES, 60e6)


def test_a_clock_that_was_timed_at_another_frequency() -> None:
    with pytest.raises(
        BuildError, match=r"checked the clock clk at 12.00 MHz, but it runs at 60.0"
    ):
        read_timing(report(clk=(90.0, 12.0)), NAMES, 60e6)


def test_another_clock_that_is_too_slow_is_named() -> None:
    found = report(clk=(90.0, 60.0), clk25=(24.0, 25.0))
    timing = read_timing(found, NAMES, 60e6)
    assert not timing.met
    assert str(timing_error(found, timing, 1)) == (
        "the clocks clk25 beside that of the machine are too slow for their constraints; "
        "correct the frequencies in the description of the board"
    )


def test_the_critical_path_is_that_of_the_clock() -> None:
    steps = [
        {"delay": 0.5, "type": "clk-to-q", "to": {"cell": "a.counter_TRELLIS_FF_Q_3"}},
        {"delay": 2.0, "type": "routing", "net": "m." + "x" * 80, "to": {"cell": "b"}},
        {"delay": 0.25, "type": "setup", "to": {"cell": "c_LUT4_Z_PFUMX"}},
    ]
    other = {"from": "<async>", "to": "posedge clk", "path": steps[:1]}
    path = {"from": "posedge clk", "to": "posedge clk", "path": steps}
    assert critical_path(report(other, path), "clk").splitlines() == [
        "     0.50  + 0.50  clk-to-q  a.counter",
        "     2.50  + 2.00  routing   ..." + "x" * 57,
        "     2.75  + 0.25  setup     c",
        "  0.75 ns in cells, 2.00 ns in wires",
    ]


@pytest.mark.parametrize(
    ("family", "kind", "pin"),
    [
        (Family.ICE40, "SB_DFFESR", "C"),
        (Family.ECP5, "TRELLIS_FF", "CLK"),
        (Family.GOWIN, "DFFRE", "CLK"),
    ],
)
def test_the_clock_is_what_most_flip_flops_have(family: Family, kind: str, pin: str) -> None:
    cells = {f"flop{n}": {"type": kind, "connections": {pin: [8 if n else 9]}} for n in range(3)}
    cells["lut"] = {"type": "LUT4", "connections": {pin: [9]}}
    nets = {"a": 8, "b": 8, "c": 9}
    netnames = {name: {"bits": [bit]} for name, bit in nets.items()} | {"d": {"bits": [8, 9]}}
    netlist = {"modules": {"top": {"cells": cells, "netnames": netnames}}}
    assert clock_names(netlist, FLOWS[family]) == {"a", "b"}
    netlist["modules"]["top"]["cells"] = {}
    with pytest.raises(
        BuildError, match="synthesis left no flip-flop; the image has no use for it"
    ):
        clock_names(netlist, FLOWS[family])
