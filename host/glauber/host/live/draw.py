"""Arrays as text: states as half blocks, a series as a chart of blocks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["chart", "half_blocks"]

_HALVES = np.array([" ", "▄", "▀", "█"])  # by the upper pixel, then the lower one
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_LARGEST = 8  # cells that a pixel is enlarged to at most


def half_blocks(states: NDArray[np.int8], width: int, height: int) -> list[str]:
    """A picture of states +-1, shape (rows, columns), in at most `height` lines of `width`.

    A cell shows two pixels, one above the other; +1 is filled. What is too large is shown by the
    majority of squares of states, a tie as +1; what is small is enlarged.
    """
    rows, columns = states.shape
    shrink = max(1, -(-rows // (2 * height)), -(-columns // width))
    pixels = _shrunk(states, shrink)
    grow = max(1, min(2 * height // pixels.shape[0], width // pixels.shape[1], _LARGEST))
    pixels = pixels.repeat(grow, 0).repeat(grow, 1)
    if len(pixels) % 2:
        pixels = np.vstack([pixels, np.zeros_like(pixels[:1])])
    cells = 2 * pixels[::2].astype(np.int8) + pixels[1::2]
    return ["".join(line) for line in _HALVES[cells]]


def _shrunk(states: NDArray[np.int8], factor: int) -> NDArray[np.bool_]:
    if factor == 1:
        return states > 0
    rows, columns = states.shape
    sums = np.add.reduceat(states, np.arange(0, rows, factor), 0, np.int64)
    return np.add.reduceat(sums, np.arange(0, columns, factor), 1) >= 0


def chart(values: Sequence[float], width: int, height: int) -> list[str]:
    """The last `width` values as columns, in `height` lines, from the least to the greatest."""
    shown = np.asarray(values, np.float64)[-width:]
    low, high = shown.min(), shown.max()
    spread = high - low
    part = (shown - low) / spread if spread else np.full(len(shown), 0.5)
    levels = 1 + np.rint(part * (8 * height - 1)).astype(np.int64)
    return [
        "".join(_EIGHTHS[min(max(level - 8 * line, 0), 8)] for level in levels.tolist())
        for line in reversed(range(height))
    ]
