import json
import os
import pty
import re
import subprocess
import sys

import pytest

from glauber.host.cli import main
from glauber.host.errors import DeviceSilentError
from glauber.host.live import LiveRun

MODEL = "model:?lanes=2&replicas=8"


def open_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def type_keys(monkeypatch, keys):
    """A terminal where these keys are pressed, one after each frame, and nothing after them."""
    open_terminal(monkeypatch)
    left = list(keys)
    monkeypatch.setattr("glauber.host.live.keys.Keys.wait", lambda *_: left.pop(0) if left else "")


def watch(torus, *options):
    return main(["watch", torus, "--device", MODEL, "--seed", "1", *map(str, options)])


def test_without_a_terminal_there_is_only_a_summary(torus, capsys):
    assert watch(torus, "--num-sweeps", 50) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"torus.txt: 50 sweeps of 8 replicas, on {MODEL}\n")
    assert "lowest energy -32 of all that was seen\n" in out
    assert out.endswith("; seed 1\n")
    assert "\x1b" not in out


def test_the_summary_as_json(torus, capsys):
    assert watch(torus, "--beta", 0.5, "--num-sweeps", 20, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {
        "problem",
        "device",
        "seed",
        "replicas",
        "num_sweeps",
        "beta",
        "best_energy",
        "mean_energy",
        "spin_updates",
        "seconds",
        "updates_per_ns",
    }
    assert (report["num_sweeps"], report["beta"], report["spin_updates"]) == (20, 0.5, 20 * 16 * 8)


def test_no_end_and_no_terminal_is_refused(torus, capsys):
    assert watch(torus, "--beta", 0.5) == 2
    assert "there is no terminal to watch on, and no end; give --num-sweeps" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--every", 0], "--every is 0; it must be 1 or more"),
        (["--fps", 0], "--fps is 0.0; it must be a positive finite number"),
        (["--num-sweeps", 0], "--num-sweeps is 0; it must be 1 or more"),
        (["--beta", -1, "--num-sweeps", 5], "beta is -1.0; it must be a positive finite number"),
        (["--beta", 1, "--beta-range", 1, 2, "--num-sweeps", 5], "beta contradicts beta_range"),
    ],
)
def test_what_watch_refuses(torus, capsys, options, text):
    assert watch(torus, *options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert text in err


def test_a_terminal_shows_frames_and_then_the_summary(torus, capsys, monkeypatch):
    type_keys(monkeypatch, "")
    assert watch(torus, "--num-sweeps", 6, "--every", 4) == 0
    out = capsys.readouterr().out
    begin, end = out.index("\x1b[?1049h"), out.index("\x1b[?1049l")
    assert [int(sweeps) for sweeps in re.findall(r"sweep (\d+)", out[begin:end])] == [4, 6]
    assert "torus.txt: 6 sweeps of 8 replicas" in out[end:]


def test_keys_change_what_is_seen(torus, capsys, monkeypatch):
    type_keys(monkeypatch, "+n  --q")
    assert watch(torus, "--beta", 0.5) == 0
    out = capsys.readouterr().out
    found = re.findall(r"beta ([\d.]+)\s+sweep (\d+)\s+replica (\d)[^\r\n]*?(PAUSED)?\s*\n", out)
    assert [(float(beta), int(sweep)) for beta, sweep, *_ in found] == [
        (0.5, 1),  # +
        (0.55, 2),  # n
        (0.55, 3),  # space: paused
        (0.55, 3),  # space: goes on
        (0.55, 4),  # -
        (0.5, 5),  # -
        (0.4545, 6),  # q
    ]
    assert [replica for _, _, replica, _ in found] == list("1122222")
    assert out.count("PAUSED") == 1


def test_beta_stays_where_the_device_can_have_it(torus, capsys, monkeypatch):
    type_keys(monkeypatch, "+" * 200 + "q")
    assert watch(torus, "--beta", 0.5, "--fps", 1e6) == 0
    betas = [float(beta) for beta in re.findall(r"beta ([\d.e+]+) ", capsys.readouterr().out)]
    assert betas[-1] == betas[-50] > 100


def test_ctrl_c_ends_with_a_summary_and_130(torus, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    open_terminal(monkeypatch)
    monkeypatch.setattr("glauber.host.live.keys.Keys.wait", interrupt)
    assert watch(torus, "--beta", 0.5) == 130
    out, err = capsys.readouterr()
    assert out.index("\x1b[?1049l") < out.index("torus.txt: 1 sweeps of 8 replicas")
    assert err == "glauber: interrupted\n"


def test_a_device_that_falls_silent_restores_the_terminal(torus, capsys, monkeypatch):
    advance = LiveRun.advance

    def silent(self, sweeps):
        if self.sweeps == 2:
            raise DeviceSilentError("it says nothing; plug it in")
        return advance(self, sweeps)

    monkeypatch.setattr(LiveRun, "advance", silent)
    type_keys(monkeypatch, "")
    assert watch(torus, "--beta", 0.5) == 1
    out, err = capsys.readouterr()
    assert out.endswith("\x1b[?1049l") or "\x1b[?1049l" in out
    assert "lowest energy" not in out
    assert err == "glauber: it says nothing; plug it in\n"


def test_it_runs_in_a_real_terminal(torus):
    outer, inner = pty.openpty()
    code = "import sys; from glauber.host.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["watch", torus, "--beta", "0.5", "--device", MODEL]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env=os.environ | {"TERM": "xterm-256color"},
    ) as process:
        os.close(inner)
        shown = b""
        while b"q quit" not in shown:
            shown += os.read(outer, 1 << 16)
        os.write(outer, b"q")
        while process.poll() is None or b"per ns" not in shown:
            try:
                shown += os.read(outer, 1 << 16)
            except OSError:  # the other side has closed
                break
        assert process.wait() == 0
    os.close(outer)
    assert b"lowest energy" in shown
