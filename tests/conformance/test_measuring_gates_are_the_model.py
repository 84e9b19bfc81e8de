"""As `test_gates_are_the_model`, of machines that measure; a file of its own for another worker."""

import pytest

from glauber.hdl.facts.measure import Abilities
from support.cocotb_run import run_machine
from support.problems import MEASURING_MACHINES

STUDIED = {"loops", "scores", "best", "moments", "all and rings"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.study if name in STUDIED else ())
        for name in MEASURING_MACHINES
    ],
)
def test_gates_answer_as_the_model(name, tmp_path):
    loops = Abilities.LOOPS in MEASURING_MACHINES[name].abilities
    assert run_machine(name, tmp_path) == 3 + loops
