"""What the live view shows: a pure function of what was seen."""

from collections import deque

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.text import Text

from .draw import chart, half_blocks
from .run import LiveFrame

__all__ = ["LiveView"]

_HISTORY = 1024
_PICTURE = "#f2c14e on #22304a"
_CHART = "#5fb3b3"
_KEYS = "q quit   + - beta   space pause   n next replica"


class LiveView:
    """A problem's name, its lattice, and what was seen of it so far.

    Parameters
    ----------
    title : str
    lattice : int64, shape (rows, columns), or None
        Indices of the variables, from `find_lattice`; without it all replicas are shown as lines.
    """

    def __init__(self, title: str, lattice: NDArray[np.int64] | None = None) -> None:
        self.title = title
        self.lattice = lattice
        self.replica = 0
        self.paused = False
        self.lowest = np.inf
        self._means: deque[float] = deque(maxlen=_HISTORY)

    def see(self, frame: LiveFrame) -> None:
        """Take a frame into the history."""
        self.lowest = min(self.lowest, float(frame.energies.min()))
        self._means.append(float(frame.energies.mean()))

    def render(self, frame: LiveFrame, width: int, height: int) -> RenderableType:
        """The view in a terminal of `width` x `height` cells: what fits, the state first.

        At least one frame, as a rule this one, has been seen.
        """
        width, height = max(width, 1), max(height, 1)
        above = [Text(self.title, style="bold")] if height >= 6 else []
        below = self._below(frame, width, height)
        room = height - len(above) - len(below)
        picture = self._picture(frame, width, room) if room > 0 else []
        lines = above + picture + below
        for line in lines:
            line.no_wrap, line.overflow = True, "crop"
            line.truncate(width)
        return Group(*lines[:height])

    def _picture(self, frame: LiveFrame, width: int, height: int) -> list[Text]:
        if self.lattice is not None:
            states = frame.states[self.replica % len(frame.states)][self.lattice]
        else:
            states = frame.states
        return [Text(line, style=_PICTURE) for line in half_blocks(states, width, height)]

    def _below(self, frame: LiveFrame, width: int, height: int) -> list[Text]:
        """Energies, rate and keys, as far as they leave half of the terminal to the picture."""
        rate = frame.updates / frame.seconds * 1e-9 if frame.seconds else 0.0
        replicas = len(frame.states)
        shown = f"replica {self.replica % replicas + 1} of {replicas}"
        if self.lattice is None:
            shown = f"{replicas} replicas, one a line"
        state = "   PAUSED" if self.paused else ""
        numbers = Text(
            f"beta {frame.beta:.4g}   sweep {frame.sweeps:,}   {shown}   "
            f"{rate:.3g} updates/ns{state}"
        )
        energy = Text(
            f"energy {frame.energies.mean():.6g} mean   {frame.energies.min():.6g} lowest now   "
            f"{self.lowest:.10g} lowest seen"
        )
        curve = chart(self._means, width, 3 if height >= 20 else 1)
        lines = [Text(line, style=_CHART) for line in curve]
        lines += [energy, numbers, Text(_KEYS, style="dim")]
        # From the bottom up: numbers matter most when there is little room.
        order = [-2, -3, *range(-4, -4 - len(curve), -1), -1]
        kept = {len(lines) + index for index in order[: height // 2]}
        return [line for index, line in enumerate(lines) if index in kept]
