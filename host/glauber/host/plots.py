"""Pictures of results."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import EnvironmentMissingError

if TYPE_CHECKING:
    # Not at run time: only energies need dimod, and only a picture Matplotlib.
    import dimod
    from matplotlib.figure import Figure

__all__ = ["PLOT_SUFFIXES", "plain_text", "plot_energies", "save_figure"]

PLOT_SUFFIXES = (".png", ".pdf", ".svg")


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


def plot_energies(
    path: Path, sampleset: "dimod.SampleSet", title: str, target: float | None = None
) -> None:
    """Draws a histogram of the reads' energies into the file `path`.

    Raises `EnvironmentMissingError` if the file cannot be written.
    """
    from matplotlib.figure import Figure

    energies = sampleset.record.energy
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.hist(energies, bins=min(40, max(1, len(np.unique(energies)))), color="#4a7fb5")
    axes.axvline(energies.min(), color="#c0392b", label=f"best {energies.min():.10g}")
    if target is not None:
        axes.axvline(target, color="black", linestyle="--", label=f"target {target:.10g}")
    sweeps = sampleset.info["num_sweeps"]
    axes.set(
        xlabel="energy",
        ylabel="reads",
        title=f"{plain_text(title)}: {len(energies)} reads of {sweeps} sweeps",
    )
    axes.legend()
    save_figure(path, figure)
