"""Rules that let a user of Linux open the boards on USB, and which boards are plugged in there."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .boards.loaders import LOADERS

__all__ = ["RELOAD", "RULES_FILE", "UsbDevice", "plugged", "rule", "rules_file"]

# Before 73-seat-late.rules of systemd, which reads the tag `uaccess`.
RULES_FILE = "/etc/udev/rules.d/60-glauber.rules"
RELOAD = "sudo udevadm control --reload-rules && sudo udevadm trigger"
_TAG = 'TAG+="uaccess"'
_DEVICES = Path("/sys/bus/usb/devices")
_NODES = Path("/dev/bus/usb")


@dataclass(frozen=True)
class UsbDevice:
    """A device on the USB of this machine, and whether this user may open it."""

    vendor: int
    product: int
    node: Path
    permitted: bool


def rule(vendor: int, product: int) -> str:
    """The line by which whoever sits at the machine, and group plugdev, may open a USB device.

    Parameters
    ----------
    vendor, product : int
        As the device states them on USB, 16 bits each.
    """
    return f'SUBSYSTEM=="usb", {_match(vendor, product)}, MODE="0660", GROUP="plugdev", {_TAG}'


def rules_file() -> str:
    """The text of a file with the rules of all boards in `LOADERS`, and of their serial ports."""
    boards: dict[tuple[int, int], list[str]] = {}
    for name, loader in LOADERS.items():
        for ids in loader.usb:
            boards.setdefault(ids, []).append(name)
    lines = [
        f"# Put this into {RULES_FILE} and run",
        f"#   {RELOAD}",
        "# then plug the board in again.",
    ]
    for ids, names in sorted(boards.items()):
        # The group of a serial port, often dialout, is left as the system has it.
        lines += ["", f"# {', '.join(names)}", rule(*ids)]
        lines += [f'SUBSYSTEM=="tty", {_match(*ids)}, {_TAG}']
    return "\n".join(lines) + "\n"


def plugged(
    wanted: Iterable[tuple[int, int]], devices: Path = _DEVICES, nodes: Path = _NODES
) -> list[UsbDevice]:
    """The devices of these vendors and products that Linux sees; none on other systems.

    Parameters
    ----------
    wanted : Iterable[tuple[int, int]]
        Vendors and products.
    devices, nodes : Path
        Where the kernel describes its USB devices, and where their nodes are.
    """
    wanted, found = set(wanted), list[UsbDevice]()
    for vendor_file in sorted(devices.glob("*/idVendor")):
        try:
            vendor = int(vendor_file.read_text("ascii"), 16)
            product = int(vendor_file.with_name("idProduct").read_text("ascii"), 16)
            bus = int(vendor_file.with_name("busnum").read_text("ascii"))
            number = int(vendor_file.with_name("devnum").read_text("ascii"))
        except (OSError, ValueError):
            continue  # unplugged just now
        if (vendor, product) in wanted:
            node = nodes / f"{bus:03}" / f"{number:03}"
            found.append(UsbDevice(vendor, product, node, os.access(node, os.R_OK | os.W_OK)))
    return found


def _match(vendor: int, product: int) -> str:
    return f'ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}"'
