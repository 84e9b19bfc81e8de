"""A picture of raw bits, in which what is wrong with a noise source can be seen."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .entropy import LABELS, Estimates
from .plots import plain_text, save_figure

if TYPE_CHECKING:
    # Not at run time: Matplotlib is slow to import.
    from matplotlib.axes import Axes

__all__ = ["autocorrelation", "plot_noise", "run_lengths"]

_WIDTH = 256  # bits of a line of the image
_LINES = 256
_LAGS = 64
_Z = 3.2905  # standard deviations on either side that hold 99.9 % of a normal law
_BLUE, _RED = "#4a7fb5", "#c0392b"


def plot_noise(
    path: Path, bits: NDArray[np.uint8], estimates: Estimates, claim: float, title: str
) -> None:
    """Draws raw bits, shape (n,), and what was found of them into the file `path`.

    Four parts: the first 65,536 bits, 256 to a line; the lengths of runs, beside those of fair
    bits; the autocorrelation; and the estimates, beside the min-entropy that is claimed per bit.

    Raises `EnvironmentMissingError` if the file cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 9), layout="constrained")
    figure.suptitle(plain_text(title))
    axes = figure.subplots(2, 2)
    _draw_bits(axes[0, 0], bits)
    _draw_runs(axes[0, 1], bits)
    _draw_autocorrelation(axes[1, 0], bits)
    _draw_estimates(axes[1, 1], estimates, claim)
    figure.supxlabel(
        "An estimate below the claim speaks against it. Estimates above it do not prove it: they "
        "cannot tell jitter from an intricate pattern.",
        fontsize="small",
    )
    save_figure(path, figure)


def run_lengths(bits: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many runs of equal bits there are of each length, from length 0 on."""
    borders = np.flatnonzero(np.diff(bits)) + 1
    return np.bincount(np.diff(np.concatenate([[0], borders, [len(bits)]])))


def autocorrelation(bits: NDArray[np.uint8], lags: int = _LAGS) -> NDArray[np.float64]:
    """The correlation of the bits with those 1, 2 .. `lags` later; 0 for constant bits.

    `sum (x[i] - m) (x[i + d] - m) / sum (x[i] - m)**2` with m the mean of x; for n independent
    bits close to a normal law with a standard deviation of `n**-0.5`.
    """
    centred = bits - bits.mean()
    power = float(centred @ centred)
    return np.array([centred[:-d] @ centred[d:] / (power or 1.0) for d in range(1, lags + 1)])


def _draw_bits(axes: "Axes", bits: NDArray[np.uint8]) -> None:
    shown = bits[: _WIDTH * _LINES]
    lines = -(-len(shown) // _WIDTH)
    image = np.full(lines * _WIDTH, np.nan)  # what is missing of the last line stays empty
    image[: len(shown)] = shown
    axes.imshow(
        image.reshape(lines, _WIDTH),
        cmap="gray",
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="nearest",
        extent=(0, _WIDTH, lines, 0),
    )
    axes.set_facecolor("#dddddd")
    axes.set(
        title=f"The first {len(shown)} bits, line by line (1 is white)",
        xlabel="bit of the line",
        ylabel="line",
    )


def _draw_runs(axes: "Axes", bits: NDArray[np.uint8]) -> None:
    counts = run_lengths(bits)[1:]
    lengths = np.arange(1, len(counts) + 1)
    last = max(1, int(np.log2(len(bits))))  # beyond, fair bits have less than one run
    fair = np.arange(1, last + 1)
    axes.bar(lengths, counts, color=_BLUE, width=max(0.8, len(counts) / 200), label="observed")
    # Of n fair bits (n - k + 3) / 2**(k + 1) runs have the length k, the two ends included.
    axes.plot(
        fair, (len(bits) - fair + 3) / 2.0 ** (fair + 1), color=_RED, marker=".", label="fair bits"
    )
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.5)
    axes.set(title="Runs of equal bits", xlabel="length of the run (bits)", ylabel="runs")
    axes.legend()


def _draw_autocorrelation(axes: "Axes", bits: NDArray[np.uint8]) -> None:
    found = autocorrelation(bits)
    band = _Z / len(bits) ** 0.5
    axes.axhspan(-band, band, color="#dddddd", label="99.9 % of independent bits")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.vlines(np.arange(1, _LAGS + 1), 0, found, color=_BLUE, linewidth=2)
    limit = 1.1 * max(1.5 * band, float(np.abs(found).max()))
    axes.set(
        title="Autocorrelation", xlabel="lag (raw bits)", ylabel="correlation", ylim=(-limit, limit)
    )
    axes.legend(loc="upper right")


def _draw_estimates(axes: "Axes", estimates: Estimates, claim: float) -> None:
    figures = {LABELS[name]: value for name, value in estimates.as_dict().items()}
    colours = [_RED if value < claim else _BLUE for value in figures.values()]
    bars = axes.barh(list(figures), list(figures.values()), color=colours)
    axes.bar_label(bars, fmt=" %.3f")
    axes.axvline(claim, color="black", linestyle="--", label=f"claim {claim:g}")
    axes.set(
        title="Estimates of SP 800-90B",
        xlabel="min-entropy (bits per raw bit)",
        xlim=(0, 1.15),
        ylim=(len(figures) + 0.2, -0.6),  # the first on top, and room for the legend
    )
    axes.legend(loc="lower left")
