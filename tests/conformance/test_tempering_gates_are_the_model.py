"""As `test_gates_are_the_model`, of machines with Metropolis and tempering; for another worker."""

import pytest

from glauber.hdl.facts.measure import Abilities
from support.cocotb_run import run_machine
from support.problems import TEMPERING_MACHINES


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "tempering" else pytest.mark.study)
        for name in TEMPERING_MACHINES
    ],
)
def test_gates_answer_as_the_model(name, tmp_path):
    loops = Abilities.LOOPS in TEMPERING_MACHINES[name].abilities
    assert run_machine(name, tmp_path) == 3 + loops
