"""The C++ compiler of this machine, wherever it comes from."""

import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import GatesBuildError, GatesEnvironmentError

__all__ = ["Compiler", "find_compiler"]

REMEDY = "run `pip install 'glauber[compiler]'`, or install g++ or clang++"


@dataclass(frozen=True)
class Compiler:
    """A C++ compiler: the `command` that starts it, and the `identity` of what it produces."""

    command: tuple[str, ...]
    identity: str

    def compile(self, arguments: Sequence[str | Path], *, cwd: Path) -> None:
        """Run the compiler in `cwd`. Raises `GatesBuildError` with its last words if it fails."""
        done = subprocess.run(
            [*self.command, *map(str, arguments)],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise GatesBuildError.of_tool(f"the compiler `{shlex.join(self.command)}`", done.stdout)


def _identify(command: tuple[str, ...]) -> Compiler:
    try:
        version = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, errors="replace", check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise GatesEnvironmentError(
            f"the C++ compiler `{shlex.join(command)}` does not answer `--version`: {error}; "
            f"correct or unset the environment variable CXX, or {REMEDY}"
        ) from error
    # A home directory, and the cache in it, may be shared by unlike machines.
    return Compiler(command, "\n".join((*command, version, sys.platform, platform.machine())))


def find_compiler() -> Compiler:
    """`$CXX`; else c++, g++ or clang++ on the PATH; else the `ziglang` wheel.

    Raises `GatesEnvironmentError` if there is none.
    """
    if chosen := os.environ.get("CXX"):
        return _identify(tuple(shlex.split(chosen)))
    for name in ("c++", "g++", "clang++"):
        if path := shutil.which(name):
            return _identify((path,))
    if importlib.util.find_spec("ziglang"):
        # Without -mcpu, zig compiles for this very CPU, and the cache may be shared.
        return _identify((sys.executable, "-m", "ziglang", "c++", "-mcpu=baseline"))
    raise GatesEnvironmentError(
        "compiling the gates needs a C++ compiler, and none of c++, g++, clang++ was found; "
        f"{REMEDY}"
    )
