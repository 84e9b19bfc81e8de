"""Synthesises a board's machine with each ability by itself, and prints what it costs.

    python bench/ability_cost.py ulx3s-85f
    python bench/ability_cost.py ulx3s-85f --table 5,3

prints a table of LUT4, flip-flops, block RAMs and multipliers of the sampler image: without any
ability, and how many more with some. LUT4 are those of synthesis: two for each carry cell, four for
each LUT RAM, and without what place and route adds. Needs the extra `build`. Takes two minutes or
so for each row.
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from glauber.firmware.boards.board import Board
from glauber.firmware.boards.registry import find_board
from glauber.firmware.flows.registry import FLOWS
from glauber.firmware.images.registry import make_image
from glauber.firmware.netlist.collisions import without_collision_logic
from glauber.firmware.process import Runner
from glauber.firmware.tools import find_tool
from glauber.firmware.watch import SilentWatch
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.noise import NoiseTable

KINDS = {  # of ECP5's cells: what each counts as
    "LUT4": ("LUT4", 1),
    "CCU2C": ("LUT4", 2),
    "TRELLIS_DPR16X4": ("LUT4", 4),
    "TRELLIS_FF": ("FF", 1),
    "DP16KD": ("block RAM", 1),
    "MULT18X18D": ("DSP", 1),
}
CASES = (
    Abilities.NONE,
    Abilities.LOOPS,
    Abilities.SCORES,
    Abilities.SCORES | Abilities.BEST,
    Abilities.MOMENTS,
    Abilities.METROPOLIS,
    Abilities.SCORES | Abilities.TEMPERING,
    Abilities.ALL,
)


def cells(board: Board) -> Counter[str]:
    """What the board's sampler image takes after synthesis."""
    flow, platform = FLOWS[board.family], board.platform()
    plan = platform.prepare(make_image("sampler", board, 0), "top", emit_src=False)
    text = plan.files["top.il"]
    with TemporaryDirectory() as folder:
        work = Path(folder)
        text = text.decode() if isinstance(text, bytes) else text
        (work / "top.il").write_text(without_collision_logic(text))
        script = f"read_rtlil top.il; {flow.synthesis(platform)} -top top -json top.json"
        Runner(SilentWatch()).run(find_tool(flow.yosys), ["-q", "-p", script], work, "log")
        netlist = json.loads((work / "top.json").read_text())
    count = Counter[str]()
    for cell in netlist["modules"]["top"]["cells"].values():
        if cell["type"] in KINDS:
            unit, number = KINDS[cell["type"]]
            count[unit] += number
    return count


def main() -> None:
    """Synthesises and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("board", nargs="?", default="ulx3s-85f", help="one with an ECP5")
    parser.add_argument("--table", default="", metavar="COARSE,FINE", help="of the noise")
    options = parser.parse_args()
    board = find_board(options.board)
    params = board.preset.params
    if options.table:
        params = replace(params, table=NoiseTable(*map(int, options.table.split(","))))
    units = ("LUT4", "FF", "block RAM", "DSP")
    print("| abilities |", " | ".join(units), "|\n| --- |", "--- |" * len(units))
    none = Counter[str]()
    for abilities in CASES:
        print(abilities.text, "...", file=sys.stderr, flush=True)
        preset = replace(board.preset, params=replace(params, abilities=abilities))
        found = cells(replace(board, preset=preset))
        if not abilities:
            none = found
        numbers = [f"{found[unit] - none[unit] if abilities else found[unit]:+,}" for unit in units]
        if not abilities:
            numbers = [number.lstrip("+") for number in numbers]
        print(f"| {abilities.text} |", " | ".join(numbers), "|", flush=True)


if __name__ == "__main__":
    main()
