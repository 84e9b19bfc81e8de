"""`glauber boards`: what images can be built for."""

import argparse
from typing import TYPE_CHECKING, Any

from .common import print_json

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for them.
    from glauber.firmware.boards.board import Board

__all__ = ["add_parser"]

_EPILOG = """\
The machine of a board can be changed: see `glauber build --help`. A board that is not listed can be
described in a Python file of a few lines.

Examples:
  glauber boards
  glauber boards --json
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "boards",
        help="list the boards that images can be built for",
        description="Lists the boards that images can be built for, and the machine of each: "
        "lanes x replicas, p-bits, couplings, and clock.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    from glauber.firmware.boards.registry import BOARDS

    found = [_describe(board) for board in BOARDS.values()]
    if options.json:
        print_json({"boards": found})
        return
    for entry in found:
        print(_text(entry))


def _describe(board: "Board") -> dict[str, Any]:
    from glauber.firmware.report import capacity

    preset = board.preset
    return {
        "board": board.name,
        "title": board.title,
        "family": board.family.value,
        "device": board.device,
        "lanes": preset.params.lanes,
        "replicas": preset.params.replicas,
        **capacity(preset.params),
        "clock_hz": preset.clock_hz,
        "baud": preset.baud,
        "note": board.note,
    }


def _text(entry: dict[str, Any]) -> str:
    machine = f"{entry['lanes']} x {entry['replicas']}"
    text = (
        f"{entry['board']:<16} {entry['title']:<28} {entry['device']:<12} {machine:>7}, "
        f"{entry['pbits']:>5} p-bits, {entry['couplings']:>6} couplings, "
        f"{entry['clock_hz'] / 1e6:>5g} MHz"
    )
    return text + (f"\n{'':<16} {entry['note']}" if entry["note"] else "")
