"""Problems by name for benchmarks: made ones, or those of a file."""

import dimod
import numpy as np

from glauber.host import read_problem
from glauber.host.problems.problem import Kind

__all__ = ["MADE", "instance"]


def _signs(first: np.ndarray, second: np.ndarray, size: int) -> dimod.BinaryQuadraticModel:
    """Couplings of +-1 between the given pairs."""
    values = np.random.default_rng(1).choice([-1.0, 1.0], len(first))
    pairs = first, second, values
    return dimod.BinaryQuadraticModel.from_numpy_vectors(np.zeros(size), pairs, 0.0, dimod.SPIN)


def lattice(side: int) -> dimod.BinaryQuadraticModel:
    """A square spin glass with periodic edges."""
    site = np.arange(side * side).reshape(side, side)
    beside = [np.roll(site, 1, axis).ravel() for axis in (0, 1)]
    return _signs(np.tile(site.ravel(), 2), np.concatenate(beside), site.size)


def regular(size: int) -> dimod.BinaryQuadraticModel:
    """A random graph in which every variable has three neighbours."""
    import networkx

    edges = np.array(networkx.random_regular_graph(3, size, seed=1).edges())
    return _signs(edges[:, 0], edges[:, 1], size)


def dense(size: int) -> dimod.BinaryQuadraticModel:
    """A Sherrington-Kirkpatrick spin glass with couplings of +-1."""
    return _signs(*np.triu_indices(size, 1), size)


MADE = {"lattice": lattice, "regular": regular, "dense": dense}


def instance(name: str, as_kind: Kind | None = None) -> tuple[str, dimod.BinaryQuadraticModel]:
    """Name and model of `KIND:SIZE`, with a kind of `MADE`, or of the problem in a file."""
    kind, _, size = name.partition(":")
    if kind in MADE and size:
        return name, MADE[kind](int(size))
    problem = read_problem(name, as_kind)
    return problem.name, problem.bqm
