"""The programs that turn a netlist into an image: where they are and what they are.

A program of the machine is used if it is recent enough, for it is faster; otherwise that of the
Python environment which runs this, activated or not.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from .errors import ToolMissingError

__all__ = ["Tool", "ToolSpec", "find_tool"]

_REMEDY = "run `pip install 'glauber[build]'`"


@dataclass(frozen=True)
class ToolSpec:
    """A program to look for.

    name : str
        What it is called if it is installed on the machine; with `_` for `-` and in capitals, the
        environment variable that overrides the search.
    package : str
        The distribution that has it for a Python environment.
    script : str
        What it is called there.
    oldest : tuple[int, int] | None
        The oldest version of the machine's that is used. None if the program does not tell its
        version: then the one of the environment comes first.
    """

    name: str
    package: str
    script: str
    oldest: tuple[int, int] | None = None

    @property
    def variable(self) -> str:
        return self.name.replace("-", "_").upper()


@dataclass(frozen=True)
class Tool:
    """A program that was found.

    name : str
        That of its `ToolSpec`.
    command : tuple[str, ...]
        What starts it.
    identity : str
        What its results depend on: its version, or a digest of it.
    """

    name: str
    command: tuple[str, ...]
    identity: str


def find_tool(spec: ToolSpec) -> Tool:
    """The program to use.

    Raises
    ------
    ToolMissingError
        There is none, or the environment variable names one that does not work.
    """
    if chosen := os.environ.get(spec.variable):
        return _chosen(spec, chosen)
    native = shutil.which(spec.name)
    packaged = shutil.which(spec.script, path=sysconfig.get_path("scripts"))
    if native and spec.oldest:
        said = _version_text(native)
        if said is not None and _version(said) >= spec.oldest:
            return Tool(spec.name, (native,), said)
    if packaged:
        return Tool(spec.name, (packaged,), _package_identity(spec, packaged))
    if native and spec.oldest is None:
        return Tool(spec.name, (native,), _file_identity(native))
    found = (
        f"; {native} is too old, {_dotted(spec.oldest)} is needed" if spec.oldest and native else ""
    )
    raise ToolMissingError(
        f"building an image needs {spec.name}, which was not found{found}; {_REMEDY}, or set "
        f"{spec.variable} to the path of one"
    )


def _chosen(spec: ToolSpec, text: str) -> Tool:
    program, *arguments = shlex.split(text)
    path = shutil.which(program)
    if path is None:
        raise ToolMissingError(
            f"the environment variable {spec.variable} is {text!r}, but {program!r} is no program "
            f"that can be run; correct or unset it, or {_REMEDY}"
        )
    return Tool(spec.name, (path, *arguments), _file_identity(path) + shlex.join(arguments))


def _version_text(program: str) -> str | None:
    """What a program answers to `--version`, or None if it does not."""
    try:
        done = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _version(text: str) -> tuple[int, int]:
    """The first version number in `text`, such as 0.9 of `(Version nextpnr-0.9-12-gabcdef)`."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _package_identity(spec: ToolSpec, path: str) -> str:
    try:
        return f"{spec.package} {metadata.version(spec.package)}"
    except metadata.PackageNotFoundError:
        return _file_identity(path)


def _file_identity(path: str) -> str:
    return f"{path} {hashlib.sha256(Path(path).read_bytes()).hexdigest()}"
