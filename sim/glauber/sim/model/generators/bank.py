"""What every family of generators offers to the model."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.generators import RESET_WORD, Generator

__all__ = ["GeneratorBank", "Words"]

Words = NDArray[np.uint32]


class GeneratorBank(ABC):
    """Generators of one kind, `units` for each of `lanes` lanes, which draw in step.

    state : uint32, shape (words, lanes, units)
        Word 0 of the state first; behind the state, what the gates hold of words under way.
    """

    extra_words = 0

    def __init__(self, generator: Generator, lanes: int, units: int) -> None:
        self.generator = generator
        self._seed_words = generator.seed_words
        self.state = np.zeros((self._seed_words + self.extra_words, lanes, units), np.uint32)
        self.state[: self._seed_words] = RESET_WORD

    @abstractmethod
    def draw(self, words: Words) -> None:
        """Steps all generators `draws` times per row and stores what they deliver.

        words : uint32, shape (rows, lanes, draws * units)
            Word `d` of a row from unit `g` goes into column `d * units + g`.
        """

    @property
    def dead(self) -> bool:
        """Whether the state of any generator is zero, which it never leaves."""
        return not self.state[: self._seed_words].any(axis=0).all()

    def inject(self, word: int) -> None:
        """XORs a word into word 0 of all states: a reseed."""
        self.state[0] ^= np.uint32(word)

    def seed(self, index: NDArray[np.int64], words: Words) -> None:
        """Seed words of generators, for the places `(lane * units + unit) * seed_words + k`.

        Words of one generator must come in order; the first clears it.
        """
        units = self.state.shape[2]
        for k in range(self._seed_words):
            chosen = index % self._seed_words == k
            if not chosen.any():
                continue
            lane, unit = np.divmod(index[chosen] // self._seed_words, units)
            part = self._part(np.ascontiguousarray(self.state[:, lane, unit]))
            if k == 0:
                part.state[:] = 0
            part.step()
            part.state[0, 0] ^= words[chosen]
            for _ in range(self.generator.warmup * (k == self._seed_words - 1)):
                part.step()
            self.state[:, lane, unit] = part.state[:, 0]

    def step(self) -> None:
        """One step of all generators; what they deliver is dropped."""
        self.draw(np.empty((1, *self.state.shape[1:]), np.uint32))

    def _part(self, state: Words) -> "GeneratorBank":
        """A bank of one lane with a state of the shape (words, units)."""
        part = type(self)(self.generator, 1, state.shape[1])
        part.state[:, 0] = state
        return part
