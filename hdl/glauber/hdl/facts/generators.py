"""The generators of random words: what each one computes, in plain integers, and which there are.

All of them are linear over GF(2) in their state, whatever they make of it for the output. A state
is an integer whose low 32 bits are its word 0. A generator is put into a state by clearing it and
then stepping it `seed_words` times, with a word XORed into word 0 after each step; `facts.seeding`
says which words. In operation a fresh word may be XORed in the same way: that is a reseed.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from .errors import FactError

__all__ = ["RESET_WORD", "WORD_BITS", "Generator", "Lfsr", "Source", "Xoroshiro64", "Xoshiro128"]

WORD_BITS = 32
RESET_WORD = 1  # every word of a state after reset; a linear generator would never leave zero
_MASK = (1 << WORD_BITS) - 1


def _rotate(word: int, distance: int) -> int:
    return (word << distance | word >> (WORD_BITS - distance)) & _MASK


class Generator(ABC):
    """The definition of a generator; every step delivers a word of 32 bits.

    family
        The module that holds its gates in `glauber.hdl.noise.generators`, and the one that holds
        its model in `glauber.sim.model.generators`.
    state_bits
        32, 64 or 128; the period is `2**state_bits - 1`.
    fresh_bits
        How many bits of a word have not been part of the word before: 32 if it is sound.
    warmup
        Steps between the last seed word and the first word that is used.
    moves
        How many times `move`, the shortest way along the cycle of states, is in a step.
    """

    family: ClassVar[str]
    warmup: ClassVar[int] = 0
    moves: int = 1
    state_bits: int
    fresh_bits: int

    @property
    def seed_words(self) -> int:
        return self.state_bits // WORD_BITS

    @abstractmethod
    def step(self, state: int) -> int:
        """The next state; linear over GF(2)."""

    def move(self, state: int) -> int:
        """The next state on the cycle of which streams are pieces."""
        return self.step(state)

    def word(self, state: int) -> int:
        """The word that is delivered in `state`, by the step that leaves it."""
        return state & _MASK


@dataclass(frozen=True)
class Xoroshiro64(Generator):
    """The linear engine of a xoroshiro generator of two words; the output is s0.

    `t = s0 ^ s1; s0' = rotl(s0, a) ^ t ^ (t << b); s1' = rotl(t, c)`.
    Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021.
    """

    a: int
    b: int
    c: int

    family = "xoroshiro"
    state_bits = 64
    fresh_bits = 32

    def step(self, state: int) -> int:
        s0, s1 = state & _MASK, state >> 32
        mixed = s0 ^ s1
        return (
            _rotate(s0, self.a) ^ mixed ^ (mixed << self.b & _MASK)
            | _rotate(mixed, self.c) << WORD_BITS
        )


@dataclass(frozen=True)
class Lfsr(Generator):
    """A Fibonacci LFSR that shifts in `leap` bits per step; the output is the newest 32 bits.

    The new bit is the XOR of the bits that came in `taps` shifts before; bit 0 is the newest. With
    a leap of 32 all bits of a word are new. The taps must make the period maximal.
    """

    taps: tuple[int, ...]
    leap: int

    family = "lfsr"

    @property
    def state_bits(self) -> int:  # type: ignore[override]
        return max(self.taps)

    @property
    def fresh_bits(self) -> int:  # type: ignore[override]
        return self.leap

    @property
    def moves(self) -> int:  # type: ignore[override]
        return self.leap

    def move(self, state: int) -> int:
        """One shift: streams must not be the same bits, displaced by part of a word, either."""
        new = 0
        for tap in self.taps:
            new ^= state >> (tap - 1)
        return (state << 1 | new & 1) & ((1 << self.state_bits) - 1)

    def step(self, state: int) -> int:
        for _ in range(self.leap):
            state = self.move(state)
        return state


@dataclass(frozen=True)
class Xoshiro128(Generator):
    """xoshiro128++: four words of state, and a nonlinear output of two additions.

    `w = rotl(s0 + s3, r) + s0; t = s1 << a; s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3; s2 ^= t;
    s3 = rotl(s3, b)`. The output is computed in two pipeline steps, so that a state's word is
    delivered two steps later; the first two words after seeding are therefore dropped.
    Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021.
    """

    a: int
    b: int
    r: int

    family = "xoshiro"
    warmup = 2
    state_bits = 128
    fresh_bits = 32

    def _words(self, state: int) -> list[int]:
        return [state >> shift & _MASK for shift in range(0, 128, WORD_BITS)]

    def step(self, state: int) -> int:
        s0, s1, s2, s3 = self._words(state)
        shifted = s1 << self.a & _MASK
        s2, s3 = s2 ^ s0, s3 ^ s1
        s1, s0 = s1 ^ s2, s0 ^ s3
        s2, s3 = s2 ^ shifted, _rotate(s3, self.b)
        return s0 | s1 << 32 | s2 << 64 | s3 << 96

    def word(self, state: int) -> int:
        """The word that belongs to `state`, delivered `warmup` steps after it is left."""
        s0, _, _, s3 = self._words(state)
        return _rotate(s0 + s3 & _MASK, self.r) + s0 & _MASK


class Source(IntEnum):
    """The sources of words that an image can carry, by their number in the header."""

    generator: Generator
    sound: bool
    summary: str

    def __new__(cls, number: int, generator: Generator, sound: bool, summary: str) -> Self:
        source = int.__new__(cls, number)
        source._value_ = number
        source.generator, source.sound, source.summary = generator, sound, summary
        return source

    # fmt: off
    XOROSHIRO64 = 1, Xoroshiro64(26, 9, 13), True, "the default"
    LFSR64 = 2, Lfsr((64, 58, 49, 42), 32), True, "an LFSR with taps far apart, 32 bits per step"
    XOSHIRO128 = 3, Xoshiro128(9, 11, 7), True, "xoshiro128++: nonlinear output, for reference"
    LFSR64_CLOSE = 4, Lfsr((64, 63, 61, 60), 32), False, "the taps of the usual tables: too weak"
    LFSR32_SERIAL = 5, Lfsr((32, 22, 2, 1), 1), False, "one new bit per word: far too weak"
    # fmt: on

    @classmethod
    def of_name(cls, name: str) -> "Source":
        """The source called `name`, in lower case. Raises `FactError` with the names there are."""
        for source in cls:
            if source.name.lower() == name:
                return source
        names = ", ".join(source.name.lower() for source in cls)
        raise FactError(f"there is no noise source {name!r}; use one of {names}")
