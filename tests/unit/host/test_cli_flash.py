import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from glauber.firmware import build, loader_meanings
from glauber.host.cli import main

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the fake is a shell script")

ECP5 = b"\xff\x00Part: LFE5U-85F\x00\xff\xff\xff\xbd\xb3" + bytes(100)
ICE40 = b"\xff\x00\x00\xff\x7e\xaa\x99\x7e" + bytes(100)
LOADED = (
    r"empty\nOpen file: DONE\nParse file: DONE\nLoading: [==  ] 50.00%\rLoading: [====] 100%\nDone"
)
KEYS = {"board", "image", "memory", "verified", "seconds", "loader", "loader_version", "note"}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with images and an openFPGALoader that loads whatever it is given."""
    (tmp_path / "x.bit").write_bytes(ECP5)
    (tmp_path / "x.bin").write_bytes(ICE40)
    fake(tmp_path, f"printf '%b\\n' '{LOADED}'")
    monkeypatch.setenv("OPENFPGALOADER", str(tmp_path / "openFPGALoader"))
    monkeypatch.setattr(loader_meanings, "plugged", lambda _: [])
    return tmp_path


def fake(folder: Path, body: str) -> None:
    path = folder / "openFPGALoader"
    given = f'for argument; do echo "$argument"; done >"{folder}/given"'
    path.write_text(
        f"#!/bin/sh\nif [ $1 = --Version ]; then echo openFPGALoader v1.1.1; exit; fi\n{given}\n"
        f"{body}\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def run(capsys: Any, *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    code = main(["flash", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def assert_fails(capsys: Any, code: int, text: str, *arguments: object) -> None:
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert text in err
    assert err.startswith("glauber: ")
    assert err.count("\n") == 1


def test_an_image_is_loaded_and_what_comes_next_is_said(files: Path, capsys: Any) -> None:
    code, out, err = run(capsys, "ulx3s-85f", "--image", files / "x.bit")
    assert (code, err) == (0, "")
    for text in (
        f"{files / 'x.bit'} is in ulx3s-85f\n",
        "  memory        the SRAM; it stays until power off; --permanent writes the flash instead",
        "  loader        openFPGALoader 1.1.1, 0.",
        "  note          the serial port of the board shares its USB chip with the loader",
        "  next          glauber devices --probe\n",
        "glauber selftest --device serial:PORT\n",
    ):
        assert text in out
    given = (files / "given").read_text().split()
    assert given == ["-b", "ulx3s", "--write-sram", str(files / "x.bit")]


def test_the_flash_is_written_on_request(files: Path, capsys: Any) -> None:
    arguments = ["icebreaker", "--image", files / "x.bin", "--permanent", "--verify"]
    code, out, err = run(capsys, *arguments)
    assert (code, err) == (0, "")
    assert "  memory        the flash, read back and compared; it stays until it is written" in out
    assert "note" not in out
    given = (files / "given").read_text().split()
    assert given[:-1] == ["-b", "ice40_generic", "--write-flash", "--verify"]


def test_arguments_of_the_user_come_last(files: Path, capsys: Any) -> None:
    more = ["--ftdi-serial", "D1", "--loader-arg=--freq", "--loader-arg=1M"]
    assert run(capsys, "ulx3s-85f", "--image", files / "x.bit", *more)[0] == 0
    given = (files / "given").read_text().split()
    assert given[2:-1] == ["--write-sram", "--ftdi-serial", "D1", "--freq", "1M"]


def test_json(files: Path, capsys: Any) -> None:
    code, out, err = run(capsys, "ulx3s-85f", "--image", files / "x.bit", "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    report = json.loads(out)
    assert set(report) == KEYS
    assert (report["board"], report["memory"], report["verified"]) == ("ulx3s-85f", "sram", False)
    assert report["image"] == str(files / "x.bit")
    assert report["loader"] == str(files / "openFPGALoader")
    assert report["loader_version"] == "1.1.1"


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_progress_is_shown_on_a_terminal_only(
    files: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    code, out, err = run(capsys, "ulx3s-85f", "--image", files / "x.bit", *option)
    assert code == 0
    assert err == LOADED.replace(r"\n", "\n").replace(r"\r", "\r") + "\n"
    assert "Loading" not in out


@pytest.mark.parametrize(
    ("arguments", "name"), [([], "sampler"), (["--image", "selftest"], "self")]
)
def test_an_image_is_built_under_its_name(
    files: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, arguments: list[str], name: str
) -> None:
    asked = []

    def build_image(board: Any, image: str, *_: Any) -> build.Built:
        asked.append((board.name, image))
        return build.Built(files / "x.bit", {}, cached=True)

    monkeypatch.setattr(build, "build_image", build_image)
    code, out, _ = run(capsys, "ulx3s-85f", *arguments)
    assert (code, len(asked)) == (0, 1)
    assert asked[0][0] == "ulx3s-85f"
    assert asked[0][1].startswith(name)
    assert f"{files / 'x.bit'} is in ulx3s-85f" in out


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("arguments", "loader", "code"),
    [(["icebreaker"], None, 2), (["ulx3s-85f", "--verify"], None, 2), (["ulx3s-85f"], "/no", 4)],
)
def test_nothing_is_built_that_could_not_be_loaded(
    capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    loader: str | None,
    code: int,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("built")

    monkeypatch.setattr(build, "build_image", fail)
    if loader:
        monkeypatch.setenv("OPENFPGALOADER", loader)
    assert run(capsys, *arguments)[0] == code


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (
            "echo 'unable to open ftdi device: -3 (device not found)' >&2; exit 1",
            1,
            "ulx3s-85f is not on USB, where it must show as 0403:6015",
        ),
        (
            "echo 'unable to open ftdi device: -4 (libusb_open() failed)' >&2; exit 1",
            4,
            'put the rule SUBSYSTEM=="usb", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6015", ',
        ),
        ("kill -9 $$", 1, "openFPGALoader was ended by SIGKILL"),
        ("exit 1", 1, "openFPGALoader 1.1.1 said: nothing"),
    ],
)
@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_load_that_fails(
    files: Path, capsys: Any, body: str, code: int, text: str, option: list[str]
) -> None:
    fake(files, body)
    assert_fails(capsys, code, text, "ulx3s-85f", "--image", files / "x.bit", *option)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "the BOARD to load is missing; `glauber flash --help` shows how"),
        (["icebraker"], "there is no board 'icebraker'; did you mean icebreaker"),
        (["ulx3s-85f", "--image", "smapler"], "--image is 'smapler', which is neither a file nor"),
        (["ulx3s-85f", "--image", "x.bin"], "the image is x.bin; for ulx3s-85f, with its ECP5"),
        (["icebreaker", "--image", "x.bin"], "write its flash with --permanent"),
        (["icebreaker", "--image"], "argument --image: expected one argument; `glauber flash"),
    ],
)
def test_what_is_refused(
    files: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, arguments: list[str], text: str
) -> None:
    monkeypatch.chdir(files)
    assert_fails(capsys, 2, text, *arguments)


@pytest.mark.parametrize("option", [[], ["--permanent"]])
def test_an_interrupt_ends_with_130(
    files: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("glauber.firmware.flash.flash", interrupt)
    code, out, err = run(capsys, "ulx3s-85f", "--image", files / "x.bit", *option)
    half = "glauber: the flash of ulx3s-85f may hold half an image; load again\n" if option else ""
    assert (code, out, err) == (130, "", f"{half}glauber: interrupted\n")


def test_the_rules_are_printed_without_a_board_and_a_loader(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENFPGALOADER", "/no")
    code, out, err = run(capsys, "--udev")
    assert (code, err) == (0, "")
    assert out.startswith("# Put this into /etc/udev/rules.d/60-glauber.rules and run\n")
    assert (
        '\nSUBSYSTEM=="usb", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6010", MODE="0660"' in out
    )
    report = json.loads(run(capsys, "--udev", "--json")[1])
    assert report == {"file": "/etc/udev/rules.d/60-glauber.rules", "rules": out}


def test_help_teaches_with_examples_that_are_legal(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit):
        main(["flash", "--help"])
    out = capsys.readouterr().out
    assert all(len(line) <= 100 for line in out.splitlines())
    lines = [line.split()[1:] for line in out.splitlines() if line.startswith("  glauber flash")]
    ran: list[Any] = []
    monkeypatch.setattr("glauber.host.cli.flash.run", ran.append)
    assert [main(line) for line in lines] == [0] * len(lines)
    assert len(ran) == len(lines) > 3
