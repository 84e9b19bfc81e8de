"""`glauber devices`: what there is to run on."""

import argparse
import importlib.util
from typing import Any

from ..errors import GlauberError
from .common import print_json

__all__ = ["add_parser"]

_EPILOG = """\
Serial ports are only listed: bytes might upset a device that is not ours. With --probe each is
asked for its header. Devices of one pool give the same samples, so that `glauber solve` and
`glauber sample` can divide reads among them: give --device for each.

Examples:
  glauber devices
  glauber devices --probe --json
  glauber devices --device socket://127.0.0.1:4250
  glauber devices --device serial:/dev/ttyUSB0 --device serial:/dev/ttyUSB1
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "devices",
        help="list what there is to run on",
        description="Lists what there is to run on and can be pooled, or describes some devices.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--device",
        dest="devices",
        action="append",
        metavar="URL",
        help="describe only this device; may be given several times",
    )
    parser.add_argument("--probe", action="store_true", help="ask every serial port for its header")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    given = options.devices
    found = list_devices(options.probe) if given is None else [describe(url) for url in given]
    pools = find_pools(found)
    if options.json:
        print_json({"devices": found, "pools": pools})
        return
    for entry in found:
        print(_text(entry))
    for number, pool in enumerate(pools, 1):
        if len(pool) > 1 or len(pools) > 1:
            print(f"{f'pool {number}':<28} {', '.join(pool)}")


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


def find_pools(entries: list[dict[str, Any]]) -> list[list[str]]:
    """The devices that are described, by what decides their samples: each set can be a pool."""
    from ..pool import SAMPLE_PARAMS

    pools: dict[str, list[str]] = {}
    for entry in entries:
        if "lanes" in entry:
            key = repr([entry[name] for name in SAMPLE_PARAMS])
            pools.setdefault(key, []).append(entry["device"])
    return list(pools.values())


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
        f"{entry['rings'] or 'no'} rings, "
        f"{'measures: ' + ', '.join(entry['abilities']) if entry['abilities'] else 'no abilities'}"
    )
