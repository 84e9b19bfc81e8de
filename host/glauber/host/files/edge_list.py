"""Edge lists: `vertices edges`, then one edge `i j weight` per line, counted from 1."""

import dimod
import numpy as np

from ..problems.problem import Kind, Problem, check_kind, check_size, make_bqm
from .table import NumberTable

__all__ = ["read_edge_list"]

HEADER = (
    "a first line `vertices edges` of two whole numbers, of at least one vertex (this file was "
    "taken for an edge list; MatrixMarket, QUBO and dimod files are recognised by how they begin)"
)
EDGE = "an edge `i j` or `i j weight`"


def read_edge_list(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """Max-cut of a weighted graph; as "ising", the file's energy is `-sum J s s`."""
    kind = check_kind(path, "an edge list", as_kind, ("maxcut", "ising"))
    table = NumberTable(path, data, b"#")
    if len(table.header) != 2 or table.header_number(0) < 1 or table.header_number(1) < 0:
        raise table.header_fault(HEADER)
    vertices, edges = table.header_number(0), table.header_number(1)
    check_size(path, vertices)
    table.check_widths(2, 3, EDGE)
    table.check_rows(edges, "edges")
    i, j = (table.indices(column, 1, vertices, "a vertex") for column in (0, 1))
    loops = np.flatnonzero(i == j)
    if len(loops):
        raise table.fault(int(loops[0]), "an edge between two different vertices")
    table.check_unique(np.minimum(i, j) * (vertices + 1) + np.maximum(i, j), "edge")
    weights = table.weights(2)
    signed = weights if kind == "maxcut" else -weights
    bqm = make_bqm(np.zeros(vertices), i - 1, j - 1, signed, dimod.SPIN)
    return Problem(kind, bqm, float(weights.sum()) if kind == "maxcut" else None, name)
