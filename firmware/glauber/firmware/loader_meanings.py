"""What a user has to do about each thing that openFPGALoader may say.

The texts are those of openFPGALoader 0.10 to 1.1.1, libftdi 1.5 and libusb 1.0.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glauber.hdl.facts.errors import GlauberError

from .boards.loaders import Loader
from .errors import (
    BoardAbsentError,
    LoaderMissingError,
    LoaderPermissionError,
    LoadError,
    LoadRefusedError,
)
from .loader import Tool
from .udev import RELOAD, RULES_FILE, plugged, rule

__all__ = ["MEANINGS", "Attempt"]

_Make = Callable[["Attempt", re.Match[str]], GlauberError]


@dataclass(frozen=True)
class Attempt:
    """What was tried.

    board : str
    loader : Loader
    tool : Tool
    to_flash : bool
    serial : str | None
    extra : Sequence[str]
        Arguments that the user added.
    """

    board: str
    loader: Loader
    tool: Tool
    to_flash: bool
    serial: str | None
    extra: Sequence[str]

    @property
    def usb(self) -> str:
        """The USB ids of the board, for a text."""
        return " or ".join(f"{vendor:04x}:{product:04x}" for vendor, product in self.loader.usb)


def _denied(attempt: Attempt, _: re.Match[str]) -> GlauberError:
    rules = "  ".join(rule(*ids) for ids in attempt.loader.usb)
    return LoaderPermissionError(
        f"no permission to open {attempt.board} on USB ({attempt.usb}); put the rule {rules} into "
        f"{RULES_FILE} with `glauber flash --udev | sudo tee {RULES_FILE}`, run `{RELOAD}`, and "
        "plug the board in again (on Windows, give it the driver WinUSB with Zadig)"
    )


def _absent(attempt: Attempt, found: re.Match[str]) -> GlauberError:
    devices = plugged(attempt.loader.usb)
    # Through DFU, a device that may not be opened is said not to exist.
    if devices and not any(device.permitted for device in devices):
        return _denied(attempt, found)
    which = f" with the serial number {attempt.serial}" if attempt.serial else ""
    note = f" Note: {attempt.loader.note}." if attempt.loader.note else ""
    return BoardAbsentError(
        f"{attempt.board}{which} is not on USB, where it must show as {attempt.usb}; check its "
        f"cable, which must carry data, and its power; `lsusb` lists what is there.{note}"
    )


def _old(attempt: Attempt, found: re.Match[str]) -> GlauberError:
    if attempt.extra and found["option"]:
        return LoadRefusedError(
            f"openFPGALoader {attempt.tool.version} has no option {found['option']}, where "
            f"--loader-arg gives {' '.join(attempt.extra)}; `{attempt.tool.path} --help` lists "
            "them all"
        )
    what = found["option"] or found["board"] or found["cable"]
    return LoaderMissingError(
        f"{attempt.tool.path} is openFPGALoader {attempt.tool.version}, which does not know "
        f"{what}; if this is not of your own --loader-arg, it is too old: install another version "
        "with `pip install 'glauber[build]'` and point the environment variable OPENFPGALOADER to "
        "it, or upgrade the system's package"
    )


def _mismatch(attempt: Attempt, found: re.Match[str]) -> GlauberError:
    return LoadError(
        f"the image is for an FPGA with the id code {found['image']}, but the one found for "
        f"{attempt.board} has {found['device']}; give the board that you have, such as another "
        "size of it, or unplug other boards"
    )


def _unreadable(attempt: Attempt, found: re.Match[str]) -> GlauberError:
    return LoadRefusedError(
        f"openFPGALoader cannot read the image for {attempt.board} ({found[0].strip()}); give a "
        "file that is whole, with the suffix that the board's tools give it"
    )


def _load_error(text: str) -> _Make:
    """An error whose text may name the `board`, its `usb` ids, its `note`, and what was `said`."""

    def make(attempt: Attempt, found: re.Match[str]) -> GlauberError:
        note = f" Note: {attempt.loader.note}." if attempt.loader.note else ""
        said = found[0].strip()
        return LoadError(text.format(board=attempt.board, usb=attempt.usb, said=said) + note)

    return make


# In this order, because a text that stands for the cause is followed by others that do not.
MEANINGS: list[tuple[tuple[str, ...], _Make]] = [
    (
        (
            "LIBUSB_ERROR_ACCESS",
            "insufficient permissions",
            "inappropriate permissions",
            r"unable to open ftdi device: -4 ",
        ),
        _denied,
    ),
    (
        (
            "unable to claim usb device",
            "unable to set usb configuration",
            "LIBUSB_ERROR_BUSY",
            "Resource busy",
            "[Ff]ail to claim (?:interface|device)",
        ),
        _load_error(
            "{board} ({usb}) is in use by another program or driver; close what has its serial "
            "port or JTAG open, such as a terminal or a debugger, and load again."
        ),
    ),
    (
        (
            "device not found",
            "No DFU compatible device found",
            "No cable found",
            "can't find compatible device",
        ),
        _absent,
    ),
    (
        ("Error: no device found",),
        _load_error(
            "the cable to {board} answers ({usb}), but no FPGA behind it; check the power of the "
            "board, its JTAG wires, and that no other board with these USB ids is plugged in."
        ),
    ),
    (
        (r"bitstream has (?P<image>\w+) hardware requires (?P<device>\w+)",),
        _mismatch,
    ),
    (
        (
            r"Error: device \w+ not supported",
            "Unknown device with IDCODE.*",
            "Error: more than one FPGA found",
            "device mismatch: .*",
        ),
        _load_error(
            "what is found for {board} is not the one FPGA that it should be ({said}); unplug "
            "other boards with the USB ids {usb}."
        ),
    ),
    (
        (
            "cannot find board '(?P<board>.*)'",
            r"Option \W*(?P<option>[-\w]+)\W* does not exist",
            r"^error : (?P<cable>\S+) not found",
        ),
        _old,
    ),
    (
        (
            "LIBUSB_ERROR_(?:NO_DEVICE|IO|PIPE)",
            "No such device",
            "device disconnected",
            "usb bulk (?:read|write) failed",
            "(?:read|write) (?:failed )?with error.*",
        ),
        _load_error(
            "{board} went away while it was loaded ({said}); check its cable and power, avoid "
            "hubs, and load again: it may hold half an image."
        ),
    ),
    (
        (
            r"Verification failed at \d+",
            r"Verify (?:FAIL|Fail\w*).*",
            "flash vefication failed",
            "CRC check : FAIL",
        ),
        _load_error(
            "what {board} holds is not the image ({said}); check its power and cable, and load "
            "again; if it fails again, its flash may be worn out."
        ),
    ),
    (
        ("block protection is set", "can't unlock without --unprotect-flash"),
        _load_error(
            "the flash of {board} is write-protected; add `--loader-arg=--unprotect-flash` to "
            "write it nevertheless."
        ),
    ),
    (
        ("flash overflow",),
        _load_error("the image is larger than the flash of {board}; use a smaller machine."),
    ),
    (
        ("Read ID failed",),
        _load_error("the flash of {board} does not answer; check power, cable and jumpers."),
    ),
    (
        (r"CDONE\s*FAIL",),
        _load_error(
            "{board} took the image, but its FPGA did not start from it; check that the image is "
            "for this board, and its jumpers, and load again."
        ),
    ),
    (
        (
            "[Ff]ail to (?:open|parse) file",
            "can't parse file",
            "incompatible file format",
            "Parse file:? *FAIL",
        ),
        _unreadable,
    ),
]
