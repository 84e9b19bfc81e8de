"""Pictures of results."""

from pathlib import Path

import dimod
import numpy as np

from .errors import EnvironmentMissingError

__all__ = ["PLOT_SUFFIXES", "plot_energies"]

PLOT_SUFFIXES = (".png", ".pdf", ".svg")


def plot_energies(
    path: Path, sampleset: dimod.SampleSet, title: str, target: float | None = None
) -> None:
    """Draws a histogram of the reads' energies into the file `path`.

    Raises `EnvironmentMissingError` if the file cannot be written.
    """
    from matplotlib.figure import Figure

    plain = title.replace("$", r"\$")  # between two of them Matplotlib reads mathematics
    energies = sampleset.record.energy
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.hist(energies, bins=min(40, max(1, len(np.unique(energies)))), color="#4a7fb5")
    axes.axvline(energies.min(), color="#c0392b", label=f"best {energies.min():.10g}")
    if target is not None:
        axes.axvline(target, color="black", linestyle="--", label=f"target {target:.10g}")
    axes.set(
        xlabel="energy",
        ylabel="reads",
        title=f"{plain}: {len(energies)} reads of {sampleset.info['num_sweeps']} sweeps",
    )
    axes.legend()
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise EnvironmentMissingError(
            f"cannot write {path}: {error.strerror}; choose another place"
        ) from error
