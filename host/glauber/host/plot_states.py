"""Pictures of states: a lattice, a cut graph, a matrix."""

from typing import TYPE_CHECKING

import dimod
import numpy as np
from numpy.typing import NDArray

from .errors import EnvironmentMissingError
from .lattice import find_lattice

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_cut", "draw_lattice", "draw_matrix"]

_UP, _DOWN = "#c0392b", "#f4f1ea"
_MATRIX_ROWS = 256

Spins = NDArray[np.int8]


def draw_lattice(
    axes: "Axes", bqm: dimod.BinaryQuadraticModel, spins: Spins, energy: float
) -> None:
    """The spins of a lattice as pixels, +1 black; `spins` in the order of `bqm.variables`."""
    lattice = find_lattice(bqm)
    assert lattice is not None  # `choose_kinds` has looked
    axes.imshow(spins[lattice], cmap="gray_r", vmin=-1, vmax=1, interpolation="nearest")
    axes.set(
        xticks=[],
        yticks=[],
        title=f"{lattice.shape[0]} x {lattice.shape[1]} spins, energy {energy:.10g}",
    )


def draw_cut(axes: "Axes", bqm: dimod.BinaryQuadraticModel, spins: Spins, energy: float) -> None:
    """The graph of the couplings; a coupling is frustrated if the state has it raise the energy.

    Raises `EnvironmentMissingError` if there is no networkx.
    """
    try:
        import networkx
    except ImportError as error:
        raise EnvironmentMissingError(
            "drawing a cut needs networkx, which is not installed; run `pip install networkx`, or "
            "plot states"
        ) from error
    variables = list(bqm.variables)
    spin_model = bqm.change_vartype(dimod.SPIN, inplace=False)
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(variables)))
    first, second, weights = spin_model.to_numpy_vectors(variables).quadratic
    graph.add_edges_from(zip(first.tolist(), second.tolist(), strict=True))
    places = networkx.spring_layout(graph, seed=1, iterations=200)
    at = np.array([places[node] for node in range(len(variables))])
    raised = weights * spins[first] * spins[second] > 0
    for chosen, colour, style, label in (
        (~raised, "#4a7fb5", "-", "satisfied"),
        (raised, "#999999", ":", "frustrated"),
    ):
        ends = np.stack(
            [at[first[chosen]], at[second[chosen]], np.full((chosen.sum(), 2), np.nan)], 1
        )
        x, y = ends.reshape(-1, 2).T
        axes.plot(x, y, style, color=colour, label=f"{chosen.sum()} couplings {label}", zorder=1)
    size = float(np.clip(6000 / len(variables), 12, 200))
    for value, colour in ((1, _UP), (-1, _DOWN)):
        side = at[spins == value]
        axes.scatter(
            *side.T,
            s=size,
            c=colour,
            edgecolors="black",
            label=f"{len(side)} at {value:+}",
            zorder=2,
        )
    axes.set_title(f"lowest state, energy {energy:.10g}")
    axes.set_axis_off()
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False)


def draw_matrix(axes: "Axes", spins: Spins, energies: np.ndarray) -> None:
    """States as lines of pixels, +1 black, those of the lowest energies on top."""
    order = np.argsort(energies, kind="stable")[:_MATRIX_ROWS]
    axes.imshow(
        spins[order], cmap="gray_r", vmin=-1, vmax=1, interpolation="nearest", aspect="auto"
    )
    axes.set(
        xlabel="variable",
        ylabel="sample, by energy",
        title=f"the {len(order)} lowest of {len(energies)} states",
    )
