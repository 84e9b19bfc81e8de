"""`glauber boards` and `glauber build`, with stand-ins for the tools."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from glauber.firmware.boards.registry import BOARDS
from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.noise import NoiseTable
from glauber.host.cli import main
from support.fake_tools import FakePlatform, FakeTools


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTools:
    """Fakes, and a board `icebreaker` that they can build."""
    monkeypatch.setenv("GLAUBER_CACHE", str(tmp_path / "cache"))
    board = BOARDS["icebreaker"]
    preset = dataclasses.replace(board.preset, clock_hz=12_000_000)
    fake = dataclasses.replace(board, platform=FakePlatform, preset=preset)
    monkeypatch.setitem(BOARDS, "icebreaker", fake)
    return FakeTools(tmp_path / "tools", monkeypatch)


def built(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["build", "icebreaker", "--json", *options]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    report: dict[str, Any] = json.loads(out)
    return report


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    code = main(["build", *options])
    out, err = capsys.readouterr()
    assert out == ""
    return code, err.removeprefix("glauber: ").removesuffix("\n")


def test_boards_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boards"]) == 0
    out = capsys.readouterr().out
    for name, board in BOARDS.items():
        assert f"{name} " in out
        assert board.title in out
        assert board.note in out


def test_boards_are_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boards", "--json"]) == 0
    boards = json.loads(capsys.readouterr().out)["boards"]
    assert [entry["board"] for entry in boards] == list(BOARDS)
    entry = next(entry for entry in boards if entry["board"] == "ulx3s-85f")
    params = BOARDS["ulx3s-85f"].preset.params
    assert entry["device"] == "LFE5U-85F"
    assert entry["lanes"] == params.lanes
    assert entry["pbits"] == params.pbits
    assert entry["couplings"] == params.lanes * params.slots * params.couplings_per_slot // 2


@pytest.mark.usefixtures("tools")
def test_an_image_is_built_and_then_found(capsys: pytest.CaptureFixture[str]) -> None:
    first = built(capsys)
    assert not first["cached"]
    assert Path(first["file"]).read_text() == "packed: routed with seed 1"
    again = built(capsys)
    assert again["cached"]
    assert again["build_id"] == first["build_id"]
    assert not built(capsys, "--force")["cached"]


@pytest.mark.usefixtures("tools")
def test_the_report_is_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "my.bin"
    for end in ("", " (built before)"):
        assert main(["build", "icebreaker", "--output", str(file)]) == 0
        out = capsys.readouterr().out
        assert out.startswith("sampler for 1BitSquared iCEBreaker (icebreaker), build ")
        assert out.endswith(f"  image        {file}{end}\n")
        assert file.read_text() == "packed: routed with seed 1"


@pytest.mark.usefixtures("tools")
def test_the_machine_can_be_changed(capsys: pytest.CaptureFixture[str]) -> None:
    changes = ("lanes=1", "source=xoshiro128", "table=5,3", "replicas=16", "abilities=best,scores")
    options = [word for change in changes for word in ("--set", change)]
    report = built(capsys, *options, "--baud", "500000")
    assert report["params"]["lanes"] == 1
    assert report["params"]["replicas"] == 16
    assert report["params"]["source"] == Source.XOSHIRO128.name.lower()
    table = NoiseTable(5, 3)
    assert report["params"]["table"] == [table.coarse_bits, table.fine_bits]
    assert report["params"]["abilities"] == "scores,best"
    assert report["baud"] == 500_000


def test_clock_and_seeds_reach_nextpnr(
    capsys: pytest.CaptureFixture[str], tools: FakeTools
) -> None:
    tools.plan(megahertz=[20.0, 25.0])
    report = built(capsys, "--clock", "24", "--seeds", "2", "--jobs", "1")
    assert report["clock_hz"] == 24_000_000
    assert report["seed"] == 2
    assert [word for words in tools.calls("nextpnr-ice40") for word in words if "24.0" in word]


def test_too_slow(capsys: pytest.CaptureFixture[str], tools: FakeTools) -> None:
    tools.plan(megahertz=[10.0])
    code, text = refused(capsys, "icebreaker", "--seeds", "1")
    assert code == 3
    assert text.startswith("the machine reaches 10.00 MHz with the best of 1 seed, and shall have ")


def test_too_large(capsys: pytest.CaptureFixture[str], tools: FakeTools) -> None:
    tools.plan(code=1, log="Info: \t ICESTORM_LC:    6012/   5280   113%")
    code, text = refused(capsys, "icebreaker")
    assert code == 3
    assert "it needs 6,012 of 5,280 LUT4 (114 %)" in text


def test_a_missing_tool(
    capsys: pytest.CaptureFixture[str], tools: FakeTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICEPACK", str(tools.folder / "absent"))
    code, text = refused(capsys, "icebreaker")
    assert code == 4
    assert text.endswith(
        "is no program that can be run; correct or unset it, or run `pip install 'glauber[build]'`"
    )


def test_without_the_extra_it_says_what_to_install() -> None:
    script = (
        "import sys\n"
        "for name in ('amaranth', 'amaranth_boards', 'networkx', 'platformdirs'):\n"
        "    sys.modules[name] = None\n"
        "from glauber.host.cli import main\n"
        "sys.exit(main(['build', 'ulx3s-85f']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4, done.stderr
    assert done.stderr.startswith("glauber: building an image needs the Python package amaranth_b")
    assert done.stderr.endswith("run `pip install 'glauber[build]'`\n")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["toaster"], "there is no board 'toaster'; `glauber boards` lists them all. "),
        (["icebreaker", "--image", "dream"], "there is no image 'dream'; there are sampler and se"),
        (["icebreaker", "--set", "lanes"], "--set is 'lanes'; give NAME=VALUE with one of the na"),
        (["icebreaker", "--set", "spins=1"], "--set is 'spins=1'; give NAME=VALUE with one of th"),
        (["icebreaker", "--set", "lanes=two"], "--set is 'lanes=two', but the value of lanes mus"),
        (["icebreaker", "--set", "lanes=3"], "lanes is 3; it must be a power of two from 1 to 25"),
        (["icebreaker", "--set", "abilities=fly"], "abilities are 'fly'; give all, none, or some"),
        (["icebreaker", "--limit", "0"], "--limit is 0.0; it must be a positive finite number"),
        (["icebreaker", "--set", "table=6"], "--set is 'table=6', but the value of table must be"),
        (["icebreaker", "--set", "source=dice"], "there is no noise source 'dice'; use one of "),
        (["icebreaker", "--seeds", "0"], "--seeds is 0; it must be 1 or more"),
        (["icebreaker", "--jobs", "0"], "--jobs is 0; it must be 1 or more"),
        (["icebreaker", "--output", "x.bit"], "--output is x.bit; the name must end in .bin"),
        (["icebreaker", "--clock", "fast"], "argument --clock: "),
    ],
)
def test_what_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], options: list[str], text: str
) -> None:
    code, said = refused(capsys, *options)
    assert said.startswith(text)
    assert code == 2


def test_a_clock_that_cannot_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = refused(capsys, "icebreaker", "--clock", "15")
    assert code == 3
    assert text.startswith("the clock that the machine shall have is 15 MHz, outside the 16 to 275")


@pytest.mark.usefixtures("tools")
def test_an_output_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    from glauber.host.cli import build

    monkeypatch.setattr(build, "shutil", SimpleNamespace(copyfile=refuse))
    code, text = refused(capsys, "icebreaker", "--output", str(tmp_path / "my.bin"))
    assert code == 4
    assert "my.bin: No space left on device; choose another place, or take " in text
