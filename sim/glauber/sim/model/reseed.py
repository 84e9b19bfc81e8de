"""The model of the reseeds: which words go into the generators, and after which sweeps."""

import numpy as np

from glauber.hdl.facts.health import RESEED_REPLAY, RESEED_WORDS, RESEEDS_MISSED_MAX

__all__ = ["Reseeder"]


class Reseeder:
    """Says after which sweeps to mix a word into all generators, and which.

    setting : the word of `Register.RESEED`
    record : uint32, shape (RESEED_WORDS,)
        `Region.RESEEDS`.
    done, missed : as their registers
    """

    def __init__(self) -> None:
        self.record = np.zeros(RESEED_WORDS, np.uint32)
        self._held: int | None = None
        self.set(0)

    def set(self, setting: int) -> None:
        """A new setting, from which on sweeps and reseeds are counted."""
        self.setting = setting
        self.done = self.missed = 0
        self.sweeps_left = self.interval

    @property
    def interval(self) -> int:
        """Sweeps from reseed to reseed; 0 for none."""
        return self.setting & ~RESEED_REPLAY

    def offer(self, word: int) -> bool:
        """Whether a fresh word is taken."""
        if self._held is not None or not self.interval or self.setting & RESEED_REPLAY:
            return False
        self._held = word
        return True

    def drop(self) -> None:
        """Forget the word that is held: its source is not sound, or not known to be."""
        self._held = None

    def pass_sweeps(self, sweeps: int) -> int:
        """So many sweeps, `sweeps_left` at most, are done: the word to mix in after them, or 0."""
        if not self.interval:
            return 0
        self.sweeps_left -= sweeps
        if self.sweeps_left:
            return 0
        self.sweeps_left = self.interval
        if self.done >= RESEED_WORDS:
            self._miss()
            return 0
        if self.setting & RESEED_REPLAY:
            word = int(self.record[self.done])
        else:
            word, self._held = self._held or 0, None
            self.record[self.done] = word
        self.done += 1
        if not word:
            self._miss()
        return word

    def _miss(self) -> None:
        self.missed = min(RESEEDS_MISSED_MAX, self.missed + 1)
