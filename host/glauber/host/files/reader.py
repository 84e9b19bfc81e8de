"""Finding out what a file is."""

import gzip
import re
import zlib
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from ..errors import FileFormatError
from ..problems.problem import Kind, Problem
from ..problems.recognise import check_legal_kind
from .coo import VARTYPE, read_coo
from .dimod_file import MAGIC, read_dimod, read_json
from .edge_list import read_edge_list
from .lp import BEGINNING, read_lp
from .matrix_market import BANNER, read_matrix_market
from .qubo import read_qubo

__all__ = ["read_problem"]

KNOWN = "edge lists, MatrixMarket, QUBO, LP and dimod files can be read"
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
QUBO_HEADER = re.compile(rb"(?:[ \t\r]*(?:c[^\n]*)?\n)*[ \t]*p[ \t]+qubo\b")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"

_Reader = Callable[[str, str, bytes, Kind | None], Problem]
_BY_BEGINNING: tuple[tuple[re.Pattern[bytes], _Reader], ...] = (
    (re.compile(re.escape(BANNER)), read_matrix_market),
    (re.compile(rb"\s*\{"), read_json),
    (QUBO_HEADER, read_qubo),
    (VARTYPE, read_coo),
    (BEGINNING, read_lp),
)
_BY_EXTENSION: dict[str, _Reader] = {
    ".mtx": read_matrix_market,
    ".qubo": read_qubo,
    ".json": read_json,
    ".coo": read_coo,
    ".lp": read_lp,
}


def read_problem(path: str | PathLike[str], as_kind: Kind | None = None) -> Problem:
    """The problem in a file, recognised by its content, or by its extension where that is open.

    A file that gzip has compressed is read as the file in it.

    Raises `FileFormatError` for a file that cannot be read as a problem, `CouplingValueError` for a
    weight that is not finite, `ProblemTooLargeError`, `OptionError` for an `as_kind` that the
    format does not allow, and for a constrained model as `problems.from_constrained`.
    """
    check_legal_kind(as_kind)
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
    if data.startswith(GZIP):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise FileFormatError(
                f"{path} is a damaged gzip file ({error}); compress it again"
            ) from error
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
    for beginning, reader in _BY_BEGINNING:
        if beginning.match(data):
            return reader
    suffix = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    return _BY_EXTENSION.get(suffix.lower(), read_edge_list)
