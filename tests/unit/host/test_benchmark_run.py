import json

import pytest

from glauber.host.benchmark.plot import plot_report
from glauber.host.benchmark.run import Plan, benchmark, describe_peers
from glauber.host.benchmark.table import print_report, save_rows
from glauber.host.benchmark.worker import PeerFailureError
from glauber.host.errors import EnvironmentMissingError
from support.fake_peers import FakeCall, FakePeer, FakeWorker, make_pair

PLAN = Plan(rounds=2, sweeps=10, seconds=0.1)


@pytest.fixture(autouse=True)
def no_processes(monkeypatch):
    monkeypatch.setattr("glauber.host.benchmark.run.Worker", FakeWorker)


class Failing(FakeCall):
    """Fails at its `last` call and after that."""

    def __init__(self, last):
        super().__init__()
        self.last = last

    def __call__(self, setting, seed):
        if len(self.calls) >= self.last:
            raise PeerFailureError("it broke")
        return super().__call__(setting, seed)


def peers(*others):
    return [FakePeer("ours", fake_call=FakeCall(1e-5)), *others]


def run(found, instances=None, **options):
    return benchmark(instances or [make_pair()], found, PLAN, **options)


def names(report):
    return [(row["figure"], row["instance"], row["peer"]) for row in report["rows"]]


def test_all_figures_of_all_instances_and_peers():
    seen, kept = [], []
    slow = FakePeer("slow", fake_call=FakeCall(1e-4), figures=frozenset({"speed", "target"}))
    report = run(
        peers(slow),
        [make_pair(), make_pair(None)],
        progress=lambda *done: seen.append(done),
        on_rows=lambda rows: kept.append(len(rows)),
    )
    assert names(report) == [
        ("speed", "pair", "ours"),
        ("speed", "pair", "slow"),
        ("time", "pair", "ours"),
        ("target", "pair", "ours"),
        ("target", "pair", "slow"),
        ("speed", "pair", "ours"),
        ("speed", "pair", "slow"),
        ("time", "pair", "ours"),
    ]
    assert seen == [(number, 6) for number in range(1, 7)]
    assert kept == [2, 3, 5, 7, 8, 8]
    assert (report["failed"], report["left_out"]) == ([], [])
    assert (report["rounds"], report["threads"], report["seed"]) == (2, 1, 1)
    json.dumps(report, allow_nan=False)


def test_what_a_peer_refuses_is_said():
    report = run(peers(FakePeer("picky", trick="refuse")))
    assert report["left_out"] == [
        {"instance": "pair", "peer": "picky", "reason": "it does not like it"}
    ]
    assert {row["peer"] for row in report["rows"]} == {"ours"}


def test_a_peer_that_fails_is_left_out_and_the_others_measured():
    report = run(peers(FakePeer("bad", fake_call=Failing(3))))
    assert report["failed"] == ["it broke"]
    assert [name for name in names(report) if name[2] == "bad"] == [("speed", "pair", "bad")]
    assert [name[0] for name in names(report) if name[2] == "ours"] == ["speed", "time", "target"]


def test_a_peer_that_does_not_start_is_left_out(monkeypatch):
    class Broken(FakeWorker):
        def wait(self):
            if self.trouble:
                raise PeerFailureError("it did not start")
            return 0.0

    found = peers(FakePeer("bad", trick="raise at once", fake_call=FakeCall()))
    monkeypatch.setattr("glauber.host.benchmark.run.Worker", Broken)
    report = run(found)
    assert report["failed"] == ["it did not start"]
    assert {row["peer"] for row in report["rows"]} == {"ours"}


def test_no_peer_left():
    report = run([FakePeer("bad", fake_call=Failing(0))])
    assert (report["rows"], report["failed"]) == ([], ["it broke"])


@pytest.fixture
def report():
    never = FakePeer("never", fake_call=FakeCall(1e-4, chance=lambda _: 0.0))
    absent = FakePeer("ghost", package="no-such-package", module="no_such_package")
    found = peers(never, FakePeer("picky", trick="refuse"))
    report = run(found, [make_pair()])
    report["peers"] = describe_peers({peer.name: peer for peer in [*found, absent]})
    report["failed"].append("it [broke]")
    return report


def test_a_table_for_people(report, capsys):
    print_report(report)
    out = capsys.readouterr().out
    assert "2 rounds in turns, seed 1" in out
    lines = out.splitlines()
    (ghost,) = [line for line in lines if "ghost" in line]
    assert "absent" in ghost
    assert "pip install 'glauber[bench]'" in ghost
    assert any("never" in line and " > " in line and "0 of " in line for line in lines)
    assert "10 (10 to 10)" in out
    assert "left out: picky on pair: it does not like it" in out
    assert "FAILED: it [broke]" in out


def test_a_table_for_programs(report, tmp_path):
    import csv

    path = tmp_path / "bench.csv"
    save_rows(path, report["rows"])
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["peer"] for row in rows] == [row["peer"] for row in report["rows"]]
    assert float(rows[1]["ratio_cpu"]) == pytest.approx(10.0)
    assert rows[0]["target"] == ""


def test_a_table_that_cannot_be_written(report, tmp_path):
    with pytest.raises(EnvironmentMissingError, match=r"cannot write .*x\.csv: No such file"):
        save_rows(tmp_path / "no" / "x.csv", report["rows"])


def test_a_picture_says_what_it_shows(report, tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr(
        "matplotlib.figure.Figure.savefig", lambda self, *_, **__: figures.append(self)
    )
    plot_report(tmp_path / "b.png", report)
    (figure,) = figures
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "spin updates per CPU ns",
        "lowest energy after equal time, above the lowest of all (%)",
        "time to the target with 99 % (CPU s)",
    ]
    assert [len(axes.patches) for axes in figure.axes] == [2, 2, 1]  # never has no bar


def test_a_picture(report, tmp_path):
    path = tmp_path / "bench.svg"
    plot_report(path, report)
    assert path.stat().st_size > 10_000


def test_a_picture_of_nothing(report, tmp_path):
    report["rows"] = []
    plot_report(tmp_path / "b.png", report)
    assert (tmp_path / "b.png").exists()
