"""The script of the self-test: words of 12 bits, an operation (high 4 bits) and 8 bits of data.

A script is played again and again, each time a round of steps. A step prints its name, exchanges
bytes with the machine, prints how that went and comes to its `END`. From the first byte that is not
as expected the step counts as failed, and what would send, expect or wait is skipped until there.

A unit of time is `2**UNIT_BITS` clocks. It is the patience with which a byte is awaited.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum

from .errors import FactError

__all__ = [
    "DATA_BITS",
    "DIGIT_FLAG",
    "GROUP_WORDS",
    "OP_BITS",
    "SCRIPT_BITS",
    "SCRIPT_WORDS_MAX",
    "STEPS_MAX",
    "STEP_BYTES_MAX",
    "UNIT_BITS",
    "Digit",
    "Op",
    "check_script",
    "decode",
    "encode",
]

OP_BITS, DATA_BITS = 4, 8
SCRIPT_BITS = OP_BITS + DATA_BITS
SCRIPT_WORDS_MAX = 1 << 16
UNIT_BITS = 19
GROUP_WORDS = 8  # repeated together; a group begins at a multiple of this
STEPS_MAX = 9  # their number of failures is printed as one digit
STEP_BYTES_MAX = 1000  # their numbers are printed as three
DIGIT_FLAG = 0x80  # in the data of what prints: a `Digit`, not a character


class Op(IntEnum):
    """Operations. Those from `PRINT` on print a character or a digit, each on its condition."""

    REPEAT = 0
    SEND = 1
    EXPECT = 2
    WAIT = 3
    DRAIN = 4
    END = 5
    VERDICT = 6
    BEGIN = 7
    PRINT = 8
    PRINT_OK = 9
    PRINT_FAILED = 10
    PRINT_WRONG = 11
    PRINT_SILENT = 12
    PRINT_PASS = 13
    PRINT_FAIL = 14

    @property
    def meaning(self) -> str:
        """What the operation does with its data."""
        return {
            Op.REPEAT: "carry out the next group so many times more; stands right before a group",
            Op.SEND: "offer a byte to the machine, for up to a unit",
            Op.EXPECT: "await a byte of the machine, for up to a unit; take it if it is this one",
            Op.WAIT: "wait for a unit",
            Op.DRAIN: "if the step has failed, take bytes until none has come for a unit",
            Op.END: "the step is over, and counts if it failed",
            Op.VERDICT: "publish whether a step has failed in this round, which is over",
            Op.BEGIN: "a round is under way",
            Op.PRINT: "always",
            Op.PRINT_OK: "if the step has not failed so far",
            Op.PRINT_FAILED: "if the step has failed",
            Op.PRINT_WRONG: "if it failed for a byte that is another one",
            Op.PRINT_SILENT: "if it failed for a byte that did not come, or was not taken",
            Op.PRINT_PASS: "if no step has failed in this round",
            Op.PRINT_FAIL: "if a step has failed in this round",
        }[self]


class Digit(IntEnum):
    """What can be printed as a digit: of the number of the step's byte that failed, in decimal and
    without leading zeros, of that byte and the expected one in hexadecimal, and of failed steps.
    """

    HUNDREDS = 0
    TENS = 1
    ONES = 2
    GOT_HIGH = 3
    GOT_LOW = 4
    WANTED_HIGH = 5
    WANTED_LOW = 6
    FAILURES = 7


def encode(op: Op, data: int = 0) -> int:
    """A word of a script. Raises `FactError` for data that is no byte."""
    if not 0 <= data < 1 << DATA_BITS:
        raise FactError.out_of_range(
            "the data of a self-test word", data, 0, (1 << DATA_BITS) - 1, "give a byte"
        )
    return op << DATA_BITS | data


def decode(word: int) -> tuple[Op, int]:
    """`(op, data)` of a word. Raises `FactError` for one that is none."""
    op = word >> DATA_BITS
    if op not in set(Op):
        raise FactError(
            f"the word {word:#x} is none of a self-test script; its operation must be 0 to "
            f"{max(Op):d}: build the script with `selftest_script`"
        )
    return Op(op), word & (1 << DATA_BITS) - 1


def check_script(script: Iterable[int]) -> list[tuple[Op, int]]:
    """The words of a script, decoded. Raises `FactError` if it cannot be played."""
    words = [decode(word) for word in script]
    if not 1 <= len(words) <= SCRIPT_WORDS_MAX:
        raise FactError.out_of_range(
            "the length of a self-test script in words",
            len(words),
            1,
            SCRIPT_WORDS_MAX,
            "build a shorter one",
        )
    for index, (op, data) in enumerate(words):
        if op is Op.REPEAT and data and (index + 1) % GROUP_WORDS:
            raise FactError(
                f"word {index} of a self-test script repeats what is no group; let it stand right "
                f"before a multiple of {GROUP_WORDS}"
            )
    _check_steps(words)
    return words


def _check_steps(words: Sequence[tuple[Op, int]]) -> None:
    """Raise `FactError` if there are more steps, or bytes in a step, than can be printed."""
    steps = received = repeated = 0
    for index, (op, _) in enumerate(words):
        if index % GROUP_WORDS == 0:
            before, times = words[index - 1] if index else (Op.REPEAT, 0)
            repeated = times if before is Op.REPEAT else 0
        received += (op is Op.EXPECT) * (1 + repeated)
        if received > STEP_BYTES_MAX:
            raise FactError.out_of_range(
                "the bytes expected in a step of the self-test",
                received,
                0,
                STEP_BYTES_MAX,
                "make two steps of it",
            )
        if op is Op.END:
            steps, received = steps + 1, 0
    if steps > STEPS_MAX:
        raise FactError.out_of_range(
            "the number of steps of a self-test", steps, 0, STEPS_MAX, "join some of them"
        )
