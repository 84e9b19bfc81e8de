"""The way of a run through its schedule: steps, operations and loops."""

from collections.abc import Sequence

from glauber.hdl.facts.operations import REPEAT_LEVELS, Operation, Repeat
from glauber.hdl.facts.program import Step

__all__ = ["Course"]


class Course:
    """Where a run is in its schedule.

    words : the schedule
    emits : whether steps that say so emit
    loops : whether the machine can repeat
    """

    def __init__(self, words: Sequence[Step | Operation], *, emits: bool, loops: bool) -> None:
        self._words = words
        self._loops = loops
        self._place = 0
        self._counters = [0] * REPEAT_LEVELS
        # For each place of a step, the place behind the steps up to the next rest.
        self._ends = [0] * len(words)
        end = len(words)
        for place in reversed(range(len(words))):
            word = words[place]
            if not isinstance(word, Step):
                end = place
            elif emits and word.emit:
                end = place + 1
            self._ends[place] = end

    @property
    def ended(self) -> bool:
        """Whether nothing follows what was taken last."""
        return self._place == len(self._words)

    def take(self) -> Operation | Sequence[Step]:
        """The operation whose turn it is, or the steps up to the next rest."""
        place = self._place
        word = self._words[place]
        if isinstance(word, Step):
            self._place = self._ends[place]
            return self._words[place : self._place]  # pyright: ignore[reportReturnType]
        self._place += 1
        if isinstance(word, Repeat) and self._loops:
            self._repeat(word, place)
        return word

    def _repeat(self, loop: Repeat, place: int) -> None:
        counters = self._counters
        if counters[loop.level] < loop.count:
            counters[loop.level] += 1
            # Hosts send no loop that begins before the schedule; what it would do is not defined.
            self._place = max(0, place - loop.length)
        else:
            counters[loop.level] = 0
