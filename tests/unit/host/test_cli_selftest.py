import json
import re

import pytest

from glauber.host import sampler as sampler_module
from glauber.host.cli import main
from glauber.host.device import Device
from glauber.sim.model.endpoint import Endpoint
from support.faulty_model import FaultyModel
from support.problems import SMALL_MACHINES

MODEL = "model:?lanes=2&replicas=8"
PARAMS = SMALL_MACHINES["square"]
CHECKS = ["header", "noise", "registers", "damaged frames", "states", "run 1 of 2", "run 2 of 2"]


@pytest.fixture
def use(monkeypatch):
    """Makes the command open a model with a fault."""

    def use(fault):
        endpoint = Endpoint(FaultyModel(PARAMS, fault), "faulty:")
        # Its twin is a transport already, and is left as it is.
        monkeypatch.setattr(
            sampler_module,
            "Device",
            lambda device: Device(endpoint if isinstance(device, str) else device),
        )

    return use


def run(capsys, *arguments):
    """Exit code, standard output and standard error of `glauber selftest`."""
    code = main(["selftest", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_text(capsys):
    code, out, err = run(capsys, "--device", MODEL, "--seed", "5", "--rounds", "2")
    assert (code, err) == (0, "")
    first, *lines, last = out.splitlines()
    assert first == f"self-test on {MODEL}, simulation, 2 lanes x 8 replicas; seed 5"
    assert [re.split(r"  +", line.strip())[:2] for line in lines] == [
        [name, "ok"] for name in [*CHECKS, "samples"]
    ]
    assert re.fullmatch(r"  all passed in \d+\.\d s", last)


def test_json(capsys):
    code, out, err = run(capsys, "--device", MODEL, "--rounds", "2", "--json")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    report = json.loads(out)
    assert report["device"] == MODEL
    assert (report["lanes"], report["replicas"], report["rounds"]) == (2, 8, 2)
    assert 0 <= report["seed"] < 2**53
    assert report["passed"] is True
    assert [check["name"] for check in report["checks"]] == [*CHECKS, "samples"]


def test_a_device_that_computes_wrongly(use, capsys):
    use("seed")
    code, out, err = run(capsys, "--seed", "1", "--rounds", "2")
    assert code == 1
    assert re.search(r"\n  run 1 of 2 +FAILED   p-bit \d+ of replica \d is [+-]1, not ", out)
    assert re.search(r"\n  registers +ok ", out)
    assert "3 of 8 checks FAILED in " in out
    assert err.startswith("glauber: faulty: (image 00000000) does not do what its model does: ")
    assert "first `run 1 of 2`: p-bit " in err
    assert "Build the image again and load it" in err
    assert "--seed 1 --rounds 2" in err
    assert err.count("\n") == 1


def test_json_of_a_device_that_computes_wrongly(use, capsys):
    use("state")
    code, out, err = run(capsys, "--seed", "1", "--rounds", "1", "--json")
    assert code == 1
    report = json.loads(out)
    assert report["passed"] is False
    states = next(check for check in report["checks"] if check["name"] == "states")
    assert not states["ok"]
    assert states["difference"].startswith("p-bit 9 of replica 1 is ")
    assert err.startswith("glauber: ")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--rounds", "0"], "--rounds is 0; it must be 1 or more"),
        (["--seed", "-1"], "--seed is -1; it must be 0 or more"),
        (["--device", "nothing:"], "unknown scheme"),
        (["--round", "1"], "unrecognized arguments"),
    ],
)
def test_usage(capsys, arguments, text):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert text in err


def test_a_device_that_is_not_there(capsys):
    code, out, err = run(capsys, "--device", "serial:/dev/none")
    assert (code, out) == (1, "")
    assert "/dev/none" in err


def test_help_shows_examples(capsys):
    with pytest.raises(SystemExit) as end:
        main(["selftest", "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert "glauber selftest --device serial:/dev/ttyUSB1" in text
    assert "Exit code 0 if all passed, 1" in text
