"""Options of `solve` and `sample` about several devices, pictures and where reads start."""

import json

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region
from glauber.host.cli import main
from glauber.host.cli.common import failure_lines
from glauber.host.cli.starts import read_clamps, read_initial_states
from glauber.host.errors import FileFormatError, OptionError
from glauber.host.problems import Problem
from support.faulty_model import SilentEndpoint

MODEL, OTHER = "model:?lanes=2&replicas=8", "model:?lanes=2&replicas=4"
SOLVE = ["--num-sweeps", "30", "--seed", "1", "--num-reads", "40"]
SAMPLE = ["--beta", "0.5", "--burn-in", "5", "--seed", "1", "--samples-per-read", "4"]


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


def saved(capsys, tmp_path, *arguments):
    """What the command writes, as arrays, and its report."""
    path = tmp_path / "out.npz"
    report = json.loads(run(capsys, *arguments, "--json", "--output", path))
    with np.load(path) as file:
        return dict(file), report


@pytest.mark.parametrize("command", [["solve", *SOLVE], ["sample", *SAMPLE]])
def test_several_devices_give_the_samples_of_one(tmp_path, capsys, ring, command):
    one, report = saved(capsys, tmp_path, *command, ring, "--device", MODEL)
    assert "parts" not in report
    two, report = saved(capsys, tmp_path, *command, ring, "--device", OTHER, "--device", MODEL)
    assert np.array_equal(one["samples"], two["samples"])
    assert np.array_equal(one["energies"], two["energies"])
    assert report["device"] == f"{OTHER} + {MODEL}"
    assert sum(part["num_reads"] for part in report["parts"]) == report["num_reads"]


def test_the_text_names_all_devices(capsys, ring):
    out = run(capsys, "solve", ring, *SOLVE, "--device", MODEL, "--device", OTHER)
    assert f", on {MODEL} + {OTHER}\n" in out
    assert "FAILED" not in out


def test_a_device_that_failed_is_told():
    report = {"failures": [{"device": "a:", "first_read": 8, "num_reads": 4, "error": "why"}]}
    assert failure_lines(report) == ["  FAILED        a: at reads 8 to 11, done by another: why"]
    assert failure_lines({}) == []


def test_all_devices_failed_ends_with_1(capsys, ring, monkeypatch):
    params = MachineParams(lanes=2)
    monkeypatch.setattr(
        "glauber.host.device.open_transport", lambda _: SilentEndpoint(params, Region.STEPS)
    )
    code = main(["solve", ring, "--device", "model:?a", "--device", "model:?b"])
    assert code == 1
    assert "all 2 devices of the pool have failed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["solve", *SOLVE], ("energies", "lattice")),
        (["sample", *SAMPLE], ("trace", "lattice")),
        (["sample", *SAMPLE, "--plot-kind", "states"], ("states",)),
        (["solve", *SOLVE, "--plot-kind", "cut"], ("cut",)),
    ],
)
def test_a_plot_shows_what_suits(tmp_path, capsys, torus, monkeypatch, options, kinds):
    import glauber.host.plots

    drawn, draw = [], glauber.host.plots.plot_samples

    def plot_samples(*given, **keywords):
        drawn.append(keywords["kinds"])
        draw(*given, **keywords)

    monkeypatch.setattr("glauber.host.plots.plot_samples", plot_samples)
    path = tmp_path / "x.png"
    run(capsys, *options, torus, "--device", MODEL, "--plot", path)
    assert drawn == [kinds]
    assert path.read_bytes().startswith(b"\x89PNG")


def test_reads_start_where_others_ended(tmp_path, capsys, ring):
    first, _ = saved(capsys, tmp_path, "sample", ring, *SAMPLE, "--num-reads", 8)
    (tmp_path / "out.npz").rename(tmp_path / "first.npz")
    cold = ["--beta", 100, "--burn-in", 1, "--seed", 2, "--num-reads", 8]
    given = ["--initial-states", tmp_path / "first.npz"]
    second, _ = saved(capsys, tmp_path, "sample", ring, *cold, *given)
    # At a cold beta one sweep goes downhill from where it begins.
    assert (second["energies"][:, 0] <= first["energies"][:, -1]).all()
    other, _ = saved(capsys, tmp_path, "sample", ring, *cold)
    assert not np.array_equal(other["samples"], second["samples"])


@pytest.mark.parametrize("command", [["solve", *SOLVE], ["sample", *SAMPLE]])
def test_clamped_variables_keep_their_values(tmp_path, capsys, ring, command):
    arrays, report = saved(capsys, tmp_path, *command, ring, "--clamp", "3=-1", "--clamp", "4=-1")
    assert (arrays["samples"][..., 3:5] == -1).all()
    assert report["clamped"] == [3, 4]


def test_a_time_limit_is_kept(capsys, ring):
    options = ["--num-reads", 1 << 16, "--num-sweeps", 10, "--time-limit", 1e-6, "--json"]
    report = json.loads(run(capsys, "solve", ring, "--device", MODEL, *options))
    assert report["stopped"] is True
    assert report["num_reads"] < 1 << 16


def problem(labels, vartype="SPIN"):
    return Problem("bqm", dimod.BQM(dict.fromkeys(labels, 1.0), {}, vartype), None, "x.json")


def test_clamps_know_the_labels_and_the_vartype():
    assert read_clamps([], problem("ab")) is None
    assert read_clamps(["a=1", "b=0"], problem("ab", "BINARY")) == {"a": 1, "b": 0}
    assert read_clamps(["(0, 1)=-1", "a=b=1"], problem([(0, 1), "a=b"])) == {(0, 1): -1, "a=b": 1}
    with pytest.raises(OptionError, match=r"--clamp is 'a=-1'; give NAME=VALUE with the value 0 "):
        read_clamps(["a=-1"], problem("ab", "BINARY"))
    with pytest.raises(OptionError, match=r"its variables are 0, 1, 2 to 9"):
        read_clamps(["a=1"], problem(range(10)))


def write(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_states_of_a_file_have_the_labels_of_the_problem(tmp_path):
    assert read_initial_states(None, problem("ab")) is None
    samples = np.array([[[1, -1], [-1, -1]], [[1, 1], [-1, 1]]], np.int8)
    path = write(tmp_path / "x.npz", samples=samples, variables=["b", "a"])
    found = read_initial_states(path, problem("ab"))
    assert found is not None
    states, labels = found
    assert states.tolist() == [[-1, -1], [-1, 1]]
    assert labels == ["b", "a"]
    path = write(tmp_path / "y.npz", samples=samples[0], variables=np.array([1, 0]))
    found = read_initial_states(path, problem([0, 1]))
    assert found is not None
    assert found[1] == [1, 0]


def test_files_that_hold_no_states(tmp_path):
    text = r"x\.npz, which cannot be read \(.*\); give a file that --output wrote"
    (tmp_path / "x.npz").write_text("letter")
    with pytest.raises(FileFormatError, match=text):
        read_initial_states(tmp_path / "x.npz", problem("ab"))
    write(tmp_path / "x.npz", samples=np.ones((1, 2), np.int8))
    with pytest.raises(FileFormatError, match=text):
        read_initial_states(tmp_path / "x.npz", problem("ab"))
    write(tmp_path / "x.npz", samples=np.ones((1, 3), np.int8), variables=["a", "b"])
    with pytest.raises(FileFormatError, match=r"samples of the shape \(1, 3\) for 2 variables"):
        read_initial_states(tmp_path / "x.npz", problem("ab"))
    write(tmp_path / "x.npz", samples=np.ones((1, 2), np.int8), variables=["a", "z"])
    with pytest.raises(OptionError, match=r"x\.npz has a variable z, which x\.json has not; give"):
        read_initial_states(tmp_path / "x.npz", problem("ab"))


def test_devices_are_sorted_into_pools(capsys):
    urls = [MODEL, "model:?lanes=8", OTHER]
    options = [word for url in urls for word in ("--device", url)]
    report = json.loads(run(capsys, "devices", *options, "--json"))
    assert [entry["device"] for entry in report["devices"]] == urls
    assert report["pools"] == [[MODEL, OTHER], ["model:?lanes=8"]]
    out = run(capsys, "devices", *options)
    assert f"\npool 1                       {MODEL}, {OTHER}\n" in out
    assert out.endswith("\npool 2                       model:?lanes=8\n")
    assert "pool" not in run(capsys, "devices", "--device", MODEL)
