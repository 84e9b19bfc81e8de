import os

import pytest

from glauber.host.benchmark.peers import Setting
from glauber.host.benchmark.worker import PeerFailureError, Worker, timed
from support.fake_peers import FakePeer, FakeRunner, make_pair

SETTING = Setting(3, 10, (0.1, 2.0))


def test_a_call_is_timed_by_both_clocks_and_its_energies_are_computed_here():
    pair, runner = make_pair(), FakeRunner("")
    clock, cpu_clock = iter([100.0, 102.5]), iter([7.0, 8.0])
    outcome = timed(
        runner, pair, SETTING, 5, clock=lambda: next(clock), cpu_clock=lambda: next(cpu_clock)
    )
    assert runner.calls == [(SETTING, 5)]
    assert (outcome.setting, outcome.wall, outcome.cpu) == (SETTING, 2.5, 1.0)
    assert outcome.energies is not None
    # Equal spins have the energy -1.
    assert outcome.energies.tolist() == [-1.0, 1.0, -1.0]
    assert outcome.memory > 1_000_000


def test_a_peer_without_samples_has_no_energies():
    assert timed(FakeRunner("no samples"), make_pair(), SETTING, 1).energies is None


def test_a_worker_calls_the_peer_in_another_process():
    with Worker(FakePeer(), make_pair(), 1, 60) as worker:
        assert worker.wait() >= 0
        outcome = worker.call(SETTING, 1)
        again = worker.call(SETTING, 2)
        process = worker._process
    assert outcome.energies is not None
    assert again.energies is not None
    assert outcome.energies.tolist() == again.energies.tolist() == [-1.0, 1.0, -1.0]
    assert outcome.wall >= 0
    assert process.pid != os.getpid()
    assert not process.is_alive()


@pytest.mark.parametrize(
    ("trick", "text"),
    [
        ("raise", "fake on pair failed: ValueError: it broke; leave the peer or the instance out"),
        ("exit", "fake on pair ended with exit code 7; leave the peer or the instance out, or giv"),
    ],
)
def test_a_peer_that_fails(trick, text):
    with Worker(FakePeer(trick=trick), make_pair(), 1, 60) as worker:
        worker.wait()
        with pytest.raises(PeerFailureError, match=text):
            worker.call(SETTING, 1)


def test_a_peer_that_has_ended_says_so_again():
    with Worker(FakePeer(trick="exit"), make_pair(), 1, 60) as worker:
        worker.wait()
        for _ in range(2):
            with pytest.raises(PeerFailureError, match="ended with exit code 7"):
                worker.call(SETTING, 1)


def test_a_peer_that_does_not_start():
    with (
        Worker(FakePeer(trick="raise at once"), make_pair(), 1, 60) as worker,
        pytest.raises(PeerFailureError, match="fake on pair failed: RuntimeError: no; leave the"),
    ):
        worker.wait()


def test_a_peer_that_takes_too_long():
    with Worker(FakePeer(trick="sleep"), make_pair(), 1, 60) as worker:
        worker.wait()
        worker._timeout = 0.05
        with pytest.raises(PeerFailureError, match=r"fake on pair took more than 0.05 s for one c"):
            worker.call(SETTING, 1)
    assert worker._process.exitcode == -9
