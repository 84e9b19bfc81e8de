"""Banks of generators that draw in step."""

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.generators import RESET_WORD, Generator

from .generators import advance, state_words
from .kernel import KernelShape, draw_kernel

__all__ = ["GeneratorBank"]

Words = NDArray[np.uint32]


class GeneratorBank:
    """Generators of one kind, `units` for each of `lanes` lanes, as after reset.

    state : uint32, shape (words, lanes, units)
        Word 0 of the state first; behind the state, what the gates hold of words under way.
    """

    def __init__(self, generator: Generator, lanes: int, units: int) -> None:
        self.generator = generator
        self._seed_words = generator.seed_words
        self.state = np.zeros((state_words(generator), lanes, units), np.uint32)
        self.state[: self._seed_words] = RESET_WORD

    def draw(self, words: Words) -> None:
        """Steps all generators `draws` times per row and stores what they deliver.

        words : uint32, shape (rows, lanes, draws * units)
            Word `d` of a row from unit `g` goes into column `d * units + g`.
        """
        rows, lanes, columns = words.shape
        units = self.state.shape[2]
        kernel = draw_kernel(KernelShape(self.generator, units, columns // units))
        kernel(self.state, words, rows, lanes, units)

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
            state = list(self.state[:, lane, unit])
            if k == 0:
                state[: self._seed_words] = [np.zeros(len(lane), np.uint32)] * self._seed_words
            _, state = advance(self.generator, state)
            state[0] = state[0] ^ words[chosen]
            for _ in range(self.generator.warmup * (k == self._seed_words - 1)):
                _, state = advance(self.generator, state)
            self.state[:, lane, unit] = state
