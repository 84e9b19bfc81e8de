import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glauber.firmware import loader_meanings, udev
from glauber.firmware.boards.board import Board, Preset
from glauber.firmware.boards.loaders import LOADERS, Loader
from glauber.firmware.errors import (
    BoardAbsentError,
    LoaderMissingError,
    LoaderPermissionError,
    LoadError,
    LoadRefusedError,
)
from glauber.firmware.flash import flash
from glauber.firmware.loader import Tool
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.family import Family

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the fakes are shell scripts")

ICE40 = b"\xff\x00made by a test\x00\xff\x7e\xaa\x99\x7e" + bytes(100)
ECP5 = b"\xff\x00Part: LFE5U-25F\x00\xff\xff\xff\xbd\xb3" + bytes(100)
GOWIN = b"//Tool\n//Date\n11111111\n1010010111000011\n"
IMAGES = {
    Family.ICE40: ("x.bin", ICE40),
    Family.ECP5: ("x.bit", ECP5),
    Family.GOWIN: ("x.fs", GOWIN),
}
# What version 1.1.1 prints before anything of the board.
BEGIN = "empty\nwrite to ram\n"
LOADED = BEGIN + "Open file: DONE\nParse file: DONE\nLoading: [==        ] 20.00%\rDone\n"


def board(name: str = "ulx3s-85f", family: Family = Family.ECP5, **changes: Any) -> Board:
    def no_platform() -> Any:
        raise AssertionError("loading needs no platform")

    mine = Loader(("-b", "mine"), sram=True, flash=True, usb=((0x1234, 0xABCD),))
    settings: dict[str, Any] = {"loader": LOADERS.get(name, mine)} | changes
    preset = Preset(MachineParams(), 1)
    return Board(name, "a board", family, no_platform, preset, **settings)


BITSY = board("icebreaker", Family.ICE40)
HX8K = board("hx8k", Family.ICE40)
ORANGECRAB = board("orangecrab-25f")
NANO = board("tang-nano-9k", Family.GOWIN)


def script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def fake(tmp_path: Path) -> Callable[..., Tool]:
    """Makes an openFPGALoader that says something and ends; it notes its arguments in `given`."""

    def make(said: str = LOADED, code: int = 0, error: str = "", then: str = "") -> Tool:
        (tmp_path / "said").write_text(said)
        (tmp_path / "error").write_text(error)
        body = (
            f'cd "{tmp_path}"\nfor argument; do echo "$argument"; done >given\n'
            f"cat said\ncat error >&2\n{then}\nexit {code}"
        )
        return Tool(str(script(tmp_path / "openFPGALoader", body)), "1.1.1")

    return make


@pytest.fixture(autouse=True)
def no_usb(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees what is plugged into this machine."""
    monkeypatch.setattr(loader_meanings, "plugged", lambda _: [])


def image(tmp_path: Path, which: Board) -> Path:
    name, content = IMAGES[which.family]
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def load(tmp_path: Path, tool: Tool, which: Board | None = None, **settings: Any) -> Any:
    which = which or board()
    return flash(which, image(tmp_path, which), tool=tool, **settings)


def paragraph(error: pytest.ExceptionInfo[Any]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert "  " not in text
    return text


@pytest.mark.parametrize(
    ("which", "settings", "arguments"),
    [
        (board(), {}, ["-b", "ulx3s", "--write-sram"]),
        (
            board(),
            {"to_flash": True, "verify": True, "serial": "D1", "extra": ["--freq", "1M"]},
            ["-b", "ulx3s", "--write-flash", "--verify", "--ftdi-serial", "D1", "--freq", "1M"],
        ),
        (BITSY, {"to_flash": True}, ["-b", "ice40_generic", "--write-flash"]),
        (HX8K, {}, ["-b", "ice40_generic", "--write-sram"]),
        (ORANGECRAB, {"to_flash": True}, ["-b", "orangeCrab", "--write-flash"]),
        (NANO, {}, ["-b", "tangnano9k", "--write-sram"]),
        (board("mine"), {"serial": "D1"}, ["-b", "mine", "--write-sram", "--ftdi-serial", "D1"]),
    ],
)
def test_what_the_loader_is_told(
    tmp_path: Path, fake: Any, which: Board, settings: Any, arguments: list[str]
) -> None:
    loaded = load(tmp_path, fake(), which, **settings)
    given = (tmp_path / "given").read_text().splitlines()
    assert given == [*arguments, str(image(tmp_path, which))]
    assert loaded.to_flash is settings.get("to_flash", False)
    assert loaded.verified is settings.get("verify", False)
    assert loaded.tool.version == "1.1.1"
    assert 0 < loaded.seconds < 30


def test_a_name_of_an_image_that_looks_like_an_option(
    tmp_path: Path, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-x.bit").write_bytes(ECP5)
    flash(board(), Path("-x.bit"), tool=fake())
    assert (tmp_path / "given").read_text().endswith(f"\n{tmp_path / '-x.bit'}\n")


def test_the_progress_is_passed_on_as_it_comes(tmp_path: Path, fake: Any) -> None:
    pieces: list[str] = []
    tool = fake(said="Loading: [=  ] 30%\r", then="sleep 0.3; printf 'Fertig: \\303\\244\\n'")
    load(tmp_path, tool, show=pieces.append)
    assert "".join(pieces) == "Loading: [=  ] 30%\rFertig: ä\n"
    assert len(pieces) > 1


@pytest.mark.parametrize(
    ("which", "settings", "text"),
    [
        (BITSY, {}, "icebreaker has no way into the SRAM of its FPGA; write its flash with --perm"),
        (ORANGECRAB, {}, "after power off. Note: it takes images only in its boot loader: hold"),
        (
            board("icesugar", Family.ICE40),
            {"to_flash": True},
            "in the board's own way. Note: copy",
        ),
        (board(), {"verify": True}, "--verify reads back what was written to the flash; add --pe"),
        (NANO, {"verify": True, "to_flash": True}, "the flash of tang-nano-9k cannot be read back"),
        (HX8K, {"serial": "D1"}, "--ftdi-serial is 'D1', but openFPGALoader does not select hx8k"),
        (board(), {"serial": ""}, "--ftdi-serial is empty; give the serial number that `lsusb -v"),
    ],
)
def test_what_a_board_cannot_do(
    tmp_path: Path, fake: Any, which: Any, settings: Any, text: str
) -> None:
    with pytest.raises(LoadRefusedError) as error:
        load(tmp_path, fake(), which, **settings)
    assert text in paragraph(error)
    assert error.value.exit_code == 2
    assert not (tmp_path / "given").exists()


def test_a_board_without_a_flash(tmp_path: Path, fake: Any) -> None:
    entry = Loader(("-b",), sram=True, flash=False, usb=())
    with pytest.raises(LoadRefusedError, match=r"^bare has no flash that can be written; leave --"):
        load(tmp_path, fake(), board("bare", loader=entry), to_flash=True)


@pytest.mark.parametrize(
    ("which", "name", "content", "text"),
    [
        (
            board(),
            "none.bit",
            None,
            "cannot read the image .*none.bit: No such file or directory; ",
        ),
        (
            board(),
            "x.bin",
            ECP5,
            "for ulx3s-85f, with its ECP5, its name must end in .bit or .dfu$",
        ),
        (board(), "x.bit", b"", "x.bit is not an image for an ECP5: it is empty; give the .bit or"),
        (board(), "x.bit", ICE40, "for an ECP5: the mark that begins a configuration is not in it"),
        (HX8K, "x.bin", ECP5, "x.bin is not an image for an ICE40: the mark that begins a config"),
        (HX8K, "x.bin", b"Dear Sir", "that a build for hx8k made$"),
        (NANO, "x.fs", ICE40, "x.fs is not an image for an GOWIN: the mark"),
        (NANO, "x.fs", b"//only\n\n//comments\n", "x.fs is not an image for an GOWIN: the mark"),
    ],
)
def test_files_that_are_no_image_for_the_board(
    tmp_path: Path, fake: Any, which: Board, name: str, content: bytes | None, text: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadRefusedError, match=text) as error:
        flash(which, tmp_path / name, to_flash=True, tool=fake())
    paragraph(error)
    assert not (tmp_path / "given").exists()


def test_a_folder_is_no_image(tmp_path: Path, fake: Any) -> None:
    (tmp_path / "x.bit").mkdir()
    with pytest.raises(
        LoadRefusedError, match=r"x.bit: Is a directory; give the .bit or .dfu file"
    ):
        flash(board(), tmp_path / "x.bit", tool=fake())


MISMATCH = (
    "mismatch between target's idcode and bitstream idcode\n"
    "\tbitstream has 0x41111043 hardware requires 0x41113043\n"
    "Error: Failed to program FPGA: std::exception\n"
)
FTDI = "unable to open ftdi device: {}\n"
JTAG = "JTAG init failed with: unable to open ftdi device\n"


# Said before or on standard output, on standard error, and what is to be made of it.
FAILURES: list[Any] = [
    # of version 1.1.1 without a board
    (
        board(),
        BEGIN,
        FTDI.format("-3 (device not found)") + JTAG,
        BoardAbsentError,
        "ulx3s-85f is not on USB, where it must show as 0403:6015; check its cable, which must",
    ),
    (
        BITSY,
        BEGIN,
        FTDI.format("-3 (device not found)") + "Error: Failed to claim cable\n",
        BoardAbsentError,
        "icebreaker is not on USB, where it must show as 0403:6010",
    ),
    (
        ORANGECRAB,
        BEGIN + "Open file : DONE\nParse file DONE\nOpen device 1209:5af0 Not found\n",
        "DFU init failed with: No DFU compatible device found\n",
        BoardAbsentError,
        "must show as 1209:5af0; .* Note: it takes images only in its boot loader: hold its",
    ),
    # of version 1.1.1 with a libftdi that refuses
    (
        board(),
        BEGIN,
        FTDI.format("-4 (libusb_open() failed)") + JTAG,
        LoaderPermissionError,
        'idVendor}=="0403", .*Product}=="6015", MODE="0660", GROUP="plugdev", TAG',
    ),
    (
        board(),
        BEGIN,
        FTDI.format("-4 (usb_open() failed)") + JTAG,
        LoaderPermissionError,
        'no permission to open ulx3s-85f on USB .0403:6015.; put the rule SUBSYSTEM=="usb", ',
    ),
    (
        board(),
        BEGIN,
        FTDI.format("-8 (inappropriate permissions on device!)") + JTAG,
        LoaderPermissionError,
        "into /etc/udev/rules.d/60-glauber.rules with `glauber flash --udev | sudo tee /etc/u",
    ),
    (
        ORANGECRAB,
        "Unable to open device: 1209:5af0 (bus 1, device 7) Error: LIBUSB_ERROR_ACCESS -> skip",
        "DFU init failed with: No DFU compatible device found\n",
        LoaderPermissionError,
        "run `sudo udevadm control --reload-rules && sudo udevadm trigger`, and plug the board",
    ),
    (
        NANO,
        "",
        "Access denied (insufficient permissions)\n",
        LoaderPermissionError,
        "no permission to open tang-nano-9k",
    ),
    (
        board(),
        BEGIN,
        FTDI.format(
            "-5 (unable to claim usb device. Make sure the default FTDI driver is not in use)"
        )
        + JTAG,
        LoadError,
        "ulx3s-85f .0403:6015. is in use by another program or driver; close what has its",
    ),
    # of the sources
    (
        board("versa-ecp5"),
        BEGIN,
        "Error: no device found\n",
        LoadError,
        "cable to versa-ecp5 answers .*, but no FPGA behind it; check the power .* jumpers",
    ),
    (
        board(),
        BEGIN + "Open file: DONE\nParse file: DONE\n",
        MISMATCH,
        LoadError,
        "for an FPGA with the id code 0x41111043, but the one found for .* has 0x41113043",
    ),
    (
        board(),
        BEGIN,
        "Error: device 612f093 not supported\n",
        LoadError,
        "what is found for ulx3s-85f is not the one FPGA .*Error: device 612f093 not support",
    ),
    (
        board(),
        BEGIN,
        "Error: more than one FPGA found\nUse --index-chain to force selection\n",
        LoadError,
        "Error: more than one FPGA found.; unplug other boards with the USB ids 0403:6015",
    ),
    (
        board("icepi-zero"),
        "",
        "Error: cannot find board 'icepi-zero'\n",
        LoaderMissingError,
        "is openFPGALoader 1.1.1, which does not know icepi-zero; .* too old: install another",
    ),
    (
        board("colorlight-5a75b"),
        "",
        "error : ft232 not found\n",
        LoaderMissingError,
        "which does not know ft232; ",
    ),
    (
        board(),
        "",
        "Error parsing options: Option \u2018ftdi-serial\u2019 does not exist\n",
        LoaderMissingError,
        "which does not know ftdi-serial; ",
    ),
    (
        board(),
        BEGIN + "Loading: [=====     ] 50.00%\r",
        "mpsse_write: fail to write with error -110 (usb bulk write failed)\n",
        LoadError,
        "ulx3s-85f went away while it was loaded .*; check its cable and power, avoid hubs",
    ),
    (
        ORANGECRAB,
        "Loading: [=====     ] 50.00%\r",
        "DFU download failed with: LIBUSB_ERROR_NO_DEVICE\n",
        LoadError,
        "orangecrab-25f went away while it was loaded",
    ),
    (
        HX8K,
        "Verifying write (May take time)\nRead flash : [==   ] 30.00%\n",
        "Fail\nVerification failed at 4711\n",
        LoadError,
        "what hx8k holds is not the image .Verification failed at 4711.; check its power",
    ),
    (
        board("tang-primer-20k", Family.GOWIN),
        "",
        "Error: flash vefication failed\n",
        LoadError,
        "what tang-primer-20k holds is not the image",
    ),
    (
        board("colorlight-5a75b"),
        "unlock blocks\n",
        "Error: block protection is set\n       can't unlock without --unprotect-flash\n",
        LoadError,
        "is write-protected; add `--loader-arg=--unprotect-flash` to write it nevertheless",
    ),
    (HX8K, "", "flash overflow\n", LoadError, "larger than the flash of hx8k; use a smaller"),
    (
        HX8K,
        "",
        "terminate called after throwing an instance of X\n  what():  Read ID failed\n",
        LoadError,
        "the flash of hx8k does not answer; check power, cable and jumpers. Note: its jumpers",
    ),
    (
        ORANGECRAB,
        "Open file : ",
        "FAIL\nDFU init failed with: Error: Fail to open file\n",
        LoadRefusedError,
        "openFPGALoader cannot read the image for orangecrab-25f .Fail to open file.; give a",
    ),
    (
        NANO,
        "",
        "Error: Failed to claim FPGA device: can't parse file\n",
        LoadRefusedError,
        "cannot read the image for tang-nano-9k",
    ),
    (
        board(),
        "one\ntwo\nthree\nfour\nfive\nLoad: [=    ] 10.00%\rsix\n",
        "seven\n",
        LoadError,
        "openFPGALoader ended with exit code 1; .* said: two / three / four / .* / seven$",
    ),
    (board(), "", "", LoadError, "ended with exit code 1; plug the .*1.1.1 said: nothing$"),
]


@pytest.mark.parametrize(("which", "said", "error", "kind", "text"), FAILURES)
def test_what_is_made_of_failures(
    tmp_path: Path, fake: Any, which: Board, said: str, error: str, kind: type, text: str
) -> None:
    tool = fake(said, 1, error)
    with pytest.raises(kind, match=text) as raised:
        load(tmp_path, tool, which, to_flash=True)
    assert type(raised.value) is kind
    paragraph(raised)
    codes = {LoaderMissingError: 4, LoaderPermissionError: 4, LoadRefusedError: 2}
    assert raised.value.exit_code == codes.get(kind, 1)


# All with exit code 0.
HIDDEN: list[Any] = [
    (
        HX8K,
        "Parse file DONE\nWait for CDONE ",
        "FAIL\n",
        "its FPGA did not start from it; check",
    ),
    (HX8K, "", "Fail\nVerification failed at 0\n", "what hx8k holds is not the image"),
    (NANO, "Parse file DONE\n", "CRC check : FAIL\nRead: 0x0 checksum: 0x1\n", "is not the"),
    (
        NANO,
        "Write FLASH Writing to FLASH: Done\nFAIL\n",
        "",
        "ended with exit code 0; .* FAIL$",
    ),
    (HX8K, "wait: Error\n", "", "hx8k was not loaded"),
    (board(), "", "", "ended with exit code 0; .* said: nothing$"),
]


# Other texts of the sources for the same causes.
OTHERS = [
    (
        "-3 (unable to set usb configuration. Make sure the default FTDI ...)",
        LoadError,
        "is in use",
    ),
    ("libusb error while claiming interface: LIBUSB_ERROR_BUSY", LoadError, "is in use"),
    ("Error claiming interface with error Resource busy", LoadError, "is in use"),
    ("Error: fail to claim interface with error code -6", LoadError, "is in use"),
    ("DFU init failed with: Fail to claim device", LoadError, "is in use"),
    ("No cable found", BoardAbsentError, "is not on USB"),
    ("can't find compatible device", BoardAbsentError, "is not on USB"),
    ("Unknown device with IDCODE: 0x00191043 (manufacturer: ...", LoadError, "not the one FPGA"),
    ("device mismatch: 1 2", LoadError, "not the one FPGA"),
    ("device disconnected", LoadError, "went away"),
    ("No such device (it may have been disconnected)", LoadError, "went away"),
    ("Error: poll state LIBUSB_ERROR_PIPE", LoadError, "went away"),
    ("download: failed LIBUSB_ERROR_IO", LoadError, "went away"),
    ("mpsse_read: fail to flush: read failed with error: -1", LoadError, "went away"),
    ("fail to read data usb bulk read failed", LoadError, "went away"),
    ("Verify FAIL at 0x0000: expected 0x0001, got 0x0002", LoadError, "is not the image"),
    ("Verify Failure", LoadError, "is not the image"),
    ("Error: Fail to parse file", LoadRefusedError, "cannot read the image"),
    ("Parse file: FAIL", LoadRefusedError, "cannot read the image"),
    ("incompatible file format", LoadRefusedError, "cannot read the image"),
]


@pytest.mark.parametrize(("error", "kind", "text"), OTHERS)
def test_other_texts_of_the_same_causes(
    tmp_path: Path, fake: Any, error: str, kind: type, text: str
) -> None:
    with pytest.raises(kind, match=text) as raised:
        load(tmp_path, fake(BEGIN, 1, error))
    assert type(raised.value) is kind
    paragraph(raised)


def test_every_text_that_is_recognised_is_tested() -> None:
    texts = [said + error for _, said, error, _, _ in FAILURES]
    texts += [error for error, _, _ in OTHERS] + [said + error for _, said, error, _ in HIDDEN]
    for patterns, _ in loader_meanings.MEANINGS:
        for pattern in patterns:
            assert any(re.search(pattern, text, re.M) for text in texts), pattern


@pytest.mark.parametrize(("which", "said", "error", "text"), HIDDEN)
def test_failures_that_the_exit_code_hides(
    tmp_path: Path, fake: Any, which: Board, said: str, error: str, text: str
) -> None:
    with pytest.raises(LoadError, match=text):
        load(tmp_path, fake(said, 0, error), which, to_flash=True)


def test_flags_of_a_status_register_are_no_failure(tmp_path: Path, fake: Any) -> None:
    flags = (
        "after program flash: displayReadReg 0001d005\n\tCRC Error\n\tID Verify Failed\n\tTimeout\n"
    )
    load(tmp_path, fake(LOADED + flags + "Error in previous bitstream execution. REFRESH: DONE\n"))


def test_a_wrong_option_of_the_user_is_not_blamed_on_the_loader(tmp_path: Path, fake: Any) -> None:
    tool = fake("", 1, "Error parsing options: Option \u2018foo\u2019 does not exist\n")
    with pytest.raises(LoadRefusedError, match=r"has no option foo, where --loader-arg gives --f"):
        load(tmp_path, tool, extra=["--foo"])


def test_the_serial_number_of_a_board_that_is_absent_is_named(tmp_path: Path, fake: Any) -> None:
    tool = fake(BEGIN, 1, FTDI.format("-3 (device not found)"))
    with pytest.raises(BoardAbsentError, match=r"^ulx3s-85f with the serial number D1 is not on"):
        load(tmp_path, tool, serial="D1")


@pytest.mark.parametrize("permitted", [False, True])
def test_a_dfu_device_that_may_not_be_opened_is_not_called_absent(
    tmp_path: Path, fake: Any, monkeypatch: pytest.MonkeyPatch, permitted: bool
) -> None:
    device = udev.UsbDevice(0x1209, 0x5AF0, tmp_path, permitted)
    monkeypatch.setattr(loader_meanings, "plugged", lambda _: [device])
    tool = fake(BEGIN, 1, "DFU init failed with: No DFU compatible device found\n")
    with pytest.raises(BoardAbsentError if permitted else LoaderPermissionError):
        load(tmp_path, tool, ORANGECRAB, to_flash=True)


@pytest.mark.parametrize(("number", "name"), [(9, "SIGKILL"), (11, "SIGSEGV")])
def test_a_loader_that_is_killed(tmp_path: Path, fake: Any, number: int, name: str) -> None:
    tool = fake("Loading: [=    ] 10.00%\r", then=f"ulimit -c 0; kill -{number} $$")
    with pytest.raises(
        LoadError, match=f"was ended by {name} while it loaded .* half an image"
    ) as e:
        load(tmp_path, tool)
    assert paragraph(e).endswith("said: nothing")


def ended(pid_file: Path, within: float = 5.0) -> bool:
    """Whether the process of this number is gone, or goes soon."""
    pid, limit = int(pid_file.read_text()), time.monotonic() + within
    while time.monotonic() < limit:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


HANG = "echo $$ >pid; exec sleep 100"


def test_a_loader_that_falls_silent_is_ended(tmp_path: Path, fake: Any) -> None:
    tool = fake("Erasing: [=    ] 10.00%\rJtag frequency\n", then=HANG)
    with pytest.raises(LoadError, match=r"nothing for 0.5 s while it loaded .*: Jtag frequency$"):
        load(tmp_path, tool, silence=0.5)
    assert ended(tmp_path / "pid")


def test_a_loader_that_closes_its_output_and_stays_is_ended(tmp_path: Path, fake: Any) -> None:
    with pytest.raises(LoadError, match=r"openFPGALoader said nothing for 0.5 s"):
        load(tmp_path, fake(then=f"exec >&- 2>&-; {HANG}"), silence=0.5)
    assert ended(tmp_path / "pid")


def test_a_loader_that_does_not_want_to_end_is_killed(tmp_path: Path, fake: Any) -> None:
    stubborn = "trap '' TERM; echo $$ >pid; while :; do sleep 1; done"
    with pytest.raises(LoadError, match=r"said nothing for 0.3 s"):
        load(tmp_path, fake(then=stubborn), silence=0.3)
    assert ended(tmp_path / "pid")


def test_an_interrupt_ends_the_loader(tmp_path: Path, fake: Any) -> None:
    def interrupt(_: str) -> None:
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(tmp_path, fake(then=HANG), show=interrupt)
    assert ended(tmp_path / "pid")


def test_a_signal_of_the_terminal_ends_the_loader(tmp_path: Path, fake: Any) -> None:
    tool, which = fake(then=HANG), image(tmp_path, board())
    code = (
        "import sys; sys.path[:] = eval(sys.argv[1]); sys.argv[1:] = sys.argv[2:]\n"
        "from glauber.host.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    script(
        tmp_path / "named",
        f'case $1 in --Version) echo openFPGALoader v1.1.1;; *) exec {tool.path} "$@";; esac',
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, repr(sys.path), "flash", "ulx3s-85f", "--image", str(which)],
        env=os.environ | {"OPENFPGALOADER": str(tmp_path / "named")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        limit = time.monotonic() + 30
        while not (tmp_path / "pid").exists() and time.monotonic() < limit:
            time.sleep(0.05)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error) == (130, "", "glauber: interrupted\n")
    assert ended(tmp_path / "pid")


def test_a_loader_that_is_gone_since_it_was_found(tmp_path: Path) -> None:
    with pytest.raises(
        LoaderMissingError, match=r"none cannot start: No such file or directory; i"
    ):
        load(tmp_path, Tool(str(tmp_path / "none"), "1.1.1"))


def test_the_entries_of_the_loaders_are_consistent() -> None:
    for name, loader in LOADERS.items():
        assert bool(loader.arguments) is (loader.sram or loader.flash), name
        assert not loader.serial or {vendor for vendor, _ in loader.usb} == {0x0403}, name
        assert not loader.verify or loader.flash, name
        assert not loader.note.endswith("."), name
