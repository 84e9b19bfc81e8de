"""Randomness: the generators' definitions, seed expansion, and how a random word becomes noise.

A p-bit of one replica consumes one 32-bit word per update. From the most significant bit down:

    sign (1) | exponent field (21) | mantissa (10)

`e` is the number of leading ones of the exponent field, so `P(e) = 2**-(e+1)`; together with the
mantissa it addresses a survival probability `u` on a logarithmic scale, and the table holds the
magnitude that a logistic variate exceeds so often, `ln(2/u - 1)`, since
`P(|Lambda| > x) = 1 - tanh(x/2)`. The logarithmic scale keeps the *relative* accuracy of rare
flips, where a clipped sigmoid has none.

The table is the sum of a coarse and an offset entry. Exponents from `COLD_EXPONENT` on are resolved
one mantissa bit less, and share their offsets: there the logit is a straight line in `e`.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from .errors import FactError
from .numbers import LOGIT_FORMAT

__all__ = [
    "COLD_EXPONENT",
    "EXPONENT_BITS",
    "EXPONENT_MAX",
    "MANTISSA_BITS",
    "SIGN_SHIFT",
    "WORD_BITS",
    "XOROSHIRO64",
    "NoiseTable",
    "Source",
    "expand_seed",
]

WORD_BITS = 32
SIGN_SHIFT = 31
EXPONENT_BITS = 21
MANTISSA_BITS = 10
EXPONENT_MAX = EXPONENT_BITS  # all ones: the deepest cell takes the whole remaining tail
COLD_EXPONENT = 8
COLD_EXPONENT_BITS = 4
OFFSET_TOP_BITS = 2


class Source(IntEnum):
    """The noise sources that an image can carry, by their number in the header."""

    XOROSHIRO64 = 1


@dataclass(frozen=True)
class Xoroshiro:
    """Rotation and shift distances of the linear engine of a xoroshiro generator.

    One step, with `^` the exclusive or and words of `word_bits` bits:
    `t = s0 ^ s1; s0' = rotl(s0, rotate_a) ^ t ^ (t << shift); s1' = rotl(t, rotate_b)`.
    The output is `s0` before the step. The period is `2**(2*word_bits) - 1`.
    Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021.
    """

    word_bits: int
    rotate_a: int
    shift: int
    rotate_b: int


XOROSHIRO64 = Xoroshiro(word_bits=32, rotate_a=26, shift=9, rotate_b=13)

_GOLDEN = 0x9E3779B97F4A7C15
_MASK64 = (1 << 64) - 1


def _mix(value: int) -> int:
    """The finaliser of splitmix64, a bijection of 64-bit words (Steele, Lea and Flood, 2014)."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK64
    return value ^ (value >> 31)


def expand_seed(seed: int, stream: int) -> int:
    """The 64-bit state with which generator number `stream` of a run starts.

    Streams of one seed are distinct, because the mixer is a bijection of a counter, and never
    zero. The mixer is nonlinear: linear generators started from consecutive numbers would stay
    correlated for ever. The low 32 bits are `s0`, the high ones `s1`.
    """
    if not 0 <= seed <= _MASK64:
        raise FactError.out_of_range("the seed", seed, 0, _MASK64, "use a 64-bit unsigned number")
    state = _mix((_mix((seed + _GOLDEN) & _MASK64) + (stream + 1) * _GOLDEN) & _MASK64)
    return state or _GOLDEN


@dataclass(frozen=True)
class NoiseTable:
    """The logistic table, in codes of `LOGIT_FORMAT`, for a split of the mantissa.

    The leading `coarse_bits` of the mantissa address the coarse table of `2**(coarse_bits + 4)`
    entries, the next `fine_bits` the offset table of `2**(fine_bits + 6)`. 6 and 4 need 2 x 1,024
    entries; 4 and 2 need 2 x 256, one iCE40 block RAM each. The sum of both entries never falls
    as (e, mantissa) rises.
    """

    coarse_bits: int = 6
    fine_bits: int = 4

    def __post_init__(self) -> None:
        for what, value, high in (
            ("coarse_bits", self.coarse_bits, MANTISSA_BITS - OFFSET_TOP_BITS),
            ("fine_bits", self.fine_bits, MANTISSA_BITS - self.coarse_bits),
        ):
            if not OFFSET_TOP_BITS <= value <= high:
                raise FactError.out_of_range(
                    what, value, OFFSET_TOP_BITS, high, "choose another split, such as 6 and 4"
                )

    @property
    def coarse_address_bits(self) -> int:
        return self.coarse_bits + COLD_EXPONENT_BITS

    @property
    def offset_address_bits(self) -> int:
        # One bit tells hot from cold; hot addresses hold 3 bits of the exponent.
        hot = COLD_EXPONENT_BITS - 1 + OFFSET_TOP_BITS + self.fine_bits
        return 1 + max(hot, self.coarse_bits - 1 + self.fine_bits)

    def coarse_index(self, exponent: int, mantissa: int) -> int:
        """Address in the coarse table of exponent `e` and a full mantissa."""
        top = mantissa >> (MANTISSA_BITS - self.coarse_bits)
        if exponent < COLD_EXPONENT:
            return exponent << self.coarse_bits | top
        cold = (exponent - COLD_EXPONENT) << (self.coarse_bits - 1) | top >> 1
        return 1 << (self.coarse_address_bits - 1) | cold

    def offset_index(self, exponent: int, mantissa: int) -> int:
        """Address in the offset table of exponent `e` and a full mantissa."""
        hot = exponent < COLD_EXPONENT
        coarse = self.coarse_bits if hot else self.coarse_bits - 1
        fine = mantissa >> (MANTISSA_BITS - coarse - self.fine_bits) & ((1 << self.fine_bits) - 1)
        if hot:
            top = mantissa >> (MANTISSA_BITS - OFFSET_TOP_BITS)
            return (exponent << OFFSET_TOP_BITS | top) << self.fine_bits | fine
        top = mantissa >> (MANTISSA_BITS - coarse)
        return 1 << (self.offset_address_bits - 1) | top << self.fine_bits | fine

    def _cells(self, exponent: int) -> list[int]:
        """The first mantissa of every cell that the table tells apart at this exponent."""
        used = self.coarse_bits + self.fine_bits - (exponent >= COLD_EXPONENT)
        return list(range(0, 1 << MANTISSA_BITS, 1 << (MANTISSA_BITS - used)))

    def _logit(self, exponent: int, mantissa: int, cells: int) -> float:
        """The exact magnitude in the middle of one of `cells` cells."""
        position = mantissa / (1 << MANTISSA_BITS) + 0.5 / cells
        if exponent < EXPONENT_MAX:
            survival = math.ldexp(2 - position, -(exponent + 1))
        else:
            survival = math.ldexp(1 - position, -EXPONENT_MAX)
        return math.log(2 / survival - 1)

    def offsets(self) -> list[int]:
        """The offset table: the mean rise from the first cell of a coarse entry to this one."""
        return list(_tables(self)[0])

    def coarse(self) -> list[int]:
        """The coarse table: what remains on average when the offsets are taken off."""
        return list(_tables(self)[1])

    def _compute_offsets(self) -> list[int]:
        rises: list[list[float]] = [[] for _ in range(1 << self.offset_address_bits)]
        for exponent in range(EXPONENT_MAX):
            cells = self._cells(exponent)
            start, start_index = 0.0, -1
            for mantissa in cells:
                value = self._logit(exponent, mantissa, len(cells))
                if self.coarse_index(exponent, mantissa) != start_index:
                    start, start_index = value, self.coarse_index(exponent, mantissa)
                rises[self.offset_index(exponent, mantissa)].append(value - start)
        return [LOGIT_FORMAT.encode(sum(rise) / len(rise)) if rise else 0 for rise in rises]

    def _compute_coarse(self, offsets: list[int]) -> list[int]:
        table = [0] * (1 << self.coarse_address_bits)
        floor = 0
        for exponent in range(EXPONENT_MAX + 1):
            cells = self._cells(exponent)
            step = 1 << self.fine_bits
            for first in range(0, len(cells), step):
                group = cells[first : first + step]
                spans = [offsets[self.offset_index(exponent, mantissa)] for mantissa in group]
                rest = sum(
                    self._logit(exponent, mantissa, len(cells)) - LOGIT_FORMAT.decode(span)
                    for mantissa, span in zip(group, spans, strict=True)
                )
                # Never below the end of the previous group, or the sum would not be monotone.
                entry = max(floor, LOGIT_FORMAT.encode(max(0.0, rest / step)))
                table[self.coarse_index(exponent, group[0])] = entry
                floor = entry + spans[-1]
        return table


@cache
def _tables(table: NoiseTable) -> tuple[list[int], list[int]]:
    """Offset and coarse table; a machine has hundreds of copies of them."""
    offsets = table._compute_offsets()
    return offsets, table._compute_coarse(offsets)
