import csv
import json

import pytest

from glauber.host.cli import main
from support.fake_peers import FakeCall, FakePeer, FakeWorker


@pytest.fixture
def ring(tmp_path):
    path = tmp_path / "ring.txt"
    path.write_text("6 6\n" + "".join(f"{i + 1} {(i + 1) % 6 + 1} 1\n" for i in range(6)))
    return str(path)


@pytest.fixture
def fakes(monkeypatch):
    """Two peers without a process, Glauber ten times as fast."""
    peers = {
        "glauber": FakePeer("glauber", fake_call=FakeCall(1e-5)),
        "slow": FakePeer("slow", fake_call=FakeCall(1e-4)),
    }
    monkeypatch.setattr("glauber.host.benchmark.peers.all_peers", lambda _: peers)
    monkeypatch.setattr("glauber.host.benchmark.run.Worker", FakeWorker)
    return peers


def bench(*options):
    return main(["bench", *map(str, options)])


@pytest.mark.usefixtures("fakes")
def test_a_file_with_a_target(ring, tmp_path, capsys):
    path, picture = tmp_path / "b.csv", tmp_path / "b.png"
    options = ["--target", -6, "--rounds", 2, "--seconds", 0.1]
    assert bench(ring, *options, "--output", path, "--plot", picture) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "10 (10 to 10)" in out
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["figure"], row["peer"]) for row in rows] == [
        (figure, peer) for figure in ("speed", "time", "target") for peer in ("glauber", "slow")
    ]
    assert {row["instance"] for row in rows} == {"ring"}
    assert picture.stat().st_size > 10_000


@pytest.mark.usefixtures("fakes")
def test_json(ring, capsys):
    assert bench(ring, "--figures", "speed", "--peers", "slow,glauber", "--json") == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    report = json.loads(out)
    assert [row["peer"] for row in report["rows"]] == ["glauber", "slow"]
    assert report["rows"][1]["ratio_cpu"] == pytest.approx(10)
    assert (report["rounds"], report["rows"][0]["sweeps"]) == (5, 1000)
    assert {peer["peer"]: peer["rule"] for peer in report["peers"]} == {
        "glauber": "fake",
        "slow": "fake",
    }
    assert {"date", "machine", "load_before", "load_after", "failed", "left_out"} <= set(report)


@pytest.mark.parametrize(
    ("options", "instances"),
    [
        (["--quick"], ["glass3d", "regular3"]),
        (["--instances", "regular3"], ["regular3"]),
        ([], ["lattice2d", "lattice3d", "glass3d", "regular3", "sk256", "rbm"]),
    ],
)
@pytest.mark.usefixtures("fakes")
def test_which_instances(capsys, options, instances):
    assert bench("--figures", "speed", "--json", *options) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(dict.fromkeys(row["instance"] for row in report["rows"])) == instances
    assert report["rounds"] == (3 if "--quick" in options else 5)


@pytest.mark.usefixtures("fakes")
def test_instances_of_a_folder(tmp_path, capsys):
    (tmp_path / "maxcut").mkdir()
    (tmp_path / "maxcut" / "best_known.csv").write_text("instance,best_known_cut\nK,2\n")
    (tmp_path / "maxcut" / "K.txt").write_text("3 3\n1 2 1\n2 3 1\n1 3 1\n")
    options = ["--figures", "speed", "--json", "--data", tmp_path]
    assert bench(*options, "--instances", "K,regular3") == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert list(dict.fromkeys(row["instance"] for row in rows)) == ["K", "regular3"]
    assert bench(*options) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["instance"] for row in rows[-1:]] == ["K"]


def test_a_peer_that_fails_ends_with_1(fakes, ring, capsys):
    from glauber.host.benchmark.worker import PeerFailureError

    def fail(*_):
        raise PeerFailureError("slow on ring failed: it broke; leave it out")

    fakes["slow"].fake_call = fail
    assert bench(ring, "--figures", "speed", "--json") == 1
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert [row["peer"] for row in report["rows"]] == ["glauber"]
    assert err == (
        "glauber: 1 peer(s) failed, the first: slow on ring failed: it broke; leave it out\n"
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--peers", "ghost"], "there is no peer 'ghost'; choose among glauber, slow"),
        (["--figures", "size"], "there is no figure 'size'; choose among speed, time, target"),
        (["--instances", "x"], "there is no instance 'x'; choose among lattice2d, lattice3d, g"),
        (["--target", 1], "--target is 1, but there are 0 files; it is for one file"),
        (["--rounds", 0], "--rounds is 0; it must be 1 or more"),
        (["--sweeps", 0], "--sweeps is 0; it must be 1 or more"),
        (["--threads", 0], "--threads is 0; it must be 1 or more"),
        (["--seed", -1], "--seed is -1; it must be 0 or more"),
        (["--seconds", 0], "--seconds is 0.0; it must be a positive finite number"),
        (["--timeout", "nan"], "--timeout is nan; it must be a positive finite number"),
        (["--output", "x.txt"], "--output is x.txt; the name must end in .csv"),
        (["--plot", "x.txt"], "--plot is x.txt; the name must end in .png or .pdf or .svg"),
        (["--data", "absent"], "--data is absent, which has neither maxcut/best_known.csv nor"),
        (["absent.txt"], "there is no file absent.txt"),
    ],
)
@pytest.mark.usefixtures("fakes")
def test_what_bench_refuses(capsys, options, text):
    assert bench(*options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert text in err
    assert err.count("\n") == 1


def test_a_device_whose_options_the_benchmark_sets(capsys):
    assert bench("--device", "model:?replicas=4") == 2
    assert "the benchmark chooses the model's replicas and threads" in capsys.readouterr().err


def test_help_teaches_with_an_example(capsys):
    with pytest.raises(SystemExit) as end:
        bench("--help")
    assert end.value.code == 0
    assert "glauber bench --quick" in capsys.readouterr().out


def test_glauber_against_a_peer_in_processes_of_their_own(ring, capsys):
    options = ["--peers", "glauber,dwave-sa", "--figures", "speed", "--rounds", 1]
    assert bench(ring, *options, "--json") == 0
    ours, peer = json.loads(capsys.readouterr().out)["rows"]
    assert ours["lowest_energy"] == -6
    assert peer["lowest_energy"] in (-6, -2)  # a ring has two defects, or none
    assert ours["memory_mb"] > 20
    assert peer["updates_per_ns_cpu"] > 0
