"""cocotb drives the gates; every answer must be the model's, bit for bit."""

import pytest

from glauber.hdl.core import Machine
from support.cocotb_run import run_cocotb
from support.problems import SMALL_MACHINES


@pytest.mark.parametrize("name", SMALL_MACHINES)
def test_gates_answer_as_the_model(name, tmp_path):
    ran = run_cocotb(
        Machine(SMALL_MACHINES[name]),
        "benches.machine",
        build_dir=tmp_path,
        env={"GLAUBER_MACHINE": name, "GLAUBER_PROBLEMS": "6", "GLAUBER_SEED": "1"},
    )
    assert ran == 3
