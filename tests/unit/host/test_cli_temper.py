"""`glauber temper`, and rules and targets on the command line."""

import json

import numpy as np
import pytest

from glauber.host.cli import main

MODEL = "model:?lanes=2&replicas=8"
LADDER = ["--betas", "2,1,0.5,0.25", "--num-sweeps", "40", "--seed", "1", "--device", MODEL]


@pytest.fixture
def ring(tmp_path):
    path = tmp_path / "ring.txt"
    edges = "".join(f"{node + 1} {(node + 1) % 10 + 1} 1\n" for node in range(10))
    path.write_text("10 10\n" + edges)
    return str(path)


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    return out


def test_it_prints_what_the_ladders_found(capsys, ring):
    out = run(capsys, "temper", ring, *LADDER, "--target", "-10")
    assert f"ring.txt: 10 variables, 10 interactions, on {MODEL}\n" in out
    assert "\n  best energy   -10   (mean of 2 ladders " in out
    assert "\n  best cut      10\n" in out
    assert "\n  target        -10 reached after " in out
    assert "\n  ladder        4 rungs, beta 2 to 0.25; exchanges accepted " in out
    assert "tuned" not in out
    out = run(capsys, "temper", ring, *LADDER, "--target", "-11")
    assert "\n  target        -11 not reached\n" in out
    assert "\n  40 sweeps, " in out


def test_rungs_are_tuned_unless_it_is_told_not_to(capsys, ring):
    some = ["--device", MODEL, "--num-sweeps", 20, "--seed", 1, "--beta-range", 0.2, 2]
    out = run(capsys, "temper", ring, *some, "--num-rungs", 4)
    assert "\n  tuned         in " in out
    assert " rungs, beta 2 to 0.2" in out
    out = run(capsys, "temper", ring, *some, "--no-tune", "--num-ladders", 1)
    assert "(mean of 1 ladder " in out
    assert "8 rungs" in out
    assert "tuned" not in out


def test_json_files_and_pictures(tmp_path, capsys, ring):
    states, picture = tmp_path / "found.npz", tmp_path / "rungs.png"
    more = ["--output", states, "--plot", picture, "--json", "--target", "-10", "--clamp", "0=1"]
    report = json.loads(run(capsys, "temper", ring, *LADDER, *more))
    assert report["reached_target"] is True
    assert report["best_cut"] == 10
    assert report["tempering"]["num_rungs"] == 4
    assert "states" not in report["tempering"]
    assert picture.read_bytes().startswith(b"\x89PNG")
    with np.load(states) as file:
        found = dict(file)
    assert found["samples"].shape == (2, 10)
    assert found["rung_samples"].shape == (2, 4, 10)
    assert (found["samples"][:, 0] == 1).all()
    assert (found["rung_samples"][:, :, 0] == 1).all()
    assert found["rung_energies"].shape == (2, 4)
    assert found["betas"].tolist() == pytest.approx([2, 1, 0.5, 0.25], rel=0.01)
    again = json.loads(
        run(
            capsys, "temper", ring, *LADDER, "--initial-states", states, "--json", "--target", "-10"
        )
    )
    assert again["num_sweeps"] == 0
    plain = json.loads(run(capsys, "temper", ring, *LADDER, "--json"))
    assert plain["reached_target"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--betas", "2,x"], "argument --betas: '2,x' are no numbers; write them such as 2,1.5,1"),
        (["--betas", "2"], "betas are [2.0]; give two or more positive finite numbers"),
        (["--rule", "glauber"], "argument --rule: invalid choice: 'glauber'"),
        (["--num-rungs", "9", "--device", MODEL], "a ladder has 9 rungs; it must have 2 to 8"),
        (["--plot", "rungs.txt"], "--plot is rungs.txt; the name must end in .png or .pdf or .svg"),
        (
            ["--device", "model:?abilities=scores"],
            "parallel tempering needs the ability TEMPERING, which model:?abilities=scores lacks",
        ),
        (
            ["--device", "model:?replicas=8&abilities=scores,tempering"],
            "or heat bath: proposal_acceptance_criteria='Gibbs' (--rule heat-bath)",
        ),
    ],
)
def test_what_is_not_legal_is_told(capsys, ring, options, message):
    assert main(["temper", ring, *options]) == 2
    assert message in capsys.readouterr().err


SOLVE = ["--num-sweeps", "60", "--seed", "1", "--num-reads", "32", "--json"]


def solved(capsys, ring, *options):
    return json.loads(run(capsys, "solve", ring, *SOLVE, *options))


def test_solve_takes_metropolis_where_all_devices_can(capsys, ring):
    able, unable = MODEL, f"{MODEL}&abilities=loops,scores"
    for devices, options, rule in (
        ([able], [], "Metropolis"),
        ([unable], [], "Gibbs"),
        ([able, able], [], "Metropolis"),
        ([able, unable], [], "Gibbs"),
        ([able], ["--rule", "heat-bath"], "Gibbs"),
        ([able], ["--rule", "metropolis"], "Metropolis"),
    ):
        urls = [word for device in devices for word in ("--device", device)]
        report = solved(capsys, ring, *urls, *options)
        assert report["proposal_acceptance_criteria"] == rule
    out = run(capsys, "solve", ring, *SOLVE[:-1], "--device", unable)
    assert "\n  rule          heat bath\n" in out
    assert main(["solve", ring, "--device", unable, "--rule", "metropolis"]) == 2
    assert "the rule of Metropolis needs the ability METROPOLIS" in capsys.readouterr().err


def test_solve_ends_at_a_target_where_the_device_can(capsys, ring):
    ended = solved(capsys, ring, "--device", MODEL, "--target", "-10")
    assert ended["reached_target"] is True
    assert ended["target"]["reached"] >= 1
    assert ended["num_reads"] < 32
    whole = solved(capsys, ring, "--device", f"{MODEL}&abilities=metropolis", "--target", "-10")
    assert whole["reached_target"] is True
    assert "target" not in whole
    assert whole["num_reads"] == 32
    pool = solved(capsys, ring, "--device", MODEL, "--device", MODEL, "--target", "-11")
    assert pool["reached_target"] is False
    assert pool["num_reads"] == 32


def test_sample_takes_a_rule(capsys, ring):
    given = ["--beta", "0.5", "--burn-in", "5", "--seed", "1", "--json", "--device", MODEL]
    found = [
        json.loads(run(capsys, "sample", ring, *given, *rule))["proposal_acceptance_criteria"]
        for rule in ([], ["--rule", "heat-bath"], ["--rule", "metropolis"])
    ]
    assert found == ["Gibbs", "Gibbs", "Metropolis"]
