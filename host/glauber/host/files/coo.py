"""COO files of dimod: `# vartype=SPIN` or `BINARY`, then `i i bias` and `i j bias`, from 0."""

import re

import dimod
import numpy as np

from ..errors import FileFormatError
from ..problems.problem import VERTICES_MAX, Kind, Problem, check_kind, make_bqm
from .table import NumberTable

__all__ = ["VARTYPE", "read_coo"]

# Recognised by a first comment that names the vartype; read from any comment.
VARTYPE = re.compile(rb"\s*#[^\n]*?\bvartype[:=][ \t]*([-\w.]+)")
HEADERS = re.compile(rb"^[ \t]*#[^\n]*?\bvartype[:=][ \t]*([-\w.]+)", re.MULTILINE)


def read_coo(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """A model of dimod with the variables 0 to the largest that is named; each pair once."""
    kind = check_kind(path, "a COO file", as_kind, ("bqm",))
    vartype = _vartype(path, data)
    table = NumberTable(path, data, b"#", header=False)
    if not len(table.lines):
        raise FileFormatError(f"{path} has no entries, expected lines `i j bias`; complete it")
    table.check_widths(3, 3, "`i j bias`")
    i, j = (table.indices(column, 0, VERTICES_MAX - 1, "a variable") for column in (0, 1))
    size = int(max(i.max(), j.max())) + 1
    table.check_unique(np.minimum(i, j) * size + np.maximum(i, j), "pair")
    biases = table.weights(2)
    diagonal = i == j
    linear = np.bincount(i[diagonal], biases[diagonal], minlength=size)
    off = ~diagonal
    bqm = make_bqm(linear, i[off], j[off], biases[off], vartype)
    return Problem(kind, bqm, None, name)


def _vartype(path: str, data: bytes) -> dimod.Vartype:
    """What the comments say. Raises `FileFormatError` if that is not one vartype."""
    given = ""
    for header in HEADERS.finditer(data):
        name = header[1].decode("ascii", "replace")
        if name not in ("SPIN", "BINARY") or given not in ("", name):
            line = data.count(b"\n", 0, header.start()) + 1
            expected = f"{given} as before" if given else "SPIN or BINARY"
            raise FileFormatError(
                f"{path}, line {line}: the vartype is {name}, expected {expected}"
            )
        given = name
    if not given:
        raise FileFormatError(
            f"{path}, line 1: there is no vartype, expected `# vartype=SPIN` or "
            "`# vartype=BINARY`; write it with `vartype_header=True`"
        )
    return dimod.Vartype[given]
