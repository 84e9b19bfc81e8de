import io
import os
import pty
import sys

import dimod
import numpy as np
import pytest
from rich.console import Console

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region
from glauber.host import GlauberSampler
from glauber.host.errors import DeviceSilentError, OptionError
from glauber.host.live import LiveFrame, LiveRun, LiveView
from glauber.host.live.draw import chart, half_blocks
from glauber.host.live.keys import Keys
from support.faulty_model import SilentEndpoint
from support.problems import random_bqm

MODEL = "model:?lanes=2&replicas=8"
BQM = random_bqm(20, 3, seed=1)


@pytest.fixture
def sampler():
    with GlauberSampler(MODEL) as opened:
        yield opened


@pytest.mark.parametrize("looks", [[30], [7, 23], [1] * 30])
@pytest.mark.parametrize(
    "settings", [{"beta": 0.01}, {}, {"num_sweeps_per_beta": 5, "beta_range": (0.001, 0.1)}]
)
def test_what_is_seen_is_what_the_sampler_gives(sampler, looks, settings):
    live = LiveRun(sampler, BQM, num_sweeps=30, seed=4, **settings)
    frame = [live.advance(sweeps) for sweeps in looks][-1]
    expected = sampler.sample(BQM, num_reads=8, num_sweeps=30, seed=4, **settings)
    columns = [expected.variables.index(name) for name in BQM.variables]
    assert np.array_equal(frame.states, expected.record.sample[:, columns])
    assert np.allclose(frame.energies, expected.record.energy)
    assert (frame.sweeps, frame.updates, live.seed) == (30, 30 * 20 * 8, 4)
    assert frame.beta == pytest.approx(expected.info["beta_range"][1])
    assert frame.seconds > 0


def test_a_binary_problem_has_its_own_energies(sampler):
    bqm = dimod.BQM({"a": -1.0, "b": 1.0}, {"ab": 0.5}, 2.5, "BINARY")
    frame = LiveRun(sampler, bqm, num_sweeps=40, seed=1).advance(40)
    assert set(frame.states.ravel()) <= {-1, 1}
    assert frame.energies.min() == 1.5


def test_beta_follows_the_schedule_and_then_stays(sampler):
    live = LiveRun(sampler, BQM, num_sweeps=10, beta_range=(0.001, 0.1), seed=1)
    assert live.beta == pytest.approx(0.001)
    assert live.advance(5).beta == pytest.approx(np.geomspace(0.001, 0.1, 10)[4])
    assert live.advance(20).beta == live.beta == pytest.approx(0.1)


def test_beta_can_be_changed_within_its_range(sampler):
    live = LiveRun(sampler, BQM, beta=0.01, seed=1)
    live.set_beta(0.05)
    assert live.advance(2).beta == live.beta == 0.05
    with pytest.raises(OptionError, match=r"beta 1e\+09 is outside the range of this problem"):
        live.set_beta(1e9)
    assert live.beta == 0.05


def test_a_look_changes_nothing(sampler):
    live = LiveRun(sampler, BQM, beta=0.01, seed=1)
    first, second = live.look(), live.look()
    assert np.array_equal(first.states, second.states)
    assert (first.sweeps, first.updates) == (0, 0)


def test_what_a_live_run_refuses(sampler):
    with pytest.raises(OptionError, match=r"beta is -1\.0; it must be a positive finite number"):
        LiveRun(sampler, BQM, beta=-1.0)
    with pytest.raises(OptionError, match="sweeps is 0; it must be 1 or more"):
        LiveRun(sampler, BQM, beta=0.01).advance(0)


def test_a_device_that_falls_silent_is_an_error():
    device = SilentEndpoint(MachineParams(lanes=2), Region.STEPS)
    with GlauberSampler(device) as silent, pytest.raises(DeviceSilentError, match="silent:"):
        LiveRun(silent, BQM, beta=0.01)


def test_half_blocks_show_two_rows_in_a_line():
    states = np.array([[1, 1, -1, -1], [1, -1, 1, -1]], np.int8)
    assert half_blocks(states, 7, 1) == ["█▀▄ "]
    assert half_blocks(states[:1], 7, 9) == ["▀▀  "]


def test_what_is_small_is_enlarged_as_far_as_there_is_room():
    states = np.array([[1, -1], [-1, 1]], np.int8)
    assert half_blocks(states, 4, 2) == ["██  ", "  ██"]
    assert half_blocks(states, 5, 1) == ["▀▄"]
    assert len(half_blocks(states, 999, 999)[0]) == 16


def test_what_is_large_is_shown_by_its_majority():
    states = -np.ones((8, 8), np.int8)
    states[:4, :4] = 1
    states[0, 0] = -1
    assert half_blocks(states, 4, 2) == ["██  ", "    "]
    assert half_blocks(states, 2, 9) == ["▀ "]


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (64, 1000), (1000, 3), (100, 100)])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (10, 3), (80, 20)])
def test_a_picture_fits_whatever_the_sizes(shape, width, height):
    lines = half_blocks(np.ones(shape, np.int8), width, height)
    assert 1 <= len(lines) <= height
    assert all(0 < len(line) <= width for line in lines)
    assert lines[0][0] in "█▀"


def test_a_chart_goes_from_the_least_to_the_greatest():
    assert chart([0, 1, 2, 3, 4, 5, 6, 7], 8, 1) == ["▁▂▃▄▅▆▇█"]
    assert chart([9, 9, 0, 1], 2, 1) == ["▁█"]
    assert chart([0, 15], 5, 2) == [" █", "▁█"]
    assert chart([3.0], 5, 1) == ["▅"]
    assert len(chart(range(100), 30, 3)) == 3


def frame(replicas=8, variables=12, sweeps=1234):
    states = np.where(np.arange(replicas * variables).reshape(replicas, -1) % 3, 1, -1)
    energies = np.arange(replicas, dtype=np.float64) - 20.5
    return LiveFrame(sweeps, 0.44, states.astype(np.int8), energies, 5_000_000, 0.01)


def rendered(view, seen, width, height):
    view.see(seen)
    console = Console(
        record=True,
        width=width,
        height=height,
        file=io.StringIO(),
        color_system="truecolor",
        force_terminal=True,
    )
    console.print(view.render(seen, width, height))
    return console.export_text().splitlines()


def test_the_view_of_a_lattice():
    view = LiveView("torus.txt on model:", np.arange(12).reshape(4, 3))
    seen = frame()
    lines = rendered(view, seen, 100, 12)
    assert lines[0].rstrip() == "torus.txt on model:"
    assert lines[-3].rstrip() == ("energy -17 mean   -20.5 lowest now   -20.5 lowest seen")
    assert lines[-2].rstrip() == "beta 0.44   sweep 1,234   replica 1 of 8   0.5 updates/ns"
    assert lines[-1].startswith("q quit")
    picture = half_blocks(seen.states[0].reshape(4, 3), 100, 7)
    assert [line.rstrip() for line in lines[1 : 1 + len(picture)]] == [
        line.rstrip() for line in picture
    ]


def test_the_view_of_another_replica_and_of_a_pause():
    view = LiveView("torus.txt", np.arange(12).reshape(4, 3))
    view.replica, view.paused = 9, True
    lines = rendered(view, frame(), 100, 12)
    assert "replica 2 of 8" in lines[-2]
    assert "PAUSED" in lines[-2]


def test_the_view_without_a_lattice_has_a_line_for_each_replica():
    view = LiveView("graph.txt")
    seen = frame(replicas=4, variables=30)
    lines = rendered(view, seen, 31, 9)
    assert [line.rstrip() for line in lines[1:3]] == [
        line.rstrip() for line in half_blocks(seen.states, 31, 4)
    ]
    assert "4 replicas, one a line" in rendered(view, seen, 99, 9)[-2]


def test_the_lowest_energy_is_remembered():
    view = LiveView("x")
    view.see(frame())
    later = LiveFrame(2000, 0.44, frame().states, np.full(8, -3.0), 1, 1.0)
    assert "-3 mean   -3 lowest now   -20.5 lowest seen" in "\n".join(rendered(view, later, 90, 20))


@pytest.mark.parametrize("width", [1, 5, 20, 80, 300])
@pytest.mark.parametrize("height", [1, 2, 3, 5, 8, 24, 60])
@pytest.mark.parametrize("lattice", [None, np.arange(12).reshape(4, 3)])
def test_the_view_fits_any_terminal(width, height, lattice):
    lines = rendered(LiveView("a rather long title of a problem", lattice), frame(), width, height)
    assert 1 <= len(lines) <= height
    assert all(len(line) <= width for line in lines)
    text = "".join(lines)
    assert any(mark in text for mark in "█▀▄")


def test_keys_are_read_without_a_line(monkeypatch):
    outer, inner = pty.openpty()
    with os.fdopen(inner, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        with Keys() as keys:
            assert keys.wait(0) == ""
            os.write(outer, b"nq")
            assert (keys.wait(1), keys.wait(1), keys.wait(0)) == ("n", "q", "")
    os.close(outer)


def test_the_terminal_is_left_as_it_was(monkeypatch):
    import termios

    outer, inner = pty.openpty()
    with os.fdopen(inner, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(inner)
        seen = []

        def interrupted():
            with Keys():
                seen.append(termios.tcgetattr(inner))
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert seen[0] != before
        assert termios.tcgetattr(inner) == before
    os.close(outer)


def test_what_is_no_terminal_has_no_keys(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("q"))
    with Keys() as keys:
        assert keys.wait(0.001) == ""
