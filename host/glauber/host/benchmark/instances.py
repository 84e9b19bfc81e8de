"""Problems of the benchmark that are made here, the same every time."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import dimod
import networkx
import numpy as np
from numpy.typing import NDArray

from ..compile import IsingProblem
from ..errors import OptionError
from ..problems import Problem
from ..schedule import default_beta_range

__all__ = ["GENERATED", "Instance", "generate", "make_instance"]


@dataclass(frozen=True)
class Instance:
    """A problem of spins, whose variables are the numbers from 0 on.

    best : the lowest energy that is known, or None
    target : a read whose energy is at most this has succeeded; None if that is not measured
    forward : for a periodic lattice, the coupling of every site to the next one along each axis,
        shape (*lattice, axes); otherwise None
    """

    name: str
    bqm: dimod.BinaryQuadraticModel
    best: float | None = None
    target: float | None = None
    forward: NDArray[np.float64] | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        return self.bqm.num_variables

    @functools.cached_property
    def beta_range(self) -> tuple[float, float]:
        """What all annealers use where sweeps are equal: Glauber's default."""
        return default_beta_range(IsingProblem.from_bqm(self.bqm))

    @functools.cached_property
    def field_scale(self) -> float:
        """The root mean square of a spin's field in a random state."""
        vectors = self.bqm.to_numpy_vectors(range(self.size))
        squares = 2 * np.square(vectors.quadratic.biases).sum()
        return float(np.sqrt((squares + np.square(vectors.linear_biases).sum()) / self.size))

    def energies(self, samples: NDArray[np.int8]) -> NDArray[np.float64]:
        """Energies of samples +-1, shape (reads, variables)."""
        return self.bqm.energies((samples, range(self.size)))


def make_instance(
    problem: Problem, name: str, best: float | None = None, target: float | None = None
) -> Instance:
    """An instance of any problem; its variables are numbered in their order."""
    bqm = problem.bqm.change_vartype(dimod.SPIN, inplace=False)
    bqm.relabel_variables({label: number for number, label in enumerate(bqm.variables)})
    return Instance(name, bqm, best, target)


def generate(name: str) -> Instance:
    """The instance of that name. Raises `OptionError` for one that there is not."""
    if name not in GENERATED:
        raise OptionError(
            f"there is no instance {name!r}; choose among {', '.join(GENERATED)}, or give a file"
        )
    return GENERATED[name](name)


def _from_edges(size: int, i: NDArray, j: NDArray, weights: NDArray) -> dimod.BinaryQuadraticModel:
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        np.zeros(size), (i, j, weights.astype(float)), 0.0, dimod.SPIN
    )


def _lattice(name: str, shape: tuple[int, ...], best: float | None = None) -> Instance:
    """Couplings +-1 on a periodic lattice."""
    signs = np.random.default_rng(1).choice(np.array([-1.0, 1.0]), (*shape, len(shape)))
    sites = np.arange(np.prod(shape)).reshape(shape)
    pairs = [(sites, np.roll(sites, -1, axis), signs[..., axis]) for axis in range(len(shape))]
    i, j, weights = (np.concatenate([pair[part].ravel() for pair in pairs]) for part in range(3))
    bqm = _from_edges(sites.size, i, j, weights)
    return Instance(name, bqm, best, best, signs)


def _regular(name: str, size: int) -> Instance:
    """Max-cut of a random graph in which every vertex has three neighbours."""
    edges = np.array(networkx.random_regular_graph(3, size, seed=1).edges)
    return Instance(name, _from_edges(size, edges[:, 0], edges[:, 1], np.ones(len(edges))))


def _complete(name: str, size: int, best: float | None = None) -> Instance:
    """Sherrington and Kirkpatrick's spin glass: a coupling +-1 of every pair."""
    i, j = np.triu_indices(size, 1)
    signs = np.random.default_rng(1).integers(0, 2, len(i)) * 2.0 - 1
    return Instance(name, _from_edges(size, i, j, signs), best, best)


def _machine(name: str, visible: int, hidden: int) -> Instance:
    """A restricted Boltzmann machine with normal weights and biases."""
    rng = np.random.default_rng(1)
    i, j = (grid.ravel() for grid in np.indices((visible, hidden)))
    weights = rng.normal(size=len(i)) / np.sqrt(hidden)
    bqm = _from_edges(visible + hidden, i, j + visible, weights)
    for variable, bias in enumerate(rng.normal(size=visible + hidden) / 4):
        bqm.add_linear(variable, float(bias))
    return Instance(name, bqm)


GENERATED: dict[str, Callable[[str], Instance]] = {
    "lattice2d": lambda name: _lattice(name, (32, 32)),
    "lattice3d": lambda name: _lattice(name, (10, 10, 10)),
    "glass3d": lambda name: _lattice(name, (6, 6, 6)),
    "regular3": lambda name: _regular(name, 1000),
    "sk256": lambda name: _complete(name, 256),
    "rbm": lambda name: _machine(name, 256, 128),
}
