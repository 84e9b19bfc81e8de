"""`glauber devices`: what there is to run on."""

import argparse
import importlib.util
from typing import Any

from ..errors import GlauberError
from .common import print_json

__all__ = ["add_parser"]

_EPILOG = """\
Serial ports are only listed: bytes might upset a device that is not ours. With --probe each is
asked for its header.

Examples:
  glauber devices
  glauber devices --probe --json
  glauber devices --device socket://127.0.0.1:4250
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "devices",
        help="list what there is to run on",
        description="Lists what there is to run on, or describes one device.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--device", metavar="URL", help="describe only this device")
    parser.add_argument("--probe", action="store_true", help="ask every serial port for its header")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    one = options.device is not None
    found = [describe(options.device)] if one else list_devices(options.probe)
    if options.json:
        print_json({"devices": found})
        return
    for entry in found:
        print(_text(entry))


def describe(url: str) -> dict[str, Any]:
    """What the device at `url` says of itself. Raises as `Device`."""
    from ..device import Device

    with Device(url) as device:
        return device.info()


def list_devices(probe: bool) -> list[dict[str, Any]]:
    """The model, the simulated gates, and the serial ports, which are asked only if `probe`."""
    from serial.tools import list_ports

    found: list[dict[str, Any]] = [describe("model:")]
    if importlib.util.find_spec("amaranth"):
        found.append({"device": "rtl:", "note": "the gates; compiled when they are first used"})
    else:
        found.append({"device": "rtl:", "note": "needs: pip install 'glauber[rtl,compiler]'"})
    for port in sorted(list_ports.comports()):
        url = f"serial:{port.device}"
        entry: dict[str, Any] = {"device": url, "note": port.description}
        if probe:
            try:
                entry = describe(url)
            except GlauberError as error:
                entry["note"] = str(error)
        found.append(entry)
    return found


def _text(entry: dict[str, Any]) -> str:
    if "lanes" not in entry:
        return f"{entry['device']:<28} {entry['note']}"
    kind = "simulation"
    if not entry["simulation"]:
        age = ", outdated" if entry["outdated"] else ""
        kind = f"{entry['board'] or 'unnamed board'}, image {entry['image']}{age}"
    return (
        f"{entry['device']:<28} {kind}, {entry['lanes']} lanes x {entry['replicas']} replicas, "
        f"{entry['pbits']} p-bits, {entry['slots']} slots, noise {entry['source']}, "
        f"{entry['rings'] or 'no'} rings"
    )
