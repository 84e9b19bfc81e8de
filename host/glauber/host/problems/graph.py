"""Graphs of networkx as problems."""

import math
from collections.abc import Hashable
from typing import Any

import dimod

from ..errors import CouplingValueError, InputError
from .problem import Kind, Problem, check_bqm, check_kind

__all__ = ["from_graph"]


def from_graph(
    graph: Any,
    as_kind: Kind | None = None,
    weight: str = "weight",
    bias: str = "bias",
    name: str = "graph",
) -> Problem:
    """An undirected networkx graph; the variables are its nodes. Parallel edges add up.

    as_kind : "maxcut" (default), or "ising", `E = -sum w s s - sum h s` over edges and nodes
    weight : the attribute of an edge that holds its weight w; 1 where an edge has none
    bias : for "ising", the attribute of a node that holds its bias h; 0 where a node has none

    Raises `InputError` for a directed graph, a self-loop, and a weight that is no number,
    `CouplingValueError` for one that is not finite, `OptionError` for another kind.
    """
    kind = check_kind(name, "a graph", as_kind, ("maxcut", "ising"))
    if graph.is_directed():
        raise InputError(f"{name} is directed; give graph.to_undirected(), or a matrix")
    bqm = dimod.BinaryQuadraticModel(dimod.SPIN)
    sign = 1 if kind == "maxcut" else -1
    for node, given in graph.nodes(data=bias, default=0.0):
        value = _number(given, f"the {bias} of node {node!r}") if kind == "ising" else 0.0
        bqm.add_linear(node, -value)
    total = 0.0
    for u, v, given in graph.edges(data=weight, default=1.0):
        value = _weight(u, v, given, weight, name)
        bqm.add_quadratic(u, v, sign * value)
        total += value
    check_bqm(name, bqm)
    return Problem(kind, bqm, total if kind == "maxcut" else None, name)


def _weight(u: Hashable, v: Hashable, given: Any, weight: str, name: str) -> float:
    if u == v:
        raise InputError(
            f"{name} has an edge from {u!r} to itself; take it out "
            "(graph.remove_edges_from(list(networkx.selfloop_edges(graph))))"
        )
    return _number(given, f"the {weight} of edge {u!r} {v!r}")


def _number(given: Any, what: str) -> float:
    try:
        value = float(given)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{what} is {given!r}; give a number") from None
    if not math.isfinite(value):
        raise CouplingValueError(f"{what} is {value}; give a finite number")
    return value
