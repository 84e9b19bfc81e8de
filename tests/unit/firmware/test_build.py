"""Whole builds with stand-ins for the tools: what these are told, and what their answers mean."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from glauber.firmware import build as build_module
from glauber.firmware.boards.board import Board, Preset
from glauber.firmware.boards.registry import find_board
from glauber.firmware.build import BuildOptions, Built, build_image
from glauber.firmware.errors import (
    BuildError,
    ClockError,
    DesignTooLargeError,
    ImageNameError,
    RingsLostError,
    TimingError,
    ToolFailedError,
    ToolSlowError,
)
from glauber.firmware.report import report_text
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import NoiseTable
from support.fake_tools import FakePlatform, FakeTools

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
)


@pytest.fixture
def board() -> Board:
    """A small machine on a board whose clock needs no PLL."""
    return dataclasses.replace(
        find_board("icebreaker"), preset=Preset(SMALL, 12_000_000), platform=FakePlatform
    )


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTools:
    monkeypatch.setenv("GLAUBER_CACHE", str(tmp_path / "cache"))
    return FakeTools(tmp_path / "tools", monkeypatch)


def build(
    board: Board, seeds: int = 1, jobs: int = 1, *, force: bool = False, limit: float = 600
) -> Built:
    return build_image(board, options=BuildOptions(seeds, jobs, force, limit))


def logs(tmp_path: Path) -> list[str]:
    return sorted(file.name for file in (tmp_path / "cache" / "images" / "work").glob("*/*"))


@pytest.mark.usefixtures("tools")
def test_an_image_is_built_and_reported(board: Board) -> None:
    built = build(board)
    assert not built.cached
    assert built.file.name == "icebreaker-sampler.bin"
    assert built.file.read_text() == "packed: routed with seed 1"
    report = built.report
    assert report["build_id"] == built.file.parent.name[:8]
    assert report["clock_hz"] == 12_000_000
    assert report["achieved_hz"] == 100_000_000
    assert report["usage"] == {
        "LUT4": {"used": 100, "available": 5280},
        "FF": {"used": 1, "available": 5280},
    }
    # A row has 3 slots at least, and 2 p-bits are updated in it.
    assert report["updates_per_ns"] == {"3": 0.008, "6": 0.004, "48": 0.0005}
    assert report["updates_per_ns_per_kilolut"]["3"] == 0.08
    assert report["capacity"] == {"pbits": 16, "couplings": 8}
    assert set(report["seconds"]) == {"yosys", "nextpnr-ice40", "icepack"}
    text = report_text(report)
    assert "LUT4         100 of 5,280 (2 %)" in text
    assert "12.00 MHz; static timing allows 100.00 (seed 1)" in text
    beside = {file.name for file in built.file.parent.iterdir()}
    assert beside >= {"yosys.log", "nextpnr.log", "packer.log", "report.json", "manifest.json"}


def test_the_tools_are_told_device_pins_and_clock(board: Board, tools: FakeTools) -> None:
    build(board)
    ((option, script),) = tools.calls("yosys")
    assert option == "-p"
    assert script == "read_rtlil top.il; synth_ice40 -dsp -top top -json top.json"
    (words,) = tools.calls("nextpnr-ice40")
    line = " ".join(words)
    assert "--up5k --package sg48 --pcf top.pcf --json top.json" in line
    assert "--seed 1 --freq 12.000000 --timing-allow-fail" in line
    assert "--ignore-loops" not in line
    assert tools.calls("icepack") == [["seed1.asc", "icebreaker-sampler.bin"]]


def test_the_same_inputs_are_not_built_again(board: Board, tools: FakeTools) -> None:
    first = build(board)
    tools.forget()
    again = build(board)
    assert again.cached
    assert (again.file, again.report) == (first.file, first.report)
    assert tools.calls("yosys") == []
    assert not build(board, force=True).cached
    assert len(tools.calls("yosys")) == 1


@pytest.mark.usefixtures("tools")
def test_another_machine_clock_image_or_tool_is_another_image(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = dataclasses.replace(SMALL, rows=32)
    others = [
        dataclasses.replace(board, preset=Preset(params, 12_000_000)),
        dataclasses.replace(board, preset=Preset(SMALL, 16_000_000)),
        dataclasses.replace(board, preset=Preset(SMALL, 12_000_000, baud=500_000)),
        dataclasses.replace(board, name="other"),
    ]
    ids = {build(other).report["build_id"] for other in (board, *others)}
    monkeypatch.setenv("AMARANTH_icepack_opts", "-v")  # Amaranth passes it on
    ids.add(build(board).report["build_id"])
    assert len(ids) == 6


def test_options_of_the_platform_reach_the_packer(board: Board, tools: FakeTools) -> None:
    build(dataclasses.replace(board, platform=lambda: FakePlatform(["-v"])))
    assert tools.calls("icepack") == [["-v", "seed1.asc", "icebreaker-sampler.bin"]]


@pytest.mark.usefixtures("tools")
def test_a_damaged_entry_is_built_again(board: Board) -> None:
    built = build(board)
    built.file.write_text("something else")
    again = build(board)
    assert not again.cached
    assert again.file.read_text() == "packed: routed with seed 1"
    assert build(board).cached


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_the_lowest_seed_that_is_fast_enough_is_used(
    board: Board, tools: FakeTools, jobs: int
) -> None:
    tools.plan(megahertz=[11.0, 11.5, 12.5, 13.0])
    built = build(board, seeds=4, jobs=jobs)
    assert built.file.read_text() == "packed: routed with seed 3"
    assert built.report["seed"] == 3
    assert built.report["achieved_hz"] == 12_500_000


def test_too_slow_with_every_seed(board: Board, tools: FakeTools, tmp_path: Path) -> None:
    tools.plan(megahertz=[9.0, 10.0, 8.0])
    with pytest.raises(TimingError) as error:
        build(board, seeds=3)
    assert error.value.exit_code == 3
    assert str(error.value) == (
        "the machine reaches 10.00 MHz with the best of 3 seeds, and shall have 12.00 MHz. "
        "Its slowest path, in ns:\n"
        "     2.50  + 2.50  clk-to-q  a\n"
        "     3.75  + 1.25  routing   machine.bus\n"
        "  2.50 ns in cells, 1.25 ns in wires\n"
        "Give a slower clock, such as --clock 9.8, or more seeds, such as --seeds 6, or a smaller "
        "machine, such as half the lanes"
    )
    assert len(tools.calls("nextpnr-ice40")) == 3
    assert not tools.calls("icepack")
    assert {"yosys.log", "seed2-nextpnr.log", "seed3-report.json"} <= set(logs(tmp_path))


def test_a_seed_that_finds_no_end_is_given_up(board: Board, tools: FakeTools) -> None:
    tools.plan(endless=[1])
    built = build(board, seeds=3, jobs=2, limit=1.5)
    assert built.report["seed"] == 2


@pytest.mark.parametrize(("seeds", "which"), [(1, "seed 1"), (2, "any of 2 seeds")])
def test_seeds_none_of_which_finds_an_end(
    board: Board, tools: FakeTools, seeds: int, which: str
) -> None:
    tools.plan(endless=[1, 2])
    with pytest.raises(ToolSlowError) as error:
        build(board, seeds=seeds, limit=0.6)
    text = f"nextpnr-ice40 did not end within 0.01 minutes with {which}; its output is in "
    assert str(error.value).startswith(text)
    assert str(error.value).endswith("such as --set lanes=..., or allow more time by --limit")
    assert error.value.exit_code == 3


def test_the_logs_of_a_failure_stay_until_the_next_build(
    board: Board, tools: FakeTools, tmp_path: Path
) -> None:
    tools.plan(megahertz=[1.0])
    with pytest.raises(TimingError):
        build(board)
    assert "seed1-nextpnr.log" in logs(tmp_path)
    assert "top.il" not in logs(tmp_path)  # large, and of no use to a person
    tools.plan()
    build(board)
    assert logs(tmp_path) == []


FULL = (
    "Info: \t         ICESTORM_LC:    6012/   5280   113%\n"
    "Info: \t        ICESTORM_RAM:      12/     30    40%\n"
)
SMALLER = (
    ". Make the machine smaller: fewer lanes, replicas or couplings_per_slot save LUTs and DSPs, "
    "fewer pbits, slots, rows and steps save block RAM; --set NAME=VALUE changes one"
)


def test_too_large_for_the_device(board: Board, tools: FakeTools) -> None:
    tools.plan(code=1, log=FULL + "ERROR: Unable to place cell 'a', no BELs remaining\n")
    with pytest.raises(DesignTooLargeError) as error:
        build(board)
    assert str(error.value) == (
        "the machine is too large for the device: it needs 6,012 of 5,280 LUT4 (114 %)" + SMALLER
    )


def test_almost_too_large_for_the_device(board: Board, tools: FakeTools) -> None:
    log = FULL.replace("6012", "5270") + "ERROR: Unable to find legal placement for all cells\n"
    tools.plan(code=1, log=log)
    with pytest.raises(DesignTooLargeError) as error:
        build(board)
    assert str(error.value) == (
        "the machine is too large for the device: it takes 5,270 of 5,280 LUT4 (100 %), and no "
        "legal place was found for all of it" + SMALLER
    )


def test_a_tool_that_fails_is_quoted(board: Board, tools: FakeTools) -> None:
    tools.plan(code=3, log="Info: fine\nERROR: package does not have a pin named '99'")
    with pytest.raises(ToolFailedError) as error:
        build(board)
    text = str(error.value)
    assert text.startswith(
        "nextpnr-ice40 failed with exit code 3; it said:\n"
        "ERROR: package does not have a pin named '99'\nIts whole output is in "
    )
    (log,) = re.findall(r"output is in (\S+\.log)\.", text)
    assert "Info: fine" in Path(log).read_text()
    assert "correct the board's description" in text


def test_synthesis_that_fails_is_quoted(board: Board, tools: FakeTools) -> None:
    tools.replace("yosys", "print('No such command: synth_ice40'); sys.exit(1)")
    with pytest.raises(
        ToolFailedError, match=r"yosys failed with .*:\nNo such command: synth_ice4"
    ):
        build(board)


def test_a_packer_that_makes_nothing_is_noticed(board: Board, tools: FakeTools) -> None:
    tools.replace("icepack", "")
    with pytest.raises(BuildError, match=r"icepack ended well but made no icebreaker-sampler\.bin"):
        build(board)


def test_a_clock_that_was_not_timed_is_noticed(board: Board, tools: FakeTools) -> None:
    tools.plan(clock="clk12_0__io")
    with pytest.raises(BuildError, match=r"timed the clocks clk12_0__io, but of the machine's clo"):
        build(board)


def test_a_clock_that_was_timed_too_slow_is_noticed(board: Board, tools: FakeTools) -> None:
    tools.plan(factor=0.5)
    with pytest.raises(BuildError, match=r"checked the clock clk_\$glb_clk at 6.00 MHz, but .* 12"):
        build(board)


def test_a_report_that_cannot_be_read_is_noticed(board: Board, tools: FakeTools) -> None:
    tools.plan(report=False)
    with pytest.raises(BuildError, match="nextpnr did not write a report that can be read"):
        build(board)


def test_rings_are_looked_for(board: Board, tools: FakeTools) -> None:
    params = dataclasses.replace(SMALL, rings=2)
    board = dataclasses.replace(board, preset=Preset(params, 12_000_000))
    placed = json.loads((tools.folder / "netlist.json").read_text())
    inputs = {pin: [] for pin in ("I0", "I1", "I2", "I3")}
    placed["modules"]["top"]["cells"]["other"] = {
        "type": "ICESTORM_LC",
        "parameters": {"LUT_INIT": "0", "DFF_ENABLE": "0"},
        "connections": {**inputs, "O": [3]},
    }
    (tools.folder / "netlist.json").write_text(json.dumps(placed))
    with pytest.raises(RingsLostError, match=r"must hold 2 rings .* but holds no ring"):
        build(board)
    assert "--ignore-loops" in tools.calls("nextpnr-ice40")[0]


def test_nothing_runs_for_a_baud_rate_that_cannot_be(board: Board, tools: FakeTools) -> None:
    board = dataclasses.replace(board, preset=Preset(SMALL, 12_000_000, baud=921_600 * 5))
    with pytest.raises(ClockError, match="the baud rate is 4608000"):
        build(board)
    assert not tools.calls("yosys")


def test_an_unknown_image_is_refused(board: Board) -> None:
    with pytest.raises(ImageNameError) as error:
        build_image(board, "dream")
    assert str(error.value) == "there is no image 'dream'; there are sampler and selftest"
    assert error.value.exit_code == 2


@pytest.mark.usefixtures("tools")
def test_an_interrupted_build_leaves_nothing(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build_module, "read_usage", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build(board)
    assert logs(tmp_path) == []


@pytest.mark.usefixtures("tools")
def test_netlist_passes_run_between_synthesis_and_routing(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(netlist: dict[str, Any]) -> dict[str, Any]:
        netlist["modules"]["top"]["cells"]["more"] = {"type": "SB_DFF", "connections": {}}
        return netlist

    monkeypatch.setattr(type(build_module.FLOWS[board.family]), "passes", (add, add))
    assert build(board).report["usage"]["FF"]["used"] == 2
