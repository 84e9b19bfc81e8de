"""The physical source is its model from the raw bits on, under cocotb, and finds every fault."""

from benches.entropy import DIVIDER, RINGS
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.noise.entropy.unit import EntropyUnit
from support.cocotb_run import run_cocotb


def test_the_source_is_its_model(tmp_path):
    unit = EntropyUnit(MachineParams(rings=RINGS, ring_divider=DIVIDER))
    assert run_cocotb(unit, "benches.entropy", build_dir=tmp_path) == 7
