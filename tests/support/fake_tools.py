"""Stand-ins for Yosys, nextpnr and a packer, which do at once what a test tells them."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from amaranth.lib.io import Direction

__all__ = ["FakePlatform", "FakeTools"]

# Every tool notes that it ran, then runs its own part with the arguments `args` and the folder
# `here` of the fakes at hand.
_HEAD = """\
import json, pathlib, sys, time
here, args = pathlib.Path({here!r}), sys.argv[1:]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps([{name!r}, *args]) + chr(10))
def after(option):
    return args[args.index(option) + 1]
"""
_YOSYS = """\
pathlib.Path("top.json").write_text((here / "netlist.json").read_text())
print("1.1. Executing PROC pass")
"""
_NEXTPNR = """\
plan = json.loads((here / "plan.json").read_text())
seed = int(after("--seed"))
wanted = float(after("--freq"))
print(plan["log"])
while seed in plan["endless"]:
    time.sleep(1)
if plan["code"]:
    sys.exit(plan["code"])
megahertz = plan["megahertz"][(seed - 1) % len(plan["megahertz"])]
step = {"delay": 2.5, "type": "clk-to-q", "to": {"cell": "a_SB_DFF_Q_3_DFFLC"}}
wire = {"delay": 1.25, "type": "routing", "net": "machine.bus", "to": {"cell": "b"}}
path = {"from": "posedge clk$glb", "to": "posedge clk$glb", "path": [step, wire]}
report = {
    "fmax": {plan["clock"]: {"achieved": megahertz, "constraint": wanted * plan["factor"]}},
    "critical_paths": [path | {end: "posedge " + plan["clock"] for end in ("from", "to")}],
    "utilization": {"ICESTORM_LC": {"used": 100, "available": 5280}},
}
pathlib.Path(after("--report")).write_text(json.dumps(report) if plan["report"] else "")
pathlib.Path(after("--asc")).write_text(f"routed with seed {seed}")
pathlib.Path(after("--write")).write_text((here / "netlist.json").read_text())
"""
_ICEPACK = """\
pathlib.Path(args[-1]).write_text("packed: " + pathlib.Path(args[-2]).read_text())
"""
_NETLIST = {
    "modules": {
        "top": {
            "netnames": {"clk": {"bits": [7]}, "pll.clk": {"bits": [7]}, "rx": {"bits": [2]}},
            "cells": {
                "flop": {"type": "SB_DFFE", "parameters": {}, "connections": {"C": [7]}},
                "lut": {"type": "SB_LUT4", "parameters": {}, "connections": {}},
            },
        }
    }
}


_COMMANDS = [
    ["nextpnr-ice40", "--quiet", "--log", "top.tim", "--up5k", "--package", "sg48"],
    ["icepack", "top.asc", "top.bin"],
]


class FakePlatform:
    """A platform of an iCE40 UP5K with a clock of 12 MHz, which prepares an empty design."""

    device, package, default_clk, default_rst = "iCE40UP5K", "SG48", "clk12", None
    default_clk_frequency = 12e6

    def __init__(self, options: Sequence[str] = ()) -> None:
        self.resources = {("clk12", 0): "a clock", ("uart", 0): "a line"}
        self._options = options

    def request(self, name: str, number: int, **how: str) -> SimpleNamespace:
        """The pins of the serial line."""
        assert (name, number, how) == ("uart", 0, {"dir": "-"})
        rx = SimpleNamespace(direction=Direction.Input)
        return SimpleNamespace(rx=rx, tx=SimpleNamespace(direction=Direction.Output))

    def prepare(self, image: object, name: str, *, emit_src: bool) -> "FakePlan":
        """The plan to build it."""
        assert name == "top"
        assert not emit_src
        vars(image)["_MustUse__used"] = True  # Amaranth warns of what is made and not elaborated
        return FakePlan(self._options)


class FakePlan:
    """What Amaranth prepares: the design, its pins, and how it would call the tools."""

    script = "build_top"

    def __init__(self, options: Sequence[str]) -> None:
        route, pack = _COMMANDS
        commands = [[*route, "--json", "top.json"], [pack[0], *options, *pack[1:]]]
        self.files = {
            "build_top.json": json.dumps({"commands": commands}),
            "top.il": "module \\top",
            "top.pcf": b"set_io clk12 35",
        }


class FakeTools:
    """Fakes of the tools of iCE40, and what they shall do.

    They are found by the environment variables that name tools. `plan` changes what nextpnr does:
    `megahertz` by seed, exit `code`, `log`, name of the `clock`, `factor` of its constraint,
    whether to write a `report`, and which seeds are `endless`.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        for name, variable, body in (
            ("yosys", "YOSYS", _YOSYS),
            ("nextpnr-ice40", "NEXTPNR_ICE40", _NEXTPNR),
            ("icepack", "ICEPACK", _ICEPACK),
        ):
            script = folder / f"{name}.py"
            script.write_text(_HEAD.format(here=str(folder), name=name) + body)
            monkeypatch.setenv(variable, f"{sys.executable} {script}")
        (folder / "netlist.json").write_text(json.dumps(_NETLIST))
        self.plan()

    def plan(self, **changes: object) -> None:
        """What nextpnr shall do from now on."""
        plan = {
            "megahertz": [100.0],
            "code": 0,
            "log": "",
            "clock": "clk_$glb_clk",
            "factor": 1.0,
            "report": True,
            "endless": [],
        }
        (self.folder / "plan.json").write_text(json.dumps(plan | changes))

    def replace(self, tool: str, body: str) -> None:
        """Gives a tool another body."""
        text = _HEAD.format(here=str(self.folder), name=tool) + body
        (self.folder / f"{tool}.py").write_text(text)

    def calls(self, tool: str) -> list[list[str]]:
        """The arguments of every call of a tool so far."""
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        calls: list[list[str]] = [json.loads(line) for line in lines]
        return [arguments for name, *arguments in calls if name == tool]

    def forget(self) -> None:
        """Forgets the calls so far."""
        (self.folder / "calls").unlink(missing_ok=True)
