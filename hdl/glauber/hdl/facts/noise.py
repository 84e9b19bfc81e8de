"""How a random word becomes logistic or exponential noise.

A p-bit of one replica consumes one 32-bit word per update. From the most significant bit down:

    sign (1) | exponent field (21) | mantissa (10)

`e` is the number of leading ones of the exponent field, so `P(e) = 2**-(e+1)`; together with the
mantissa it addresses a survival probability `u` on a logarithmic scale, and the table holds the
magnitude that a logistic variate exceeds so often, `ln(2/u - 1)`, since
`P(|Lambda| > x) = 1 - tanh(x/2)`; or that which an exponential variate exceeds so often, `-ln(u)`.
Both are `Law`s of the table. The logarithmic scale keeps the *relative* accuracy of rare
flips, where a clipped sigmoid has none.

The table is the sum of a coarse and an offset entry. Exponents from `COLD_EXPONENT` on are resolved
one mantissa bit less, and share their offsets: there the logit is a straight line in `e`.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property

from .errors import FactError
from .generators import WORD_BITS
from .numbers import LOGIT_FORMAT

__all__ = [
    "COLD_EXPONENT",
    "EXPONENT_BITS",
    "EXPONENT_MAX",
    "MANTISSA_BITS",
    "SIGN_SHIFT",
    "WORD_BITS",
    "Law",
    "NoiseTable",
]

SIGN_SHIFT = 31
EXPONENT_BITS = 21
MANTISSA_BITS = 10
EXPONENT_MAX = EXPONENT_BITS  # all ones: the deepest cell takes the whole remaining tail
COLD_EXPONENT = 8
COLD_EXPONENT_BITS = 4
OFFSET_TOP_BITS = 2
_HOT_EXPONENT_BITS = COLD_EXPONENT_BITS - 1


class Law(IntEnum):
    """The distribution of the magnitudes in a table: of heat bath, and of Metropolis."""

    LOGISTIC = 0
    EXPONENTIAL = 1


@dataclass(frozen=True)
class NoiseTable:
    """The tables of both laws, in codes of `LOGIT_FORMAT`, for a split of the mantissa.

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

    @cached_property
    def offset_address_bits(self) -> int:
        # One bit tells hot from cold; hot addresses hold 3 bits of the exponent.
        hot = _HOT_EXPONENT_BITS + OFFSET_TOP_BITS + self.fine_bits
        return 1 + max(hot, self.coarse_bits - 1 + self.fine_bits)

    def coarse_index(self, exponent: int, mantissa: int) -> int:
        """Address in the coarse table of exponent `e` and a full mantissa.

        Hot and cold exponents have all bits but the top two in common, so that gates need not
        choose: the upper mantissa bits, and the three low bits of the exponent.
        """
        top = mantissa >> (MANTISSA_BITS - self.coarse_bits)
        hot = exponent < COLD_EXPONENT
        odd = top & 1 if hot else (exponent - COLD_EXPONENT) >> _HOT_EXPONENT_BITS
        low = exponent & (COLD_EXPONENT - 1)
        upper = (not hot) << 1 | odd
        return (upper << _HOT_EXPONENT_BITS | low) << (self.coarse_bits - 1) | top >> 1

    def offset_index(self, exponent: int, mantissa: int) -> int:
        """Address in the offset table of exponent `e` and a full mantissa.

        As in `coarse_index`, hot and cold have in common what they both use: the top two bits of
        the mantissa, and all but one of the fine ones.
        """
        first, end = self.fine_span
        group = mantissa >> (MANTISSA_BITS - OFFSET_TOP_BITS)
        shared = group << (self.fine_bits - 1) | mantissa >> (first + 1) & (
            (1 << (self.fine_bits - 1)) - 1
        )
        if exponent < COLD_EXPONENT:
            other = exponent << 1 | mantissa >> first & 1
        else:
            other = mantissa >> end & ((1 << (MANTISSA_BITS - OFFSET_TOP_BITS - end)) - 1)
        cold = (exponent >= COLD_EXPONENT) << (self.offset_address_bits - 1)
        return cold | other << (OFFSET_TOP_BITS + self.fine_bits - 1) | shared

    @cached_property
    def fine_span(self) -> tuple[int, int]:
        """The fine bits of hot exponents in the mantissa: the first, and the one behind them."""
        first = MANTISSA_BITS - self.coarse_bits - self.fine_bits
        return first, first + self.fine_bits

    def _cells(self, exponent: int) -> list[int]:
        """The first mantissa of every cell that the table tells apart at this exponent."""
        used = self.coarse_bits + self.fine_bits - (exponent >= COLD_EXPONENT)
        return list(range(0, 1 << MANTISSA_BITS, 1 << (MANTISSA_BITS - used)))

    def offsets(self, law: Law = Law.LOGISTIC) -> list[int]:
        """The offset table: the mean rise from the first cell of a coarse entry to this one."""
        return list(_tables(self, law)[0])

    def coarse(self, law: Law = Law.LOGISTIC) -> list[int]:
        """The coarse table: what remains on average when the offsets are taken off."""
        return list(_tables(self, law)[1])

    def _compute_offsets(self, law: Law) -> list[int]:
        rises: list[list[float]] = [[] for _ in range(1 << self.offset_address_bits)]
        for exponent in range(EXPONENT_MAX):
            cells = self._cells(exponent)
            start, start_index = 0.0, -1
            values = _logits(law, exponent, len(cells))
            for mantissa, value in zip(cells, values, strict=True):
                index = self.coarse_index(exponent, mantissa)
                if index != start_index:
                    start, start_index = value, index
                rises[self.offset_index(exponent, mantissa)].append(value - start)
        return [LOGIT_FORMAT.encode(sum(rise) / len(rise)) if rise else 0 for rise in rises]

    def _compute_coarse(self, law: Law, offsets: list[int]) -> list[int]:
        table = [0] * (1 << self.coarse_address_bits)
        floor = 0
        for exponent in range(EXPONENT_MAX + 1):
            cells = self._cells(exponent)
            values = _logits(law, exponent, len(cells))
            step = 1 << self.fine_bits
            for first in range(0, len(cells), step):
                group = cells[first : first + step]
                spans = [offsets[self.offset_index(exponent, mantissa)] for mantissa in group]
                rest = sum(
                    value - LOGIT_FORMAT.decode(span)
                    for value, span in zip(values[first : first + step], spans, strict=True)
                )
                # Never below the end of the previous group, or the sum would not be monotone.
                entry = max(floor, LOGIT_FORMAT.encode(max(0.0, rest / step)))
                table[self.coarse_index(exponent, group[0])] = entry
                floor = entry + spans[-1]
        return table


@cache
def _logits(law: Law, exponent: int, cells: int) -> list[float]:
    """The exact magnitudes in the middle of `cells` cells, which the mantissa tells apart."""
    logits = []
    for cell in range(cells):
        position = (cell + 0.5) / cells
        if exponent < EXPONENT_MAX:
            survival = math.ldexp(2 - position, -(exponent + 1))
        else:
            survival = math.ldexp(1 - position, -EXPONENT_MAX)
        logistic = law is Law.LOGISTIC
        logits.append(math.log(2 / survival - 1) if logistic else -math.log(survival))
    return logits


@cache
def _tables(table: NoiseTable, law: Law) -> tuple[list[int], list[int]]:
    """Offset and coarse table; a machine has hundreds of copies of them."""
    offsets = table._compute_offsets(law)
    return offsets, table._compute_coarse(law, offsets)
