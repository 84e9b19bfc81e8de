"""The operations of a schedule, which stand between its steps.

A schedule word with `emit` and without `couple` is an operation. One that repeats says how many
words before it are done again and how many more times; its counter, one of `REPEAT_LEVELS`, is 0
when a run starts and again when it is through, so that loops can stand in loops of other levels.
What a loop does that begins before the schedule is not defined.
"""

from dataclasses import dataclass

from .errors import FactError
from .measure import MeasureFlags
from .program import COUPLE_SHIFT, EMIT_SHIFT, SWEEPS_SHIFT, Step

__all__ = [
    "REPEAT_COUNT_MAX",
    "REPEAT_LENGTH_MAX",
    "REPEAT_LEVELS",
    "REPEAT_SHIFT",
    "Measure",
    "Operation",
    "Repeat",
    "decode_word",
    "is_operation",
]

REPEAT_SHIFT = COUPLE_SHIFT - 1
REPEAT_LEVELS = 4
LEVEL_SHIFT = REPEAT_SHIFT - 2
REPEAT_LENGTH_MAX = (1 << LEVEL_SHIFT) - 1
REPEAT_COUNT_MAX = (1 << (32 - SWEEPS_SHIFT)) - 1
_OPERATION = 1 << EMIT_SHIFT
_MEASURE_FLAGS = sum(MeasureFlags)


@dataclass(frozen=True)
class Measure:
    """Measures what `flags` say; see `facts.measure`."""

    flags: MeasureFlags

    def encode(self) -> int:
        of_scores = MeasureFlags.BEST | MeasureFlags.TARGET | MeasureFlags.EXCHANGE
        if self.flags & of_scores and MeasureFlags.SCORES not in self.flags:
            raise FactError(
                f"an operation measures {self.flags!r}; BEST, TARGET and EXCHANGE need SCORES: "
                "add it"
            )
        return _OPERATION | int(self.flags)

    @classmethod
    def decode(cls, word: int) -> "Measure":
        return cls(MeasureFlags(word & _MEASURE_FLAGS))


@dataclass(frozen=True)
class Repeat:
    """Does the last `length` words of the schedule again, `count` more times.

    `level`, below `REPEAT_LEVELS`, chooses the counter.
    """

    length: int
    count: int
    level: int = 0

    def encode(self) -> int:
        for what, value, low, high, remedy in (
            ("a loop's length in words", self.length, 1, REPEAT_LENGTH_MAX, "repeat fewer words"),
            ("a loop's count", self.count, 1, REPEAT_COUNT_MAX, "put a loop into a loop"),
            ("a loop's level", self.level, 0, REPEAT_LEVELS - 1, "nest fewer loops"),
        ):
            if not low <= value <= high:
                raise FactError.out_of_range(what, value, low, high, remedy)
        operand = 1 << REPEAT_SHIFT | self.level << LEVEL_SHIFT | self.length
        return _OPERATION | operand | self.count << SWEEPS_SHIFT

    @classmethod
    def decode(cls, word: int) -> "Repeat":
        return cls(
            length=word & REPEAT_LENGTH_MAX,
            count=word >> SWEEPS_SHIFT,
            level=word >> LEVEL_SHIFT & (REPEAT_LEVELS - 1),
        )


Operation = Measure | Repeat


def is_operation(word: int) -> bool:
    """Whether a schedule word is an operation, for a machine that has operations."""
    return bool(word >> EMIT_SHIFT & 1) and not word >> COUPLE_SHIFT & 1


def decode_word(word: int) -> Step | Operation:
    """The step or the operation that a schedule word stands for."""
    if not is_operation(word):
        return Step.decode(word)
    return Repeat.decode(word) if word >> REPEAT_SHIFT & 1 else Measure.decode(word)
