"""cocotb drives the gates; every answer must be the model's, bit for bit."""

import pytest

from glauber.hdl.core import Machine
from glauber.hdl.facts.measure import Abilities
from support.cocotb_run import run_cocotb
from support.problems import EVERY_MACHINE


@pytest.mark.parametrize("name", EVERY_MACHINE)
def test_gates_answer_as_the_model(name, tmp_path):
    ran = run_cocotb(
        Machine(EVERY_MACHINE[name]),
        "benches.machine",
        build_dir=tmp_path,
        env={"GLAUBER_MACHINE": name, "GLAUBER_PROBLEMS": "6", "GLAUBER_SEED": "1"},
    )
    assert ran == 3 + (Abilities.LOOPS in EVERY_MACHINE[name].abilities)
