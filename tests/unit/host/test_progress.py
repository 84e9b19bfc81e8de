import io
import itertools
import re
import sys
import time

import pytest

from glauber.host import progress
from glauber.host.progress import no_progress, show_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def open_terminal(monkeypatch):
    """A terminal as standard error, where every look at the clock finds two seconds gone."""
    terminal, now = Terminal(), itertools.count(step=2)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("tqdm.std.time", lambda: float(next(now)))
    return terminal


def wait_for(text, terminal):
    give_up = time.monotonic() + 5
    while text not in terminal.getvalue():
        assert time.monotonic() < give_up, terminal.getvalue()
        time.sleep(0.001)


def test_no_progress_says_nothing(capsys):
    no_progress(1, 2)
    assert capsys.readouterr() == ("", "")


def test_what_is_no_terminal_is_told_nothing(monkeypatch):
    monkeypatch.setattr(progress, "_SILENCE", 0.0)
    silent = io.StringIO()
    monkeypatch.setattr(sys, "stderr", silent)
    with show_progress("digging", "hole") as show:
        time.sleep(0.02)
        show(1, 2)
        show(2, 2)
    assert silent.getvalue() == ""


def test_a_terminal_shows_how_far_it_is(monkeypatch):
    terminal = open_terminal(monkeypatch)
    with show_progress("digging", "hole") as show:
        show(0, 4000)
        show(1000, 4000)
        assert "digging:  25%" in terminal.getvalue()
        assert "1.00k/4.00k" in terminal.getvalue()
        show(4000, 4000)
    assert "digging: 100%" in terminal.getvalue()
    assert "preparing" not in terminal.getvalue()


def test_updates_are_counted_per_nanosecond(monkeypatch):
    terminal = open_terminal(monkeypatch)
    with show_progress("annealing", "update") as show:
        show(0, 4 * 10**12)
        show(10**12, 4 * 10**12)
    # Two seconds go by from one look at the clock to the next.
    assert re.search(r"1.00T/4.00T \[00:\d\d<00:\d\d, [\d.]+ updates/ns\]", terminal.getvalue())


def test_other_units_may_have_updates_too(monkeypatch):
    terminal = open_terminal(monkeypatch)
    with show_progress("study", "cell") as show:
        show(0, 4)
        assert "updates/ns" not in terminal.getvalue()
        show.count_updates(6 * 10**9)
        show(1, 4)
    last = terminal.getvalue().split("\r")[-1]
    found = re.search(
        r"study:  25%.* 1/4 \[00:(\d\d)<.*, ([\d.]+) cells/s, ([\d.]+) updates/ns\]", last
    )
    assert found is not None, last
    assert float(found[3]) == pytest.approx(6 / int(found[1]), rel=0.01)


def test_a_long_silence_is_explained(monkeypatch):
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_SILENCE", 0.01)
    with show_progress("digging", "hole") as show:
        show(0, 10)  # a run that has begun but not got anywhere
        wait_for(
            "digging: preparing; a large problem takes a while to compile, and so does the first",
            terminal,
        )
        show(5, 10)
    assert terminal.getvalue().count("preparing") == 1


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_explained_after_the_work(monkeypatch, fails):
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_SILENCE", 0.05)
    try:
        with show_progress("digging", "hole") as show:
            if fails:
                raise KeyboardInterrupt
            show(1, 10)
    except KeyboardInterrupt:
        pass
    time.sleep(0.1)
    assert "preparing" not in terminal.getvalue()
