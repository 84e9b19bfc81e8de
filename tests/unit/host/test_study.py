import importlib.util
import threading

import dimod
import pandas
import pytest
from distributed import Client

from glauber.host import GlauberSampler
from glauber.host.errors import EnvironmentMissingError, FileFormatError, OptionError
from glauber.host.problems import Problem
from glauber.host.study import study
from glauber.host.study.cells import make_cells, read_instances, run_cell, spread
from glauber.host.study.cluster import local_cluster, worker_urls
from glauber.host.study.table import Table
from support.problems import random_bqm

MODEL = "model:?lanes=2&replicas=8"
ONE = {"ring": dimod.BQM({}, {(i, (i + 1) % 6): 1.0 for i in range(6)}, "SPIN")}
TWO = ONE | {"glass": random_bqm(12, 3, seed=1)}


def test_all_combinations_the_last_setting_changing_fastest():
    assert spread({"a": [1, 2], "b": (3,), "c": [4, 5]}) == [
        {"a": 1, "b": 3, "c": 4},
        {"a": 1, "b": 3, "c": 5},
        {"a": 2, "b": 3, "c": 4},
        {"a": 2, "b": 3, "c": 5},
    ]


def test_the_rows_are_the_calls_of_the_sampler():
    told = []
    table = study(
        TWO,
        [3, 1],
        {"num_reads": [4], "num_sweeps": [5, 20]},
        device=MODEL,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(done, 8) for done in range(9)]
    assert table["instance"].tolist() == ["ring"] * 4 + ["glass"] * 4
    assert table["num_sweeps"].tolist() == [5, 5, 20, 20] * 2
    assert table["seed"].tolist() == [3, 1] * 4
    assert table["variables"].tolist() == [6] * 4 + [12] * 4
    assert set(table["error"]) == {""}
    assert table["cell"].is_unique
    with GlauberSampler(MODEL) as sampler:
        for row in table.to_dict("records"):
            energies = sampler.sample(
                TWO[str(row["instance"])],
                num_reads=4,
                num_sweeps=row["num_sweeps"],
                seed=row["seed"],
            ).record.energy
            assert row["best_energy"] == energies.min()
            assert row["mean_energy"] == energies.mean()
            assert row["samples_at_best"] == (energies == energies.min()).sum()
            assert row["spin_updates"] == row["variables"] * 4 * row["num_sweeps"]
            assert row["device"] == MODEL


def test_settings_may_be_listed():
    settings = [{"beta": 0.5, "samples_per_read": 3, "num_sweeps": 5}, {"num_sweeps": 7}]
    table = study(ONE, [1], settings, device=MODEL)
    assert table["num_sweeps"].tolist() == [5, 7]
    assert table["beta"].isna().tolist() == [False, True]
    assert table["num_reads"].tolist() == [1, 1]


def test_files_are_read_and_cuts_are_told(tmp_path):
    path = tmp_path / "ring.txt"
    path.write_text("4 4\n1 2 1\n2 3 1\n3 4 1\n4 1 1\n")
    table = study([path], [1], {"num_reads": [8]}, device=MODEL)
    assert table["instance"].tolist() == [str(path)]
    assert table["best_cut"].tolist() == [4]
    (row,) = study(str(path), [1], {}, device=MODEL, as_kind="ising").to_dict("records")
    assert "best_cut" not in row


def test_an_error_ends_only_its_cell():
    table = study(ONE, [1, 2], {"num_sweeps": [0, 5]}, device=MODEL)
    assert table["error"].tolist() == ["num_sweeps is 0; it must be 1 or more"] * 2 + [""] * 2
    assert table["best_energy"].isna().tolist() == [True, True, False, False]
    assert table["spin_updates"].tolist()[2:] == [30, 30]


def test_a_device_that_is_absent_is_an_error_of_cells():
    table = study(ONE, [1], {"num_sweeps": [5]}, device="serial:/dev/absent")
    assert table["device"].tolist() == ["serial:/dev/absent"]
    assert "there is no port /dev/absent" in table["error"][0]


def test_a_defect_is_recorded_with_its_kind(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("why")

    monkeypatch.setattr("glauber.host.study.run.run_cell", broken)
    table = study(ONE, [1], {"num_sweeps": [5]}, device=MODEL)
    assert table["error"].tolist() == ["ZeroDivisionError: why"]


@pytest.fixture
def together(monkeypatch):
    """Cells run in pairs: one waits for the other."""
    barrier = threading.Barrier(2)

    def wait(*given):
        barrier.wait(30)
        return run_cell(*given)

    monkeypatch.setattr("glauber.host.study.run.run_cell", wait)


@pytest.mark.usefixtures("together")
def test_several_devices_work_at_the_same_time():
    urls = [MODEL, "model:?lanes=2&replicas=4"]
    table = study(ONE, range(2), {"num_sweeps": [5]}, device=urls)
    assert set(table["error"]) == {""}
    assert set(table["device"]) == set(urls)


def run_twice(path, **second):
    """A study, and one that goes on with its table; the cells that the second one ran."""
    given = {"instances": ONE, "seeds": [1, 2], "settings": {"num_sweeps": [5]}}
    study(**given, device=MODEL, table=path)
    ran = []
    table = study(
        **given | second, device=MODEL, table=path, on_row=lambda row: ran.append(row["seed"])
    )
    return table, sorted(ran)


@pytest.mark.parametrize(
    "suffix",
    [
        ".csv",
        pytest.param(
            ".parquet",
            marks=pytest.mark.skipif(
                importlib.util.find_spec("pyarrow") is None, reason="needs pyarrow"
            ),
        ),
    ],
)
def test_what_is_in_the_table_is_not_run_again(tmp_path, suffix):
    table, ran = run_twice(tmp_path / f"t{suffix}", seeds=[1, 2, 3])
    assert ran == [3]
    assert table["seed"].tolist() == [1, 2, 3]
    assert table["spin_updates"].tolist() == [30] * 3
    assert set(table["error"]) == {""}


def test_another_setting_or_problem_is_run(tmp_path):
    _, ran = run_twice(tmp_path / "a.csv", settings={"num_sweeps": [5, 6]})
    assert ran == [1, 2]
    same_name = {"ring": random_bqm(6, 3, seed=1)}
    table, ran = run_twice(tmp_path / "b.csv", instances=same_name)
    assert ran == [1, 2]
    assert len(table) == 2
    assert len(pandas.read_csv(tmp_path / "b.csv")) == 4


def test_what_failed_is_run_again(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    with monkeypatch.context() as broken:
        broken.setattr("glauber.host.study.run.run_cell", lambda *_: 1 / 0)
        study(ONE, [1], {"num_sweeps": [5]}, device=MODEL, table=path)
    assert "ZeroDivisionError" in path.read_text()
    table = study(ONE, [1], {"num_sweeps": [5]}, device=MODEL, table=path)
    assert table["error"].tolist() == [""]
    assert len(pandas.read_csv(path)) == 1


def test_an_interrupt_keeps_the_rows_so_far(tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    path = tmp_path / "t.csv"
    with pytest.raises(KeyboardInterrupt):
        study(ONE, [1, 2, 3], {"num_sweeps": [5]}, device=MODEL, table=path, on_row=interrupt)
    assert len(pandas.read_csv(path)) == 1


def test_an_interrupt_ends_what_is_running():
    def interrupt(_):
        raise KeyboardInterrupt

    settings = [{"num_sweeps": 5}, {"num_sweeps": 5, "num_reads": 1 << 22}]  # for an hour
    with pytest.raises(KeyboardInterrupt):
        study(ONE, [1], settings, device=[MODEL, MODEL], on_row=interrupt)


def test_rows_are_written_now_and_then(tmp_path, monkeypatch):
    monkeypatch.setattr("glauber.host.study.table._SAVE_EVERY", 0.0)
    path = tmp_path / "t.csv"
    lengths = []
    study(
        ONE,
        [1, 2],
        {"num_sweeps": [5]},
        device=MODEL,
        table=path,
        on_row=lambda _: lengths.append(len(pandas.read_csv(path))),
    )
    assert lengths == [1, 2]
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a,b\n1,2\n", "is no table of a study: it has no columns cell and error; move it"),
        ("", "cannot be read as a table"),
    ],
)
def test_another_file_is_not_overwritten(tmp_path, text, error):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=error):
        study(ONE, [1], {}, device=MODEL, table=path)
    assert path.read_text() == text


def test_a_table_that_cannot_be_written(tmp_path):
    with pytest.raises(EnvironmentMissingError, match=r"cannot write .*x\.csv: .*; choose another"):
        study(ONE, [1], {}, device=MODEL, table=tmp_path / "no" / "x.csv")


def test_parquet_needs_pyarrow(tmp_path, monkeypatch):
    def missing(*_, **__):
        raise ImportError("no engine")

    monkeypatch.setattr("pandas.DataFrame.to_parquet", missing)
    monkeypatch.setattr("pandas.read_parquet", missing)
    text = r"x\.parquet: Parquet files need pyarrow, which is not installed; run `pip install"
    with pytest.raises(EnvironmentMissingError, match=text):
        study(ONE, [1], {"num_sweeps": [5]}, device=MODEL, table=tmp_path / "x.parquet")
    (tmp_path / "x.parquet").write_bytes(b"")
    with pytest.raises(EnvironmentMissingError, match=text):
        Table(tmp_path / "x.parquet")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"instances": {}}, "the study has no instances; give at least one problem"),
        ({"seeds": []}, "the study has no seeds or no settings; give at least one of each"),
        ({"settings": []}, "the study has no seeds or no settings; give at least one of each"),
        ({"settings": {"num_sweeps": []}}, "the study has no seeds or no settings"),
        ({"seeds": [-1]}, "a seed of the study is -1; it must be 0 or more"),
        ({"settings": {"colour": [1]}}, "'colour' is no setting of a study; use one of answer_mo"),
        ({"settings": {"seed": [1]}}, "'seed' is no setting of a study"),
        ({"device": None}, "the study has no device; give a device URL, or a Dask client"),
        ({"device": "model:", "workers": 0}, "workers is 0; it must be 1 or more"),
        (
            {"device": ["serial:/dev/x"] * 2},
            "the device serial:/dev/x stands twice in a study; give each board once",
        ),
    ],
)
def test_what_a_study_refuses(given, text):
    legal = {"instances": ONE, "seeds": [1], "settings": {"num_sweeps": [5]}}
    with pytest.raises(OptionError, match=text):
        study(**legal | given)


def test_workers_are_one_for_a_board_and_many_for_a_simulation(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert worker_urls(["model:"], None) == dict.fromkeys(range(3), "model:")
    assert worker_urls(["model:"], 5) == dict.fromkeys(range(5), "model:")
    assert worker_urls(["serial:/dev/x"], 5) == {0: "serial:/dev/x"}
    assert worker_urls(["model:", "serial:/dev/x"], None) == {0: "model:", 1: "serial:/dev/x"}


@pytest.mark.usefixtures("together")
def test_a_client_whose_workers_are_named_by_their_devices():
    urls = [MODEL, "model:?lanes=2&replicas=4"]
    with local_cluster(dict.fromkeys(urls, "")) as cluster, Client(cluster) as client:
        table = study(ONE, range(2), {"num_sweeps": [5]}, device=None, client=client)
        assert set(table["device"]) == set(urls)
        assert set(table["error"]) == {""}
        # A simulation may be opened by any worker.
        table = study(ONE, [1, 2], {"num_sweeps": [5]}, device="model:?replicas=4", client=client)
        assert table["device"].tolist() == ["model:?replicas=4"] * 2
        with pytest.raises(OptionError, match=r"device is serial:/dev/x, but any worker of the Da"):
            study(ONE, [1], {}, device="serial:/dev/x", client=client)


def test_a_client_without_device_workers_is_refused():
    with (
        Client(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
        ) as client,
        pytest.raises(EnvironmentMissingError, match="has the resource glauber; start workers wi"),
    ):
        study(ONE, [1], {}, device=None, client=client)


def test_a_cell_without_reads_has_no_energy():
    found = run_cell(ONE["ring"], {"num_sweeps": 5}, 1, MODEL, lambda: True)
    assert (found["num_reads"], found["samples_at_best"]) == (0, 0)
    assert found["best_energy"] is found["mean_energy"] is None


def test_problems_may_be_given_with_their_meaning():
    problem = Problem("maxcut", ONE["ring"], 6.0, "ring")
    instances = read_instances({"a": problem, "b": ONE["ring"]})
    assert instances["a"] is problem
    first, second = make_cells(instances, [1], [{}])
    assert first.identity != second.identity
    assert first.row({"best_energy": -6.0, "error": ""})["best_cut"] == 6
    assert "best_cut" not in second.row({"best_energy": -6.0, "error": ""})


def test_nothing_is_printed(capfd):
    study(ONE, [1], {"num_sweeps": [5]}, device=MODEL)
    assert capfd.readouterr() == ("", "")
