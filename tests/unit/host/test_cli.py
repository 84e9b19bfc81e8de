import argparse
import functools
import importlib
import importlib.abc
import itertools
import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import dimod
import numpy as np
import pytest

import glauber.host
from glauber.hdl.facts.header import Header
from glauber.host import sampler as sampler_module
from glauber.host.cli import main
from glauber.host.cli.common import check_output
from glauber.host.cli.main import build_parser
from glauber.host.device import Device
from glauber.host.errors import DeviceSilentError, EnvironmentMissingError, OptionError
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import SMALL, FakeMachine

MODEL = "model:?lanes=2&replicas=8"
SOLVE_KEYS = {
    "problem",
    "variables",
    "interactions",
    "device",
    "image",
    "num_reads",
    "num_sweeps",
    "seed",
    "best_energy",
    "mean_energy",
    "reached_target",
    "spin_updates",
    "seconds",
    "updates_per_ns",
    "quantisation",
    "link",
}


@pytest.fixture
def files(tmp_path):
    """A folder with a ring of ten spins and other problems."""
    ring = "".join(f"{node + 1} {(node + 1) % 10 + 1} 1\n" for node in range(10))
    (tmp_path / "ring.txt").write_text("10 10\n" + ring)
    (tmp_path / "one.txt").write_text("1 0\n")
    (tmp_path / "isolated.txt").write_text("5 0\n")
    (tmp_path / "zero.txt").write_text("3 2\n1 2 0\n2 3 0\n")
    (tmp_path / "nan.txt").write_text("2 1\n1 2 nan\n")
    (tmp_path / "index.txt").write_text("2 1\n1 3 1\n")
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam,\n")
    (tmp_path / "large.txt").write_text("40 1\n1 2 1\n")
    bqm = dimod.BQM({"a": -1.0, "b": 1.0}, {"ab": 0.3}, 2.5, "BINARY")
    (tmp_path / "model.json").write_text(json.dumps(bqm.to_serializable()))
    return tmp_path


def run(capsys, *arguments):
    """Exit code, standard output and standard error of a command."""
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def run_json(capsys, *arguments):
    code, out, err = run(capsys, *arguments, "--json")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    return json.loads(out)


def assert_fails(capsys, code, text, *arguments):
    """That a command ends with this code and one paragraph that contains the text."""
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert text in err
    assert err.startswith("glauber: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def solve(files, name="ring.txt"):
    return ["solve", files / name, "--device", MODEL, "--num-sweeps", 50, "--seed", 1]


def sample(files, name="ring.txt"):
    return ["sample", files / name, "--device", MODEL, "--burn-in", 5, "--seed", 1, "--beta", 0.5]


def test_solve_json(files, capsys):
    report = run_json(capsys, *solve(files), "--num-reads", 12)
    assert SOLVE_KEYS | {"best_cut"} <= set(report)
    assert report["problem"] == "ring.txt"
    assert (report["variables"], report["interactions"]) == (10, 10)
    assert (report["num_reads"], report["num_sweeps"], report["seed"]) == (12, 50, 1)
    assert (report["best_energy"], report["best_cut"]) == (-10, 10)
    assert report["best_energy"] <= report["mean_energy"]
    assert report["reached_target"] is None
    assert report["spin_updates"] == 12 * 50 * 10
    assert set(report["quantisation"]) >= {"exact", "scale", "max_error", "rms_error"}
    assert set(report["link"]) == {"bytes_in", "bytes_out", "retries"}
    assert report["device"] == MODEL


def test_solve_text(files, capsys):
    code, out, err = run(capsys, *solve(files), "--target", -10)
    assert (code, err) == (0, "")
    for text in (
        "ring.txt: 10 variables, 10 interactions, on model:",
        "best energy   -10 ",
        "best cut      10",
        "target        -10 reached",
        "couplings     exact",
        "; seed 1",
    ):
        assert text in out


def test_large_numbers_are_printed_in_full(tmp_path, capsys):
    (tmp_path / "large.txt").write_text("2 1\n1 2 1234567\n")
    _, out, _ = run(capsys, *solve(tmp_path, "large.txt"), "--target", -1234568)
    assert "best energy   -1234567 " in out
    assert "best cut      1234567\n" in out
    assert "target        -1234568 not reached" in out


def test_rounding_is_told(tmp_path, capsys):
    (tmp_path / "rough.txt").write_text("3 2\n1 2 1\n2 3 0.1234567\n")
    _, out, _ = run(capsys, *solve(tmp_path, "rough.txt"))
    assert "couplings     rounded by 0.00" in out


@pytest.mark.parametrize(
    ("target", "reached"), [(-10, True), (-11, False), (-9.5, True), (-10 - 1e-12, True)]
)
def test_solve_tells_whether_the_target_was_reached(files, capsys, target, reached):
    assert run_json(capsys, *solve(files), f"--target={target}")["reached_target"] is reached


def test_solve_as_ising_has_the_sign_of_the_file(files, capsys):
    report = run_json(capsys, *solve(files), "--as", "ising")
    assert report["best_energy"] == -10
    assert "best_cut" not in report


def test_solve_keeps_the_range_it_is_given(files, capsys):
    assert run_json(capsys, *solve(files), "--beta-range", 0.2, 3)["beta_range"] == [0.2, 3]


def test_solve_output_and_plot(files, capsys):
    output, plot = files / "out.npz", files / "out.PNG"
    report = run_json(
        capsys, *solve(files), "--num-reads", 9, "--output", output, "--plot", plot, "--target", -10
    )
    with np.load(output) as found:
        assert set(found) == {"samples", "energies", "variables", "beta_range", "seed"}
        samples, energies = found["samples"], found["energies"]
        assert samples.dtype == np.int8
        assert samples.shape == (report["num_reads"], 10) == (8, 10)  # it ends at the target
        assert np.array_equal(energies, (samples * np.roll(samples, -1, 1)).sum(1))
        assert energies.min() == report["best_energy"]
        assert found["variables"].tolist() == list(range(10))
        assert found["seed"] == 1
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_output_keeps_the_name_it_is_given(files, capsys):
    run_json(capsys, *solve(files), "--output", files / "OUT.NPZ")
    assert (files / "OUT.NPZ").exists()
    assert not (files / "OUT.NPZ.npz").exists()


def test_a_plot_of_a_file_whose_name_looks_like_mathematics(files, capsys):
    name = r"a$\frac$b.txt"
    (files / "ring.txt").rename(files / name)
    run_json(capsys, *solve(files, name), "--plot", files / "out.svg")
    assert (files / "out.svg").stat().st_size > 1000


@pytest.mark.parametrize("labels", ["ab", [("a", 1), ("a", 2)], ["a", 1], [(1,), (1, 2)]])
def test_names_of_variables_are_kept_as_texts(files, capsys, labels):
    bqm = dimod.BQM(dict.fromkeys(labels, 1.0), {}, "SPIN")
    (files / "named.json").write_text(json.dumps(bqm.to_serializable()))
    run_json(capsys, *solve(files, "named.json"), "--output", files / "out.npz")
    with np.load(files / "out.npz") as found:
        assert found["variables"].tolist() == [str(label) for label in labels]


def test_a_binary_problem_is_written_as_spins(files, capsys):
    output = files / "out.npz"
    report = run_json(capsys, *solve(files, "model.json"), "--output", output)
    assert report["best_energy"] == 1.5
    with np.load(output) as found:
        samples = found["samples"]
        assert samples[found["energies"].argmin()].tolist() == [1, -1]
        assert set(samples.ravel()) <= {-1, 1}


def test_sample_json_and_output(files, capsys):
    output = files / "draws.npz"
    options = ["--num-reads", 6, "--samples-per-read", 4, "--thin", 2]
    report = run_json(capsys, *sample(files), *options, "--output", output)
    assert (SOLVE_KEYS - {"reached_target"}) <= set(report)
    assert (report["beta"], report["burn_in"], report["num_reads"]) == (0.5, 5, 6)
    assert (report["samples_per_read"], report["thin"]) == (4, 2)
    assert report["spin_updates"] == 6 * 10 * (5 + 3 * 2)
    with np.load(output) as found:
        assert set(found) == {"samples", "energies", "variables", "beta", "seed"}
        samples = found["samples"]
        assert samples.dtype == np.int8
        assert samples.shape == (6, 4, 10)
        assert np.array_equal(found["energies"], (samples * np.roll(samples, -1, 2)).sum(2))
        assert (found["beta"], found["seed"]) == (0.5, 1)


def test_sample_text(files, capsys):
    code, out, err = run(capsys, *sample(files), "--samples-per-read", 3)
    assert (code, err) == (0, "")
    assert f"ring.txt: 192 samples at beta 0.5, on {MODEL}" in out


@pytest.mark.parametrize("name", ["one.txt", "isolated.txt", "zero.txt"])
@pytest.mark.parametrize("command", [solve, sample])
def test_problems_without_couplings(files, capsys, name, command):
    report = run_json(capsys, *command(files, name), "--output", files / "out.npz")
    assert report["best_energy"] == report["mean_energy"] == 0
    assert report["best_cut"] == 0


def test_devices(capsys):
    report = run_json(capsys, "devices")
    assert set(report) == {"devices", "pools"}
    assert report["pools"] == [["model:"]]
    assert [entry["device"] for entry in report["devices"]][:2] == ["model:", "rtl:"]
    assert report["devices"][0]["lanes"] == 2
    code, out, err = run(capsys, "devices")
    assert (code, err) == (0, "")
    assert out.startswith("model: ")
    assert "rtl: " in out


def test_one_device(capsys):
    (entry,) = run_json(capsys, "devices", "--device", MODEL)["devices"]
    assert (entry["device"], entry["lanes"], entry["replicas"]) == (MODEL, 2, 8)
    assert entry["simulation"] is True


def test_an_empty_url_is_not_taken_for_none(capsys):
    assert_fails(capsys, 2, "the device '' has no scheme; write one", "devices", "--device", "")


def test_serial_ports_are_asked_only_on_request(capsys, monkeypatch):
    class Port:
        device = "/dev/ttyFake"
        description = "a modem"

    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [Port])
    assert run_json(capsys, "devices")["devices"][-1] == {
        "device": "serial:/dev/ttyFake",
        "note": "a modem",
    }
    found = run_json(capsys, "devices", "--probe")["devices"][-1]
    assert "there is no port /dev/ttyFake" in found["note"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--num-reads", 0], "num_reads is 0; it must be 1 or more"),
        (
            ["--num-reads", "many"],
            "argument --num-reads: invalid int value: 'many'; `glauber solve",
        ),
        (["--num-reads", 10**20], f"num_reads is {10**20}; it must be 2147483648 or less"),
        (["--num-sweeps", 10**13], f"num_sweeps is {10**13}; it must be 4294967296 or less"),
        (["--num-sweeps", 0], "num_sweeps is 0; it must be 1 or more"),
        (["--seed", -1], "the seed is -1, outside its legal range 0 to 18446744073709551615"),
        (["--beta-range", 5, -1], "beta_range is 5 to -1; give two finite numbers"),
        (["--beta-range", -1, 1], "beta_range is -1 to 1; give two finite numbers"),
        (["--beta-range", 1e-9, 1], "beta 1e-09 is too hot for this problem on this device"),
        (["--target", "nan"], "argument --target: nan is not a finite number"),
        (["--as", "tsp"], "argument --as: invalid choice: 'tsp'"),
        (["--as", "qubo"], "is an edge list, which cannot be read as 'qubo'"),
        (["--output", "x.txt"], "--output is x.txt; the name must end in .npz"),
        (["--plot", "x.txt"], "--plot is x.txt; the name must end in .png or .pdf or .svg"),
        (["--output", "no/x.npz"], "--output is no/x.npz, but there is no folder no; create it"),
        (["--device", "model:?lanes=3"], "lanes is 3; it must be a power of two from 1 to 256"),
        (["--device", "model:?lanes=4"], f"{MODEL} and model:?lanes=4 would not give"),
        (["--time-limit", 0], "time_limit is 0.0; it must be a positive finite number"),
        (["--plot-kind", "cut"], "--plot-kind is cut, but there is no --plot; name a file with it"),
        (["--plot-kind", "pie", "--plot", "x.png"], "the kind of plot is 'pie'; it must be one of"),
        (["--plot-kind", "trace", "--plot", "x.png"], "a trace needs several samples of a read; u"),
        (["--plot-kind", "lattice", "--plot", "x.png"], "the problem is no square lattice: its va"),
        (["--clamp", "3"], "--clamp is '3'; give NAME=VALUE with the value -1 or 1"),
        (["--clamp", "3=0"], "--clamp is '3=0'; give NAME=VALUE with the value -1 or 1"),
        (["--clamp", "x=1"], "--clamp names 'x', which is no variable of ring.txt; its variables "),
        (["--clamp", "3=1", "--clamp", "3=-1"], "--clamp names '3' twice; leave one"),
        (["--initial-states", "no.npz"], "--initial-states is no.npz, which cannot be read ([Errn"),
        (["--device", "model:?lanse=4"], "there is no option 'lanse' for model: devices; use "),
        (["--device", "toaster:"], "has an unknown scheme 'toaster'; write one of model:"),
        (["--beta", 1], "unrecognized arguments: --beta 1; `glauber --help` shows how"),
    ],
)
def test_solve_refuses(files, capsys, arguments, text):
    assert_fails(capsys, 2, text, *solve(files), *arguments)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--burn-in", 0], "--burn-in is 0; it must be 1 or more"),
        (["--beta", 0], "beta is 0.0; it must be a positive finite number"),
        (["--beta", "nan"], "beta is nan; it must be a positive finite number"),
        (["--beta", 1e9], "beta 1e+09 is outside the range of this problem on this device"),
        (["--thin", 10**13], f"thin is {10**13}; it must be 4294967296 or less"),
        (["--burn-in", 10**13], f"num_sweeps or thin is {10**13}; it must be 4294967296 or less"),
        (["--samples-per-read", 10**13], f"samples_per_read is {10**13}; it must be 2147483648"),
        (["--thin", 0], "thin is 0; it must be 1 or more"),
        (["--samples-per-read", 0], "samples_per_read is 0; it must be 1 or more"),
    ],
)
def test_sample_refuses(files, capsys, arguments, text):
    assert_fails(capsys, 2, text, *sample(files), *arguments)


def test_sample_needs_beta(files, capsys):
    text = "the following arguments are required: --beta; `glauber sample --help` shows how"
    assert_fails(capsys, 2, text, "sample", files / "ring.txt")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("absent.txt", "there is no file"),
        ("nan.txt", "nan.txt, line 2: found 'nan', expected a finite number"),
        ("index.txt", "index.txt, line 2: found '3', expected a vertex"),
        ("letter.txt", "letter.txt, line 1: found 'Dear Sir or Madam,', expected a first line"),
        ("", "is a directory; give a problem file in it"),
    ],
)
def test_files_that_are_no_problem(files, capsys, name, text):
    assert_fails(capsys, 2, text, *solve(files, name))


def test_a_problem_that_is_too_large_for_the_device(files, capsys):
    assert_fails(
        capsys,
        2,
        "the problem needs 40 p-bits, the device has 32: 8 too many; ",
        "solve",
        files / "large.txt",
        "--device",
        "model:?pbits=32",
    )


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("serial:/dev/absent", "there is no port /dev/absent"),
        ("serial:/dev/ptmx?baud=99999999999", "/dev/ptmx cannot be opened at 99999999999 baud"),
        ("socket://127.0.0.1:9", "nothing answers at 127.0.0.1, port 9"),
    ],
)
@pytest.mark.parametrize("command", ["solve", "devices"])
def test_a_device_that_is_absent(files, capsys, command, url, text):
    file = [files / "ring.txt"] if command == "solve" else []
    assert_fails(capsys, 1, text, command, *file, "--device", url)


def test_a_command_is_needed(capsys):
    assert_fails(capsys, 2, "are required: COMMAND; `glauber --help` shows how")
    assert_fails(capsys, 2, "argument COMMAND: invalid choice: 'dance'", "dance")


def test_no_output_is_written_if_the_run_fails(files, capsys):
    run(capsys, *solve(files), "--output", files / "out.npz", "--num-reads", 0)
    assert not (files / "out.npz").exists()


def test_output_is_checked_before_the_run(tmp_path, monkeypatch):
    (tmp_path / "dir.npz").mkdir()
    with pytest.raises(OptionError, match=r"--output is .*dir.npz, which is a folder; give the n"):
        check_output(tmp_path / "dir.npz", (".npz",), "--output")
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(EnvironmentMissingError, match=r"no permission to write .*x.npz; choose"):
        check_output(tmp_path / "x.npz", (".npz",), "--output")


@pytest.mark.parametrize("option", ["--output", "--plot"])
def test_a_disk_that_fills_up(files, capsys, monkeypatch, option):
    name = files / ("x.npz" if option == "--output" else "x.png")

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.savez_compressed", fail)
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)
    text = f"cannot write {name}: No space left on device; choose another place"
    assert_fails(capsys, 4, text, *solve(files), option, name)


def raising(monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(sampler_module.GlauberSampler, "sample", fail)


def test_an_interrupt_ends_with_130(files, capsys, monkeypatch):
    raising(monkeypatch, KeyboardInterrupt())
    assert_fails(capsys, 130, "interrupted", *solve(files))


def test_an_interrupt_closes_the_device(files, capsys, monkeypatch):
    closed = []

    def close(device):
        closed.append(device)

    monkeypatch.setattr(Device, "close", close)
    raising(monkeypatch, KeyboardInterrupt())
    run(capsys, *solve(files))
    assert len(closed) == 1


def test_a_device_that_falls_silent_ends_with_1(files, capsys, monkeypatch):
    raising(monkeypatch, DeviceSilentError("it says nothing; plug it in"))
    assert_fails(capsys, 1, "it says nothing; plug it in", *solve(files))


def test_too_little_memory_ends_with_4(files, capsys, monkeypatch):
    raising(monkeypatch, MemoryError("Unable to allocate 8 TiB"))
    assert_fails(capsys, 4, "not enough memory for this (Unable to allocate 8 TiB)", *solve(files))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("error", [OptionError, KeyboardInterrupt])
def test_debug_shows_the_traceback(files, monkeypatch, first, error):
    raising(monkeypatch, error("why"))
    arguments = [str(argument) for argument in solve(files)]
    with pytest.raises(error):
        main(["--debug", *arguments] if first else [*arguments, "--debug"])


def test_a_defect_is_not_hidden(files, monkeypatch):
    raising(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main([str(argument) for argument in solve(files)])


@pytest.mark.parametrize("command", ["", "solve", "sample", "watch", "study", "devices", "rtl"])
def test_help_teaches_with_an_example(capsys, command):
    with pytest.raises(SystemExit) as ended:
        main([*filter(None, [command]), "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "Example" in out
    assert f"\n  glauber {command}" in out
    assert all(len(line) <= 100 for line in out.splitlines())


@pytest.mark.parametrize("command", ["solve", "sample", "watch", "study", "devices", "rtl"])
def test_the_examples_of_the_help_are_legal(capsys, monkeypatch, command):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    out = capsys.readouterr().out.replace("\\\n", " ")
    lines = [line.split() for line in out.splitlines() if line.startswith("  glauber")]
    ran = []
    for name in ("solve", "sample", "watch", "study", "devices", "rtl"):
        monkeypatch.setattr(f"glauber.host.cli.{name}.run", ran.append)
    assert [main([word.strip("'") for word in line[1:]]) for line in lines] == [0] * len(lines)
    assert len(ran) == len(lines) > 0


def test_the_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("glauber 0.")


def test_a_terminal_shows_progress(files, capsys, monkeypatch):
    now = itertools.count(step=2)
    monkeypatch.setattr("tqdm.std.time", lambda: float(next(now)))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    code, out, err = run(capsys, *solve(files))
    assert code == 0
    assert "annealing: 100%" in err
    assert "annealing" not in out


def test_the_port_is_taken_before_the_gates_are_compiled(capsys, monkeypatch):
    def fail(_):
        raise AssertionError("compiled")

    monkeypatch.setattr("glauber.host.transports.open_transport", fail)
    assert_fails(capsys, 2, "the port is 70000, outside its legal", "rtl", "--port", 70000)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_fails(capsys, 4, f"cannot listen on 127.0.0.1:{port}: ", "rtl", "--port", port)


def test_the_gates_are_served_until_an_interrupt(capsys, monkeypatch):
    closed = []

    class Idle:
        time_scale = 20.0

        def close(self):
            closed.append(self)

    def serve(board):
        board.stop()
        raise KeyboardInterrupt

    monkeypatch.setattr("glauber.host.transports.open_transport", lambda _: Idle())
    monkeypatch.setattr("glauber.sim.rtl.VirtualBoard.serve_forever", serve)
    code, out, err = run(capsys, "rtl")
    assert code == 130
    assert re.match(r"socket://127.0.0.1:\d+\?time_scale=20\n", out)
    assert "until you interrupt this" in err
    assert len(closed) == 1


@pytest.fixture
def stopped_at_once(monkeypatch):
    """Every run ends before its first read is done."""
    for name in ("sample", "anneal_to_target"):
        call = getattr(sampler_module.GlauberSampler, name)
        stop = functools.partialmethod(call, interrupt_function=lambda: True)
        monkeypatch.setattr(sampler_module.GlauberSampler, name, stop)


@pytest.mark.usefixtures("stopped_at_once")
@pytest.mark.parametrize("command", [solve, sample])
def test_no_reads_at_all_are_reported_too(files, capsys, command):
    options = ["--output", files / "out.npz"]
    if command is solve:
        options += ["--target", -10, "--plot", files / "out.png"]
    report = run_json(capsys, *command(files), *options)
    assert report["best_energy"] is report["mean_energy"] is None
    assert (report["num_reads"], report["stopped"]) == (0, True)
    assert report.get("reached_target", False) is False
    with np.load(files / "out.npz") as found:
        assert found["samples"].shape[::2] == ((0, 10) if command is sample else (0,))
    code, out, err = run(capsys, *command(files), *options)
    assert (code, err) == (0, "")
    assert "energy   none" in out
    assert ("not reached" in out) == (command is solve)


@pytest.mark.parametrize("arguments", [["solve", "x.txt"], ["devices"], ["rtl"]])
def test_an_interrupt_while_a_command_is_imported_ends_with_130(capsys, monkeypatch, arguments):
    class Interrupted(importlib.abc.MetaPathFinder):
        def find_spec(self, fullname, path=None, target=None):
            if fullname in ("glauber.host.files", "glauber.host.device", "glauber.sim.rtl"):
                raise KeyboardInterrupt

    for name in ("glauber.host.files", "glauber.host.device", "glauber.sim.rtl"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    assert_fails(capsys, 130, "interrupted", *arguments)


def test_the_command_starts_without_what_takes_long_to_import():
    heavy = {"numpy", "dimod", "numba", "serial", "amaranth", "pandas", "distributed", "rich"}
    code = f"import sys, glauber.host.cli; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_public_names_are_found_when_they_are_used():
    assert glauber.host.Device is Device
    assert all(getattr(glauber.host, name).__name__ == name for name in glauber.host.__all__)
    with pytest.raises(AttributeError, match=r"'glauber.host' has no attribute 'Sampler'"):
        _ = glauber.host.Sampler


def test_every_command_that_a_text_names_exists():
    named = set()
    for folder in importlib.import_module("glauber").__path__:
        for path in Path(folder).rglob("*.py"):
            for name in re.findall(
                r"(?:`|^ +|['\"])glauber ([a-z]\w*)", path.read_text("utf-8"), re.M
            ):
                named.add((name, path.name))
    commands = {"solve", "temper", "sample", "watch", "study", "devices", "noise", "rtl"}
    commands |= {"boards", "build", "flash", "selftest", "bench"}
    assert {name for name, _ in named} >= commands
    for action in build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert commands == set(action.choices)
    assert {(name, file) for name, file in named if name not in commands} == set()


def test_a_reader_that_has_seen_enough_is_no_error():
    command = "import sys; from glauber.host.cli import main; sys.exit(main(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", command, "devices", "--device", "model:"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # long before anything is written
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_an_outdated_image_is_told_on_standard_error(monkeypatch, capsys):
    machine = FakeMachine(SMALL)
    machine.header_words[Header.GATES_HASH] = 0x1234
    monkeypatch.setattr("glauber.host.device.open_transport", lambda url: Endpoint(machine, url))
    assert main(["devices", "--device", "serial:/dev/fake"]) == 0
    out, err = capsys.readouterr()
    assert "ulx3s-85f, image 0000abcd, outdated" in out
    assert err.startswith("glauber: warning: serial:/dev/fake (image 0000abcd) was made from other")
    assert err.endswith("install the version of Glauber that made the image\n")
