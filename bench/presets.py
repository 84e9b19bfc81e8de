"""Builds the presets of boards, compares them with the recorded figures, and writes the table.

    python bench/presets.py                           every board, against bench/presets.json
    python bench/presets.py icebreaker ulx3s-85f      only these
    python bench/presets.py ulx3s-85f --record        takes over new figures and rewrites the table

Needs the extra `build`. Finished images come from the cache of `glauber build`. Exit code 1 if an
image needs more LUT4 or block RAM, or allows a lower frequency, than recorded, beyond the margins.
The frequencies are nextpnr's static timing; nothing is run on a board.
"""

import argparse
import itertools
import json
import sys
from pathlib import Path
from typing import Any

import dimod

from glauber.firmware.boards.registry import BOARDS
from glauber.firmware.build import build_image
from glauber.firmware.watch import watch_of
from glauber.hdl.facts.digest import gates_hash
from glauber.hdl.facts.machine import MachineParams
from glauber.host.compile import IsingProblem, compile_problem, quantise
from glauber.host.errors import ProblemTooLargeError

HERE = Path(__file__).parent
RECORD = HERE / "presets.json"
TABLE = HERE.parent / "docs" / "presets.md"
# By how much a figure may get worse: place and route is a matter of luck to this extent.
LUT_MARGIN = 0.03
CLOCK_MARGIN = 0.10
HEAD = """\
# Presets

What `glauber build BOARD` makes of each board, after place and route with the open tools of
`constraints.txt`. The frequencies are static timing; none of it has run on a board. Updates per ns
are those of a 10 x 10 x 10 spin glass with periodic borders, 1,000 p-bits of degree 6, compiled for
the machine like any other graph, with all replicas at work; where the machine is too small for it,
of the largest cube that fits.

`python bench/presets.py` builds them again and compares; more than {lut:.0%} more LUT4, any more
block RAM, or {clock:.0%} less of the frequency that timing allows, is an error. `--record` rewrites
this page. An asterisk marks what was built from earlier gates.

| board | machine | p-bits | couplings | LUT4 | block RAM | DSP | MHz (allowed) | updates per ns \
| per 1,000 LUT4 |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


def cube(side: int) -> dimod.BinaryQuadraticModel:
    """A +-1 spin glass on a cube with periodic borders."""
    bqm = dimod.BinaryQuadraticModel("SPIN")
    for number, site in enumerate(itertools.product(range(side), repeat=3)):
        for axis in range(3):
            other = tuple((x + (axis == a)) % side for a, x in enumerate(site))
            bqm.add_quadratic(site, other, 1 if (number * 7 + axis) % 5 < 3 else -1)
    return bqm


def updates_per_clock(params: MachineParams) -> tuple[float, int]:
    """P-bits that the machine updates per clock, over the largest cube that it holds, and which."""
    for side in range(10, 2, -1):
        problem = IsingProblem.from_bqm(cube(side))
        try:
            program = compile_problem(problem, quantise(problem, params, 0.1), params)
        except ProblemTooLargeError:
            continue
        return problem.size * params.replicas / program.slots, problem.size
    raise SystemExit(f"no cube fits {params}")


def measure(name: str) -> dict[str, Any]:
    """Builds a preset, and what is recorded of it."""
    board = BOARDS[name]
    with watch_of() as watch:
        report = build_image(board, watch=watch).report
    rate, pbits = updates_per_clock(board.preset.params)
    rate *= report["clock_hz"] * 1e-9
    return {
        "machine": f"{report['params']['lanes']} x {report['params']['replicas']}"
        + (f", {report['params']['rings']} rings" if report["params"]["rings"] else ""),
        "capacity": report["capacity"],
        "usage": report["usage"],
        "clock_hz": report["clock_hz"],
        "achieved_hz": report["achieved_hz"],
        "updates_per_ns": round(rate, 4),
        "updates_per_ns_per_kilolut": round(rate / report["usage"]["LUT4"]["used"] * 1000, 4),
        "measured_pbits": pbits,
        "gates": f"{gates_hash():08x}",
    }


def changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, list[str]]:
    """The change in words, and what of it is a regression."""
    luts = new["usage"]["LUT4"]["used"] / old["usage"]["LUT4"]["used"] - 1
    clock = new["achieved_hz"] / old["achieved_hz"] - 1
    rams = new["usage"]["block RAM"]["used"] - old["usage"]["block RAM"]["used"]
    worse = []
    if luts > LUT_MARGIN:
        worse.append(f"{luts:+.1%} LUT4, allowed are {LUT_MARGIN:+.0%}")
    if clock < -CLOCK_MARGIN:
        worse.append(f"{clock:+.1%} of the frequency, allowed are {-CLOCK_MARGIN:+.0%}")
    if rams > 0:
        worse.append(f"{rams:+} block RAMs")
    return f"LUT4 {luts:+.1%}, block RAM {rams:+}, frequency {clock:+.1%}", worse


def table(record: dict[str, Any]) -> str:
    """The page of the documentation."""
    lines = [HEAD.format(lut=LUT_MARGIN, clock=CLOCK_MARGIN)]
    newest = f"{gates_hash():08x}"
    for name, entry in sorted(record.items()):
        usage, held = entry["usage"], entry["capacity"]
        share = usage["LUT4"]["used"] / usage["LUT4"]["available"]
        note = "" if entry["measured_pbits"] == 1000 else f" ({entry['measured_pbits']} p-bits)"
        cells = [
            name if entry.get("gates") == newest else f"{name} *",
            entry["machine"],
            f"{held['pbits']:,}",
            f"{held['couplings']:,}",
            f"{usage['LUT4']['used']:,} ({share:.0%})",
            *(
                f"{usage[unit]['used']} of {usage[unit]['available']}" if unit in usage else "-"
                for unit in ("block RAM", "DSP")
            ),
            f"{entry['clock_hz'] / 1e6:.1f} ({entry['achieved_hz'] / 1e6:.1f})",
            f"{entry['updates_per_ns']:.3f}{note}",
            f"{entry['updates_per_ns_per_kilolut']:.3f}",
        ]
        lines.append(f"| {' | '.join(cells)} |\n")
    return "".join(lines)


def main() -> int:
    """Builds, compares, and records if told to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("boards", nargs="*", metavar="BOARD", help="default: all")
    parser.add_argument("--record", action="store_true", help="take over the new figures")
    options = parser.parse_args()
    record: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    failed = False
    for name in options.boards or BOARDS:
        new = measure(name)
        rate = f"{new['updates_per_ns']:.3f} updates per ns"
        rate += f", {new['updates_per_ns_per_kilolut']:.3f} per 1,000 LUT4"
        print(f"{name}: {rate}, allowed {new['achieved_hz'] / 1e6:.1f} MHz")
        if name in record:
            text, worse = changes(record[name], new)
            print(f"  against the record: {text}")
            for what in worse:
                print(f"  worse: {what}")
            failed |= bool(worse)
        record[name] = new
        if options.record:
            RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
            TABLE.write_text(table(record))
    return 1 if failed and not options.record else 0


if __name__ == "__main__":
    sys.exit(main())
