"""MatrixMarket files: a square matrix of real numbers."""

import numpy as np

from ..errors import FileFormatError
from ..problems.matrix import Entries
from ..problems.problem import Kind, Problem, check_kind, check_size
from .table import NumberTable, fault

__all__ = ["BANNER", "read_matrix_market"]

BANNER = b"%%MatrixMarket"
BANNER_TEXT = "`%%MatrixMarket matrix coordinate|array real|integer|pattern general|symmetric`"


def read_matrix_market(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """The QUBO `sum Q[i,j] x[i] x[j]` over all i and j; or a graph, with each pair once."""
    kind = check_kind(path, "a MatrixMarket file", as_kind, ("qubo", "maxcut", "ising"))
    return _read_entries(path, data).problem(kind, name)


def _read_entries(path: str, data: bytes) -> Entries:
    banner = data.split(b"\n", 1)[0]
    words = banner.lower().split()
    legal = (
        len(words) == 5
        and words[:2] == [BANNER.lower(), b"matrix"]
        and words[2] in (b"coordinate", b"array")
        and words[3] in (b"real", b"integer", b"pattern")
        and words[4] in (b"general", b"symmetric")
        and words[2:4] != [b"array", b"pattern"]
    )
    if not legal:
        raise fault(path, 1, banner, BANNER_TEXT)
    table = NumberTable(path, data, b"%")
    sparse, symmetric = words[2] == b"coordinate", words[4] == b"symmetric"
    _check_header(table, sparse)
    size = table.header_number(0)
    check_size(path, size)
    if not sparse:
        return _read_dense(table, size, symmetric)
    width = 2 if words[3] == b"pattern" else 3
    table.check_widths(width, width, "`i j`" if width == 2 else "`i j value`")
    table.check_rows(table.header_number(2), "entries")
    i, j = (table.indices(column, 1, size, "an index") for column in (0, 1))
    upper = np.flatnonzero(i < j) if symmetric else []
    if len(upper):
        raise table.fault(
            int(upper[0]), "an entry with i >= j, because the file is symmetric (swap the two)"
        )
    table.check_unique(i * (size + 1) + j, "entry")
    values = table.weights(2)
    return Entries(path, 1, size, i - 1, j - 1, values, symmetric, table.lines, FileFormatError)


def _check_header(table: NumberTable, sparse: bool) -> None:
    """Raise `FileFormatError` unless the header line gives the size of a square matrix."""
    head = table.header
    numbers = len(head) == (3 if sparse else 2) and table.header_number(0) > 0
    if not numbers or head[0] != head[1] or table.header_number(-1) < 0:
        raise table.header_fault(
            f"`{'rows columns entries' if sparse else 'rows columns'}` of a square matrix"
        )


def _read_dense(table: NumberTable, size: int, symmetric: bool) -> Entries:
    """Column after column; of a symmetric matrix, from the diagonal down."""
    table.check_widths(1, 1, "one value per line")
    table.check_rows(size * (size + 1) // 2 if symmetric else size * size, "values")
    j, i = np.triu_indices(size) if symmetric else np.divmod(np.arange(size * size), size)
    values = table.weights(0)
    there = values != 0
    i, j, values, lines = (column[there] for column in (i, j, values, table.lines))
    return Entries(table.name, 1, size, i, j, values, symmetric, lines, FileFormatError)
