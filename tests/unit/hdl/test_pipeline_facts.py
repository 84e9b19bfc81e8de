"""The clocks that the facts promise are those that the gates' stages add up to."""

import pytest

from glauber.hdl.fabric.control import SLOT_CLOCKS
from glauber.hdl.fabric.drawing import DrawControl
from glauber.hdl.fabric.graph import GraphFabric
from glauber.hdl.fabric.memories import ProgramMemory, StateCopy
from glauber.hdl.fabric.writeback import WriteBack
from glauber.hdl.facts.machine import PIPELINE_CLOCKS
from glauber.hdl.noise.shaper import NoiseShaper
from glauber.hdl.pbit.cell import PbitCell
from support.problems import SMALL_MACHINES


def test_new_states_can_be_read_after_the_pipeline_clocks():
    stages = StateCopy.LATENCY, PbitCell.LATENCY, WriteBack.LATENCY, StateCopy.WRITE_TO_READ
    assert sum(stages) == PIPELINE_CLOCKS


@pytest.mark.parametrize("name", SMALL_MACHINES)
def test_the_last_draw_meets_the_first_coupling(name):
    params = SMALL_MACHINES[name]
    issue = SLOT_CLOCKS + GraphFabric.issue_clocks(params)
    coupling = issue + ProgramMemory.LATENCY + StateCopy.LATENCY
    assert coupling == DrawControl.LATENCY + params.draws - 1 + NoiseShaper.LATENCY


@pytest.mark.parametrize("name", SMALL_MACHINES)
def test_nothing_is_under_way_after_the_drain_clocks(name):
    params = SMALL_MACHINES[name]
    last_write = (
        SLOT_CLOCKS
        + GraphFabric.issue_clocks(params)
        + ProgramMemory.LATENCY
        + StateCopy.LATENCY
        + PbitCell.LATENCY
        + WriteBack.LATENCY
        + params.beats
        - 1
    )
    assert params.drain_clocks > last_write


def test_a_machine_with_several_beats_is_among_the_small_ones():
    assert max(params.beats for params in SMALL_MACHINES.values()) > 1
