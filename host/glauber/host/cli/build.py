"""`glauber build`: make an image for a board."""

import argparse
import dataclasses
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EnvironmentMissingError, OptionError
from .building import build
from .common import check_output, finite, print_json

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for them.
    from glauber.firmware.boards.board import Board
    from glauber.hdl.facts.machine import MachineParams

__all__ = ["add_parser"]

_EPILOG = """\
The tools are those of the machine if they are recent enough, else those that
`pip install 'glauber[build]'` brings; YOSYS, NEXTPNR_ECP5, ECPPACK and so on name others. Finished
images are cached, and built again only if something that they depend on has changed.

BOARD is a name that `glauber boards` lists, or a Python file that defines BOARD, or
package.module:BOARD. The machine of the board can be changed by parameters:
  lanes, replicas, couplings_per_slot, draws       how fast it is
  pbits, slots, rows, steps, stream_words          how much it holds
  coupling_bits, field_bits, burst_words, write_bits
  source, table (such as table=4,2), rings, ring_divider   its noise
  abilities (such as abilities=scores,best)        what it measures by itself: see docs/measuring.md

Exit code 3 if it does not fit or is too slow, 4 if a tool is missing.

Examples:
  glauber build ulx3s-85f
  glauber build icebreaker --set lanes=1 --set steps=512 --clock 20 --output my.bin
  glauber build ulx3s-25f --set rings=16 --seeds 8 --jobs 2
  glauber build ulx3s-85f --set abilities=all
  glauber build ./my_board.py --json
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "build",
        help="make an image for a board",
        description="Synthesises, places and routes a machine for a board, and packs the image. "
        "Takes minutes.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("board", metavar="BOARD", help="name, FILE.py or package.module:BOARD")
    parser.add_argument(
        "--image",
        default="sampler",
        metavar="IMAGE",
        help="sampler, or selftest to check a board (default: sampler)",
    )
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a parameter of the machine; may be given several times",
    )
    parser.add_argument("--clock", type=finite, metavar="MHZ", help="clock of the machine")
    parser.add_argument("--baud", type=int, metavar="N", help="rate of the serial line")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="copy the image here (default: only cached)"
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=4,
        metavar="N",
        help="seeds of place and route to try until one meets the timing (default: 4)",
    )
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="seeds to try at once (default: half the processors)"
    )
    parser.add_argument(
        "--limit",
        type=finite,
        default=60,
        metavar="MINUTES",
        help="give a seed up that is not placed and routed by then (default: 60)",
    )
    parser.add_argument("--force", action="store_true", help="build even what is in the cache")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    # Here, because `--help` must not wait for them.
    from glauber.firmware.boards.registry import find_board
    from glauber.firmware.build import BuildOptions
    from glauber.firmware.flows.registry import FLOWS
    from glauber.firmware.report import report_text
    from glauber.firmware.route import default_jobs
    from glauber.firmware.watch import watch_of

    from ..options import positive_number, whole_number

    board = _changed(find_board(options.board), options)
    check_output(options.output, (FLOWS[board.family].image,), "--output")
    jobs = default_jobs() if options.jobs is None else whole_number("--jobs", options.jobs, 1)
    seeds = whole_number("--seeds", options.seeds, 1)
    limit = positive_number("--limit", options.limit)
    with watch_of() as watch:
        settings = BuildOptions(seeds, jobs, options.force, limit * 60)
        built = build(board, options.image, watch, settings)
    file = built.file
    if options.output:
        file = _copied(built.file, options.output)
    if options.json:
        print_json(built.report | {"file": str(file), "cached": built.cached})
        return
    print(report_text(built.report))
    print(f"  image        {file}" + (" (built before)" if built.cached else ""))


def _changed(board: "Board", options: argparse.Namespace) -> "Board":
    """The board with the machine, clock and baud rate that the options give."""
    preset = board.preset
    if options.clock is not None:
        preset = dataclasses.replace(preset, clock_hz=round(options.clock * 1e6))
    if options.baud is not None:
        preset = dataclasses.replace(preset, baud=options.baud)
    changes = dict(_change(text, preset.params) for text in options.changes)
    params = dataclasses.replace(preset.params, **changes)
    return dataclasses.replace(board, preset=dataclasses.replace(preset, params=params))


def _change(text: str, params: "MachineParams") -> tuple[str, Any]:
    """A parameter and its new value, of `NAME=VALUE`."""
    from glauber.hdl.facts.generators import Source
    from glauber.hdl.facts.measure import Abilities
    from glauber.hdl.facts.noise import NoiseTable

    name, equals, value = text.partition("=")
    names = [field.name for field in dataclasses.fields(params)]
    if not equals or name not in names:
        raise OptionError(
            f"--set is {text!r}; give NAME=VALUE with one of the names {', '.join(names)}"
        )
    if name == "source":
        return name, Source.of_name(value)
    if name == "abilities":
        return name, Abilities.of_names(value)
    try:
        if name == "table":
            coarse, fine = value.split(",")
            return name, NoiseTable(int(coarse), int(fine))
        return name, int(value)
    except ValueError as error:
        form = "two whole numbers, such as 4,2" if name == "table" else "a whole number"
        raise OptionError(f"--set is {text!r}, but the value of {name} must be {form}") from error


def _copied(file: Path, output: Path) -> Path:
    try:
        return Path(shutil.copyfile(file, output))
    except OSError as error:
        raise EnvironmentMissingError(
            f"cannot write {output}: {error.strerror}; choose another place, or take {file}"
        ) from error
