"""cocotb drives the gates; every answer must be the model's, bit for bit."""

import pytest

from glauber.hdl.core import Machine
from glauber.hdl.facts.measure import Abilities
from support.cocotb_run import run_cocotb
from support.problems import EVERY_MACHINE

# Shapes whose parts others have too; simulators take long to compile.
_STUDIED = {"deep", "square", "coarse", "shift register", "loops", "best", "all and rings"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.study if name in _STUDIED else ())
        for name in EVERY_MACHINE
    ],
)
def test_gates_answer_as_the_model(name, tmp_path):
    ran = run_cocotb(
        Machine(EVERY_MACHINE[name]),
        "benches.machine",
        build_dir=tmp_path,
        env={"GLAUBER_MACHINE": name, "GLAUBER_PROBLEMS": "6", "GLAUBER_SEED": "1"},
    )
    assert ran == 3 + (Abilities.LOOPS in EVERY_MACHINE[name].abilities)
