"""A picture of a ladder: how often neighbours exchange, and the energies of the rungs."""

from pathlib import Path
from typing import Any

import numpy as np

from .plots import plain_text, save_figure

__all__ = ["plot_rungs"]


def plot_rungs(path: Path, title: str, tempering: dict[str, Any], target: float | None) -> None:
    """Draws what `info["tempering"]` tells into the file `path`.

    Raises `EnvironmentMissingError` if the file cannot be written.
    """
    from matplotlib.figure import Figure

    betas = np.array(tempering["betas"])
    acceptance = np.array(
        [np.nan if part is None else part for part in tempering["acceptance"]], np.float64
    )
    energies = np.array(tempering["energies"])
    figure = Figure(figsize=(12.8, 4.8), layout="constrained")
    figure.suptitle(plain_text(title))
    left, right = figure.subplots(1, 2)
    left.bar(np.arange(len(acceptance)) + 0.5, acceptance, width=0.8, color="#4a7fb5")
    left.set(
        xlabel="between rungs, the coldest first",
        ylabel="exchanges accepted",
        ylim=(0, 1),
        title=f"{tempering['exchanges']} exchanges",
    )
    for ladder in energies:
        right.plot(betas, ladder, marker=".", color="#4a7fb5", alpha=0.5)
    right.plot(betas, energies.mean(0), color="#c0392b", label=f"mean of {len(energies)} ladders")
    if target is not None:
        right.axhline(target, color="black", linestyle="--", label=f"target {target:.10g}")
    right.set(
        xlabel="beta", ylabel="energy", xscale="log", title="energies of the rungs at the end"
    )
    right.legend()
    save_figure(path, figure)
