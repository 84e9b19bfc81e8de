import argparse
import json
import sys

import pandas
import pytest

from glauber.host.cli import main
from glauber.host.cli.study import _numbers, _whole_numbers
from glauber.host.study.cluster import local_cluster

MODEL = "model:?lanes=2&replicas=8"


@pytest.fixture
def ring(tmp_path):
    path = tmp_path / "ring.txt"
    edges = "".join(f"{node + 1} {(node + 1) % 6 + 1} 1\n" for node in range(6))
    path.write_text("6 6\n" + edges)
    return str(path)


def study(ring, *options):
    return main(["study", ring, "--device", MODEL, *map(str, options)])


def test_a_table_and_a_summary(ring, tmp_path, capsys):
    path = tmp_path / "t.csv"
    options = ["--seeds", "1-2,5", "--num-sweeps", "50,100", "--num-reads", 8, "--output", path]
    assert study(ring, *options) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert f"6 rows in {path}" in out
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][:4] == ["instance", "num_reads", "num_sweeps", "runs"]
    assert [line[1:6] for line in lines[1:3]] == [
        ["8", "50", "3", "0", "-6"],
        ["8", "100", "3", "0", "-6"],
    ]
    table = pandas.read_csv(path)
    assert sorted(set(table["seed"])) == [1, 2, 5]
    assert set(table["best_cut"]) == {6}


def test_json(ring, capsys):
    assert study(ring, "--seeds", 7, "--beta", "0.5,1", "--samples-per-read", 2, "--json") == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    report = json.loads(out)
    assert (report["runs"], report["failed"]) == (2, 0)
    first, second = report["rows"]
    assert (first["beta"], second["beta"]) == (0.5, 1)
    assert first["seed"] == 7
    assert first["num_reads"] == 64
    assert first["error"] == ""


def test_runs_that_fail_end_with_1_and_are_in_the_table(ring, tmp_path, capsys):
    path = tmp_path / "t.csv"
    assert study(ring, "--num-sweeps", "0,5", "--seeds", "1-2", "--output", path) == 1
    out, err = capsys.readouterr()
    assert f"4 rows in {path}" in out
    assert err == (
        f"glauber: 2 of 4 runs failed, the first {ring} with seed 1: num_sweeps is 0; it must be 1 "
        "or more; mend that and run the study again, which with --output repeats only what failed\n"
    )
    assert pandas.read_csv(path)["error"].notna().tolist().count(True) == 2
    assert study(ring, "--num-sweeps", 0, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["failed"], report["rows"][0]["device"]) == (1, MODEL)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--seeds", "one"], "argument --seeds: 'one' is no whole number and no range; write them"),
        (["--seeds", "3-1"], "argument --seeds: the range 3-1 is empty; give the smaller"),
        (["--seeds", "1-9999999"], "argument --seeds: the range 1-9999999 is too long; give"),
        (["--beta", "hot"], "argument --beta: 'hot' are no numbers; write them such as 0.5,1,2"),
        (["--beta", "1,nan"], "argument --beta: nan is not a finite number"),
        (["--workers", 0], "workers is 0; it must be 1 or more"),
        (["--workers", 2, "--scheduler", "tcp://x:1"], "--workers is for this computer, not for"),
        (["--output", "x.txt"], "--output is x.txt; the name must end in .csv or .parquet"),
        (["--output", "no/x.csv"], "--output is no/x.csv, but there is no folder no; create it"),
        (["--device", "serial:/dev/x"] * 2, "the device serial:/dev/x stands twice in a study"),
    ],
)
def test_what_study_refuses(ring, capsys, options, text):
    assert study(ring, *options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert text in err
    assert err.count("\n") == 1


def test_a_file_that_is_absent(capsys):
    assert main(["study", "absent.txt"]) == 2
    assert "there is no file" in capsys.readouterr().err


def test_the_extra_is_named_if_it_is_missing(ring, capsys, monkeypatch):
    for name in list(sys.modules):
        if name.startswith("glauber.host.study"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert study(ring) == 4
    assert (
        "a study needs distributed, which is not installed; run `pip install 'glauber[study]'`"
        in (capsys.readouterr().err)
    )


def test_a_scheduler_that_does_not_answer(ring, capsys, monkeypatch):
    monkeypatch.setattr("glauber.host.cli.study._PATIENCE", 0.2)
    assert study(ring, "--scheduler", "tcp://127.0.0.1:9") == 4
    assert "no Dask scheduler answers at tcp://127.0.0.1:9 (" in capsys.readouterr().err


def test_a_scheduler_whose_workers_have_devices(ring, capsys):
    with local_cluster({MODEL: ""}) as cluster:
        address = cluster.scheduler_address
        assert main(["study", ring, "--scheduler", address, "--num-sweeps", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["device"] == MODEL


def test_numbers_and_ranges():
    assert _whole_numbers("1-3,10,7-7") == [1, 2, 3, 10, 7]
    assert _numbers("0.5,1e-3") == [0.5, 0.001]
    with pytest.raises(argparse.ArgumentTypeError, match="'' is no whole number"):
        _whole_numbers("1,")
