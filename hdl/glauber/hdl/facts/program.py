"""The encoding of a program: coupling words, row words and schedule steps.

A program is walked row by row. A row updates one p-bit of every lane: its couplings stand in
consecutive *slots*, `couplings_per_slot` words per lane and slot, and the row word gives the number
of slots and the row of the state memory that receives the new states. P-bit `row * lanes + lane`
sits in row `row` of lane `lane`. A schedule step gives a temperature, for how many sweeps, and
whether the states are emitted after them.
"""

from dataclasses import dataclass
from typing import Any

from .errors import FactError
from .numbers import TEMPERATURE_FORMAT

__all__ = [
    "EMIT_SHIFT",
    "ROW_LENGTH_MAX",
    "ROW_TARGET_MAX",
    "SWEEPS_MAX",
    "Step",
    "decode_coupling",
    "decode_row",
    "encode_coupling",
    "encode_row",
]

WORD_MASK = (1 << 32) - 1
ROW_LENGTH_BITS = 12
ROW_LENGTH_MAX = (1 << ROW_LENGTH_BITS) - 1
ROW_TARGET_MAX = (1 << (32 - ROW_LENGTH_BITS)) - 1
COUPLE_SHIFT = TEMPERATURE_FORMAT.width
EMIT_SHIFT = COUPLE_SHIFT + 1
SWEEPS_SHIFT = EMIT_SHIFT + 1
SWEEPS_MAX = 1 << (32 - SWEEPS_SHIFT)  # stands in its field as zero


def encode_coupling(pbit: Any, coupling: Any, coupling_bits: int) -> Any:
    """A coupling word: the neighbour's address above the coupling in two's complement.

    Of whole numbers, or of arrays of them.
    """
    return (pbit << coupling_bits | coupling & ((1 << coupling_bits) - 1)) & WORD_MASK


def decode_coupling(word: Any, coupling_bits: int) -> tuple[Any, Any]:
    """`(pbit, coupling)` of a coupling word, or of an array of them."""
    sign = 1 << (coupling_bits - 1)
    return word >> coupling_bits, ((word & (2 * sign - 1)) ^ sign) - sign


def encode_row(length: int, target: int) -> int:
    """A row word: `length` slots (low 12 bits), results into state row `target` (high 20 bits)."""
    if not 1 <= length <= ROW_LENGTH_MAX:
        raise FactError.out_of_range(
            "a row's length in slots", length, 1, ROW_LENGTH_MAX, "lower the degree of its p-bits"
        )
    if not 0 <= target <= ROW_TARGET_MAX:
        raise FactError.out_of_range("a row's target", target, 0, ROW_TARGET_MAX, "use more lanes")
    return target << ROW_LENGTH_BITS | length


def decode_row(word: int) -> tuple[int, int]:
    """`(length, target)` of a row word."""
    return word & ROW_LENGTH_MAX, word >> ROW_LENGTH_BITS


@dataclass(frozen=True)
class Step:
    """One step of a schedule: `sweeps` sweeps at the temperature code `temperature`.

    With `couple` false the couplings and biases count as zero, so one such sweep draws a uniformly
    random state whatever was there before: this is how a run starts. With `emit` true the first
    `Register.EMIT_WORDS` words of the states go into the stream after the last sweep.
    """

    temperature: int
    sweeps: int
    couple: bool = True
    emit: bool = False

    def encode(self) -> int:
        if not 0 <= self.temperature <= TEMPERATURE_FORMAT.largest:
            raise FactError.out_of_range(
                "a step's temperature code",
                self.temperature,
                0,
                TEMPERATURE_FORMAT.largest,
                "change beta",
            )
        if not 1 <= self.sweeps <= SWEEPS_MAX:
            raise FactError.out_of_range(
                "a step's number of sweeps", self.sweeps, 1, SWEEPS_MAX, "use several steps"
            )
        sweeps = self.sweeps % SWEEPS_MAX
        flags = self.couple << COUPLE_SHIFT | self.emit << EMIT_SHIFT
        return self.temperature | flags | sweeps << SWEEPS_SHIFT

    @classmethod
    def decode(cls, word: int) -> "Step":
        return cls(
            temperature=word & TEMPERATURE_FORMAT.largest,
            sweeps=word >> SWEEPS_SHIFT or SWEEPS_MAX,
            couple=bool(word >> COUPLE_SHIFT & 1),
            emit=bool(word >> EMIT_SHIFT & 1),
        )
