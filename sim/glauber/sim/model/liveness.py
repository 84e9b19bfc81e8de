"""The model of the liveness test: when a generator that stands still is found."""

from glauber.hdl.facts.health import LIVENESS_WINDOW

__all__ = ["LivenessModel"]


class LivenessModel:
    """Windows of draws, from one seeding to the next, over however many runs.

    A generator is found at the end of the first window that began after its death. The gates need
    some clocks for the alarm, in which a sweep may end and another begin; and they find it a window
    earlier if its bits happened to be equal before. So the sweep in which a run ends may differ.
    """

    def __init__(self) -> None:
        self._drawn = 0
        self._alarm: int | None = None  # after how many draws

    def restart(self, dead: bool) -> None:
        """Generators were seeded; whether one of them stands still."""
        self._drawn, self._alarm = 0, None
        self.look(dead)

    def look(self, dead: bool) -> None:
        """Whether a generator stands still from now on."""
        if dead and self._alarm is None:
            self._alarm = (-(-self._drawn // LIVENESS_WINDOW) + 1) * LIVENESS_WINDOW

    def pass_draws(self, draws: int) -> bool:
        """So many draws are done; whether there is an alarm."""
        self._drawn += draws
        return self._alarm is not None and self._drawn >= self._alarm

    def sweeps_left(self, draws: int) -> int:
        """After how many sweeps of so many draws there is an alarm; 0 for never."""
        if self._alarm is None:
            return 0
        return max(1, -(-(self._alarm - self._drawn) // draws))
