from typing import Any

import pytest

from glauber.hdl.facts.frames import Kind
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine
from support.faulty_line import KINDS
from support.short_runs import EXACT, HUNG, PARAMS, WRONG, open_gates, short_runs

KNOWN = {EXACT, "DeviceLostError", "DeviceRefusedError", "DeviceSilentError"}


@pytest.mark.parametrize("kind", KINDS)
def test_no_fault_of_the_line_makes_a_run_wrong(kind):
    ends, harmed = short_runs(KINDS[kind], 40, 2)
    assert set(ends) <= KNOWN
    assert (sum(harmed) > 0) == (kind != "none")
    # A line that is cut ends a run; every other fault is made good.
    assert ends[EXACT] >= {"cut": 8, "all": 30}.get(kind, 40)


@pytest.mark.parametrize("kind", ["all", "swap"])
def test_no_fault_of_the_line_makes_a_run_of_the_gates_wrong(kind):
    ends, harmed = short_runs(KINDS[kind], 6, 3, open_gates)
    assert set(ends) <= KNOWN
    assert any(harmed)
    assert ends[EXACT] >= 3  # a line that is cut ends some


@pytest.mark.study
@pytest.mark.parametrize("kind", KINDS)
def test_no_fault_of_the_line_makes_any_of_many_runs_wrong(kind):
    ends, _ = short_runs(KINDS[kind], 1200, 4)
    assert set(ends) <= KNOWN


class Disorderly(Endpoint):
    """Does every write that comes, whatever its number."""

    def _answer(self, kind: int, seq: int, body: bytes) -> Any:
        return super()._answer(Kind.FIRST if kind == Kind.WRITE else kind, seq, body)


def test_a_device_that_does_not_mind_the_order_is_found_out():
    ends, _ = short_runs(
        KINDS["repeat"], 60, 5, lambda: Disorderly(ModelMachine(PARAMS, threads=1))
    )
    assert ends[WRONG] > 3
    assert not ends[HUNG]
