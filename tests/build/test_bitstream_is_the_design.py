"""The packed bitstream computes what the model says: unpacked, simulated, and driven by the host.

Nothing runs on a board. What is compared is the order of events in one clock domain, not timing.
"""

import dataclasses
import json
import re
from collections import Counter
from types import SimpleNamespace

import pytest

from glauber.firmware.unpack import unpack_ice40
from glauber.firmware.unpack.asc import Asc
from glauber.firmware.unpack.cells import TABLE_BITS, Tiles
from glauber.firmware.unpack.chipdb import ChipDb
from glauber.firmware.unpack.errors import UnpackError
from glauber.firmware.unpack.routing import Routing
from glauber.hdl.family import Family
from glauber.host import Device, GlauberSampler
from glauber.host.errors import DeviceError
from glauber.sim.model.endpoint import open_model
from glauber.sim.rtl.errors import GatesError
from glauber.sim.rtl.netlist import open_netlist
from support.placed import DIVISOR, SMALL, Placed, run_states, serial_rtlil
from support.problems import random_bqm, random_load

pytestmark = pytest.mark.build

HX8K_PINS = {"clk": "J3", "rst": "N3", "rx": "B10", "tx": "B12"}
UP5K_PINS = {"clk": "35", "rst": "2", "rx": "3", "tx": "4"}
LONG = dataclasses.replace(SMALL, slots=4096)  # a program that is worth a single-port RAM
UP5K = SimpleNamespace(family="iCE40", device="iCE40UP5K")


@pytest.fixture(scope="module")
def hx8k(tmp_path_factory):
    placed = Placed(tmp_path_factory.mktemp("hx8k"), "hx8k", "ct256", HX8K_PINS)
    placed.build(serial_rtlil(SMALL))
    return Recovered(placed)


@pytest.fixture(scope="module")
def up5k(tmp_path_factory):
    work = tmp_path_factory.mktemp("up5k")
    placed = Placed(work, "up5k", "sg48", UP5K_PINS, "synth_ice40 -dsp")
    placed.build(serial_rtlil(LONG, UP5K))
    return Recovered(placed)


class Recovered:
    """What a bitstream says."""

    def __init__(self, placed):
        self.placed = placed
        self.text = (placed.work / "top.asc").read_text()
        self.db = ChipDb.of_device(Asc.parse(self.text).device)

    def asc(self):
        return Asc.parse(self.text)

    def netlist(self, asc):
        package, pins = self.placed.package, self.placed.pins
        return unpack_ice40(asc, package=package, pins=pins, db=self.db)

    def open(self, asc=None):
        return open_netlist(
            self.netlist(asc or self.asc()).verilog(),
            Family.ICE40,
            divisor=DIVISOR,
            name=self.placed.device,
            top="recovered",
            constants={"rst": 0},
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_runs_are_those_of_the_plain_model(hx8k, seed):
    with Device(hx8k.open()) as device:
        assert device.params == SMALL
        got, expected = run_states(device, random_load(SMALL, seed))
    assert (got == expected).all()


SAMPLINGS = {
    "anneal": (random_bqm(40, 3, 11), {"num_reads": 12, "num_sweeps": 25, "seed": 7}),
    "fixed temperature": (
        random_bqm(20, 3, 12),
        {"num_reads": 8, "beta": 0.01, "num_sweeps": 10, "samples_per_read": 4, "seed": 3},
    ),
}


def samples(transport, name):
    problem, keywords = SAMPLINGS[name]
    with GlauberSampler(transport) as sampler:
        return sampler.sample(problem, **keywords).record


@pytest.mark.parametrize("name", SAMPLINGS)
def test_samples_are_those_of_the_model(hx8k, name):
    got = samples(hx8k.open(), name)
    expected = samples(open_model(SMALL, "model", 1), name)
    assert (got.sample == expected.sample).all()
    assert (got.energy == expected.energy).all()


def test_all_cells_of_the_synthesis_are_recovered(hx8k):
    found = hx8k.netlist(hx8k.asc()).count()
    netlist = json.loads((hx8k.placed.work / "top.json").read_text())["modules"]["top"]
    asked = Counter(cell["type"] for cell in netlist["cells"].values())
    for kind, count in asked.items():
        # Place and route adds LUTs and carries where a carry chain meets logic, but no others.
        if kind.startswith(("SB_DFF", "SB_RAM")):
            assert found[kind] == count, kind


def generator_cell(hx8k):
    """The logic cell of a state bit of the generator, of which every sample depends.

    nextpnr notes in its text, not in the bitstream, which wire carries which net of the design.
    """
    notes = (hx8k.placed.work / "placed.asc").read_text().splitlines()
    state = re.compile(r"\.sym \d+ \S*\.engine\.s[01]\[\d+\]$")
    wires = {int(line.split()[1]) for line in notes if state.match(line)}
    return next(bel for bel in hx8k.db.bels if bel.kind == "lc" and bel.outputs["O"] in wires)


@pytest.mark.parametrize(
    "what",
    ["table", *(pytest.param(what, marks=pytest.mark.study) for what in ("routing", "memory"))],
)
def test_a_change_is_found(hx8k, what):
    asc = hx8k.asc()
    tiles, bel = Tiles(hx8k.db, asc), generator_cell(hx8k)
    if what == "table":
        asc.flip(*tiles.place(bel.x, bel.y, f"LC_{bel.z}", TABLE_BITS[0]))
    elif what == "routing":
        routing = Routing(hx8k.db, asc)
        wire = next(wire for wire in tiles.lut_inputs(bel) if routing.bits(wire))
        asc.flip(*next(place for place in routing.bits(wire) if asc.bit(*place)))
    else:  # all bits of the noise tables, for many entries are rarely read and many bits are small
        for words in asc.memories.values():
            words[:] = [word ^ (1 << 256) - 1 for word in words] if any(words) else words
    try:
        got = samples(hx8k.open(asc), "fixed temperature")
    except (DeviceError, GatesError, UnpackError):
        return  # it cannot be spoken to, or be simulated, any more
    expected = samples(open_model(SMALL, "model", 1), "fixed temperature")
    assert (got.sample != expected.sample).any()


@pytest.mark.study
def test_up5k_with_dsp_and_single_port_ram(up5k):
    count = up5k.netlist(up5k.asc()).count()
    assert count["SB_SPRAM256KA"]
    assert count["SB_MAC16"]
    with Device(up5k.open()) as device:
        got, expected = run_states(device, random_load(LONG, 4))
    assert (got == expected).all()
