"""From texts, requests and expected replies to the words of a self-test script."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from glauber.hdl.facts.selftest import (
    DATA_BITS,
    DIGIT_FLAG,
    GROUP_WORDS,
    Digit,
    Op,
    check_script,
    decode,
    encode,
)

__all__ = ["StepWords", "assemble", "compress"]

_TIMES_MAX = (1 << DATA_BITS) - 1
_LINE_END = "\r\n"


@dataclass
class StepWords:
    """A step in the making: the text that it begins with, words so far, and bytes they expect."""

    name: str
    words: list[int] = field(default_factory=list)
    expected: int = 0

    def exchange(self, request: bytes, reply: bytes) -> None:
        """Send a request and expect a reply."""
        self.words += [encode(Op.SEND, byte) for byte in request]
        self.words += [encode(Op.EXPECT, byte) for byte in reply]
        self.expected += len(reply)

    def wait(self, units: int) -> None:
        """Let so many units of time pass."""
        self.words += wait(units)


def wait(units: int) -> list[int]:
    """Words that let so many units of time pass."""
    return [encode(Op.WAIT)] * units


def assemble(title: str, steps: Sequence[StepWords], pause: int) -> list[int]:
    """A script: a title, steps, the verdict, and a pause of so many units.

    Raises `FactError` if it cannot be played, such as for too many steps.
    """
    words = [encode(Op.BEGIN), *_text(Op.PRINT, title + _LINE_END)]
    for step in steps:
        words += _text(Op.PRINT, f"{step.name} ... ") + step.words
        words += _outcome()
    words += _text(Op.PRINT_PASS, "PASS")
    words += [*_text(Op.PRINT_FAIL, "FAIL: "), *_digits(Op.PRINT_FAIL, Digit.FAILURES)]
    words += _text(Op.PRINT_FAIL, f" of {len(steps)} steps")
    words += [*_text(Op.PRINT, 2 * _LINE_END), encode(Op.VERDICT), *wait(pause)]
    script = compress(words)
    check_script(script)
    return script


def _outcome() -> list[int]:
    """What tells how a step went, and ends it."""
    return [
        *_text(Op.PRINT_OK, "ok"),
        *_text(Op.PRINT_FAILED, "FAILED: byte "),
        *_digits(Op.PRINT_FAILED, Digit.HUNDREDS, Digit.TENS, Digit.ONES),
        *_text(Op.PRINT_SILENT, " is missing"),
        *_text(Op.PRINT_WRONG, " is "),
        *_digits(Op.PRINT_WRONG, Digit.GOT_HIGH, Digit.GOT_LOW),
        *_text(Op.PRINT_WRONG, ", not "),
        *_digits(Op.PRINT_WRONG, Digit.WANTED_HIGH, Digit.WANTED_LOW),
        *_text(Op.PRINT, _LINE_END),
        encode(Op.DRAIN),
        encode(Op.END),
    ]


def _text(op: Op, text: str) -> list[int]:
    return [encode(op, byte) for byte in text.encode("ascii")]


def _digits(op: Op, *digits: Digit) -> list[int]:
    return [encode(op, DIGIT_FLAG | digit) for digit in digits]


def compress(words: Iterable[int]) -> list[int]:
    """The same script with `REPEAT` where bytes, or waits, are periodic.

    The period is a group, which is two bus words, or of any length that divides it.
    """
    plain = list(words)
    script: list[int] = []
    place = 0
    while place < len(plain):
        # One word more stands before the group, which is `REPEAT`.
        aligned = (len(script) + 1) % GROUP_WORDS == 0
        times = _repetitions(plain, place) if aligned else 0
        if times:
            script.append(encode(Op.REPEAT, times))
            script += plain[place : place + GROUP_WORDS]
            place += GROUP_WORDS * (1 + times)
        else:
            script.append(plain[place])
            place += 1
    return script


def _repetitions(words: list[int], place: int) -> int:
    """How often the group from `place` on comes again right behind itself."""
    group = words[place : place + GROUP_WORDS]
    if not all(decode(word)[0] in (Op.SEND, Op.EXPECT, Op.WAIT) for word in group):
        return 0
    times = 0
    while times < _TIMES_MAX:
        begin = place + GROUP_WORDS * (times + 1)
        if words[begin : begin + GROUP_WORDS] != group:
            break
        times += 1
    return times
