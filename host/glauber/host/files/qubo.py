"""QUBO files: `p qubo 0 maxNodes nNodes nCouplers`, then `i i weight` and `i j weight`, from 0."""

import dimod
import numpy as np

from ..errors import FileFormatError
from ..problems.problem import Kind, Problem, check_kind, check_size, make_bqm
from .table import NumberTable

__all__ = ["read_qubo"]

HEADER = "a line `p qubo 0 maxNodes nNodes nCouplers` before the weights"
TOPOLOGIES = (b"0", b"unconstrained")


def read_qubo(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """A QUBO; each pair once, in whichever order."""
    kind = check_kind(path, "a QUBO file", as_kind, ("qubo",))
    table = NumberTable(path, data, b"c")
    head = table.header
    if len(head) != 6 or head[:2] != [b"p", b"qubo"] or head[2] not in TOPOLOGIES:
        raise table.header_fault(HEADER)
    variables, nodes, couplers = (table.header_number(word) for word in (3, 4, 5))
    if variables < 1 or nodes < 0 or couplers < 0:
        raise table.header_fault(HEADER)
    check_size(path, variables)
    table.check_widths(3, 3, "`i j weight`")
    table.check_rows(nodes + couplers, "weights")
    i, j = (table.indices(column, 0, variables - 1, "a variable") for column in (0, 1))
    table.check_unique(np.minimum(i, j) * variables + np.maximum(i, j), "pair")
    weights = table.weights(2)
    diagonal = i == j
    if np.count_nonzero(diagonal) != nodes:
        raise FileFormatError(
            f"{path} has {np.count_nonzero(diagonal)} weights on the diagonal, but its line "
            f"{table.header_line} announces {nodes}; correct the numbers, or complete the file"
        )
    linear = np.bincount(i[diagonal], weights[diagonal], minlength=variables)
    off = ~diagonal
    return Problem(kind, make_bqm(linear, i[off], j[off], weights[off], dimod.BINARY), None, name)
