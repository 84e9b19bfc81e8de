"""Finding out what a file is."""

import re
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import get_args

from ..errors import FileFormatError, OptionError
from .dimod_file import MAGIC, read_dimod, read_json
from .edge_list import read_edge_list
from .matrix_market import BANNER, read_matrix_market
from .problem import Kind, Problem
from .qubo import read_qubo

__all__ = ["read_problem"]

KNOWN = "edge lists, MatrixMarket, QUBO and dimod files can be read"
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
QUBO_HEADER = re.compile(rb"(?:[ \t\r]*(?:c[^\n]*)?\n)*[ \t]*p[ \t]+qubo\b")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_Reader = Callable[[str, str, bytes, Kind | None], Problem]
_BY_EXTENSION: dict[str, _Reader] = {
    ".mtx": read_matrix_market,
    ".qubo": read_qubo,
    ".json": read_json,
}


def read_problem(path: str | PathLike[str], as_kind: Kind | None = None) -> Problem:
    """The problem in a file, recognised by its content, or by its extension where that is open.

    Raises `FileFormatError` for a file that cannot be read as a problem, `CouplingValueError` for a
    weight that is not finite, `ProblemTooLargeError`, and `OptionError` for an `as_kind` that the
    format does not allow.
    """
    if as_kind is not None and as_kind not in get_args(Kind):
        raise OptionError(f"{as_kind!r} is no kind of problem; use {', '.join(get_args(Kind))}")
    data = _load(Path(path))
    return _choose(Path(path), data)(str(path), Path(path).name, data, as_kind)


def _load(path: Path) -> bytes:
    if path.is_dir():
        raise FileFormatError(f"{path} is a directory; give a problem file in it")
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise FileFormatError(f"there is no file {path}; check the path") from error
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read: {error.strerror}; check the file") from error
    data = data.removeprefix(BYTE_ORDER_MARK)
    if not data.strip():
        raise FileFormatError(f"{path} is empty; {KNOWN}")
    return data


def _choose(path: Path, data: bytes) -> _Reader:
    """What reads the file."""
    if data.startswith(MAGIC):
        return read_dimod
    control = CONTROL.search(data)
    if control:
        raise FileFormatError(
            f"{path} is a binary file of an unknown format (byte {control[0][0]:#04x} at offset "
            f"{control.start()}); {KNOWN}"
        )
    if data.startswith(BANNER):
        return read_matrix_market
    if data.lstrip()[:1] == b"{":
        return read_json
    if QUBO_HEADER.match(data):
        return read_qubo
    return _BY_EXTENSION.get(path.suffix.lower(), read_edge_list)
