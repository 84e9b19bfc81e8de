"""Finding out what an object is."""

import sys
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, get_args

import dimod
import numpy as np

from ..errors import InputError, OptionError
from .constrained import MODELS, from_constrained
from .graph import from_graph
from .matrix import from_matrix, is_sparse
from .problem import Kind, Problem, check_bqm, check_kind

__all__ = ["as_problem", "check_legal_kind", "from_bqm", "from_qubo"]

KNOWN = (
    "a dimod model, a QUBO dictionary {(i, j): weight}, a square NumPy array or SciPy sparse "
    "matrix, a networkx graph, or the path of a file"
)


def as_problem(source: Any, as_kind: Kind | None = None) -> Problem:
    """The problem in `source`: any of what this package and `read_problem` take, or a problem.

    as_kind : what a matrix or a graph means; by default "qubo" and "maxcut"

    Raises `InputError` for what cannot be taken for a problem, and as the function for its kind.
    """
    check_legal_kind(as_kind)
    if isinstance(source, Problem):
        check_kind(source.name, "a problem", as_kind, (source.kind,))
        return source
    for belongs, take in _SOURCES:
        if belongs(source):
            return take(source, as_kind)
    raise InputError(f"a {type(source).__name__} cannot be taken for a problem; give {KNOWN}")


def check_legal_kind(as_kind: str | None) -> None:
    """Raise `OptionError` for a kind that there is not."""
    if as_kind is not None and as_kind not in get_args(Kind):
        raise OptionError(f"{as_kind!r} is no kind of problem; use {', '.join(get_args(Kind))}")


def from_bqm(
    bqm: dimod.BinaryQuadraticModel, as_kind: Kind | None = None, name: str = "model"
) -> Problem:
    """A model of spin or binary variables, as it is. Raises as `problem.check_bqm`."""
    kind = check_kind(name, "a binary quadratic model", as_kind, ("bqm",))
    check_bqm(name, bqm)
    return Problem(kind, bqm, None, name)


def from_qubo(
    weights: Mapping[Any, Any],
    as_kind: Kind | None = None,
    offset: float = 0.0,
    name: str = "dictionary",
) -> Problem:
    """`E = offset + sum Q[i, j] x[i] x[j]` over the keys; (i, j) and (j, i) add up.

    Raises `InputError` unless the keys are pairs and the values numbers, and as
    `problem.check_bqm`.
    """
    kind = check_kind(name, "a dictionary", as_kind, ("qubo",))
    try:
        bqm = dimod.BinaryQuadraticModel.from_qubo(weights, offset)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"the {name} is no QUBO ({error}); give {{(i, j): weight}}, linear terms as (i, i)"
        ) from error
    check_bqm(name, bqm)
    return Problem(kind, bqm, None, name)


def _is_graph(source: Any) -> bool:
    # If it is one, networkx has been imported; the host does not need it otherwise.
    networkx = sys.modules.get("networkx")
    return networkx is not None and isinstance(source, networkx.Graph)


def _from_file(source: Any, as_kind: Kind | None) -> Problem:
    from ..files import read_problem  # which needs this package

    return read_problem(source, as_kind)


_SOURCES: tuple[tuple[Callable[[Any], bool], Callable[[Any, Kind | None], Problem]], ...] = (
    (lambda source: isinstance(source, str | PathLike), _from_file),
    (lambda source: isinstance(source, dimod.BinaryQuadraticModel), from_bqm),
    (lambda source: isinstance(source, MODELS), from_constrained),
    # Some sparse matrices are dictionaries too.
    (lambda source: isinstance(source, np.ndarray) or is_sparse(source), from_matrix),
    (lambda source: isinstance(source, Mapping), from_qubo),
    (_is_graph, from_graph),
)
