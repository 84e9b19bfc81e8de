"""Pictures of results."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import EnvironmentMissingError, OptionError

if TYPE_CHECKING:
    # Not at run time: only samples need dimod, and only a picture Matplotlib.
    import dimod
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "PLOT_KINDS",
    "PLOT_SUFFIXES",
    "choose_kinds",
    "plain_text",
    "plot_samples",
    "save_figure",
]

PLOT_SUFFIXES = (".png", ".pdf", ".svg")
PLOT_KINDS = ("energies", "trace", "lattice", "cut", "states")
_CUT_BY_DEFAULT = 100  # variables; more make a ball of wool
_CUT_MOST = 400
_TRACES = 16  # reads that have a line of their own


def plain_text(text: str) -> str:
    """`text` as Matplotlib draws it literally: between two dollars it reads mathematics."""
    return text.replace("$", r"\$")


def save_figure(path: Path, figure: "Figure") -> None:
    """Writes a figure. Raises `EnvironmentMissingError` if the file cannot be written."""
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise EnvironmentMissingError(
            f"cannot write {path}: {error.strerror}; choose another place"
        ) from error


def choose_kinds(
    bqm: "dimod.BinaryQuadraticModel", samples_per_read: int, kind: str | None = None
) -> tuple[str, ...]:
    """The parts of a picture: `kind` alone, or by default energies and states as suits the problem.

    Energies are a "trace" if reads keep several samples, else a histogram. States are a "lattice"
    if the problem is one, the "cut" of a small graph, else all of them as a matrix. Raises
    `OptionError` for a kind that there is not, or that this problem or run does not have.
    """
    from .lattice import find_lattice

    size = bqm.num_variables
    if kind is None:
        states = "cut" if size <= _CUT_BY_DEFAULT and bqm.num_interactions else "states"
        if find_lattice(bqm) is not None:
            states = "lattice"
        return "trace" if samples_per_read > 1 else "energies", states
    if kind not in PLOT_KINDS:
        raise OptionError(
            f"the kind of plot is {kind!r}; it must be one of {', '.join(PLOT_KINDS)}"
        )
    if kind == "trace" and samples_per_read < 2:
        raise OptionError(
            "a trace needs several samples of a read; use `glauber sample` with "
            "--samples-per-read, or plot energies"
        )
    if kind == "lattice" and find_lattice(bqm) is None:
        raise OptionError(
            "the problem is no square lattice: its variables must be counted row by row, or called "
            "(row, column), and couplings join neighbours; plot cut or states"
        )
    if kind == "cut" and size > _CUT_MOST:
        raise OptionError(
            f"the problem has {size} variables, a plot of the cut shows {_CUT_MOST} or fewer; "
            "plot states or energies"
        )
    return (kind,)


def plot_samples(
    path: Path,
    bqm: "dimod.BinaryQuadraticModel",
    sampleset: "dimod.SampleSet",
    title: str,
    *,
    kinds: tuple[str, ...],
    samples_per_read: int = 1,
    target: float | None = None,
) -> None:
    """Draws parts that `choose_kinds` chose, side by side, into the file `path`.

    `sampleset` holds `samples_per_read` samples of every read, one after the other, and at least
    one read. Raises `EnvironmentMissingError` if the file cannot be written, or if there is no
    networkx for a cut.
    """
    from matplotlib.figure import Figure

    from .plot_states import draw_cut, draw_lattice, draw_matrix

    figure = Figure(figsize=(6.4 * len(kinds), 4.8), layout="constrained")
    figure.suptitle(plain_text(title))
    energies = sampleset.record.energy
    best = int(energies.argmin())
    order = [sampleset.variables.index(name) for name in bqm.variables]
    spins = np.where(sampleset.record.sample[:, order] > 0, 1, -1).astype(np.int8)
    for axes, kind in zip(figure.subplots(1, len(kinds), squeeze=False)[0], kinds, strict=True):
        if kind == "energies":
            _draw_energies(axes, energies, target)
        elif kind == "trace":
            _draw_trace(axes, energies.reshape(-1, samples_per_read), target)
        elif kind == "lattice":
            draw_lattice(axes, bqm, spins[best], float(energies[best]))
        elif kind == "cut":
            draw_cut(axes, bqm, spins[best], float(energies[best]))
        else:
            draw_matrix(axes, spins, energies)
    save_figure(path, figure)


def _draw_energies(axes: "Axes", energies: np.ndarray, target: float | None) -> None:
    """A histogram."""
    axes.hist(energies, bins=min(40, max(1, len(np.unique(energies)))), color="#4a7fb5")
    axes.axvline(energies.min(), color="#c0392b", label=f"lowest {energies.min():.10g}")
    if target is not None:
        axes.axvline(target, color="black", linestyle="--", label=f"target {target:.10g}")
    axes.set(xlabel="energy", ylabel="samples", title=f"{len(energies)} samples")
    axes.legend()


def _draw_trace(axes: "Axes", energies: np.ndarray, target: float | None) -> None:
    """Energies of shape (reads, samples) from sample to sample: of some reads, and the mean."""
    for read in energies[:_TRACES]:
        axes.plot(read, color="#4a7fb5", alpha=0.35, linewidth=0.8)
    axes.plot(energies.mean(0), color="#c0392b", label=f"mean of {len(energies)} reads")
    if target is not None:
        axes.axhline(target, color="black", linestyle="--", label=f"target {target:.10g}")
    shown = min(_TRACES, len(energies))
    axes.set(xlabel="sample", ylabel="energy", title=f"energy of {shown} reads, and the mean")
    axes.legend()
