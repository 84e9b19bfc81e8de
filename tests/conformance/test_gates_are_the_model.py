"""cocotb drives the gates; every answer must be the model's, bit for bit."""

import pytest

from support.cocotb_run import run_machine
from support.problems import SMALL_MACHINES

# Shapes whose parts others have too; simulators take long to compile.
STUDIED = {"deep", "square", "coarse", "shift register", "least"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.study if name in STUDIED else ())
        for name in SMALL_MACHINES
    ],
)
def test_gates_answer_as_the_model(name, tmp_path):
    assert run_machine(name, tmp_path) == 3
