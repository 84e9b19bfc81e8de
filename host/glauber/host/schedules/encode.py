"""From a schedule to the words of a device."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from glauber.hdl.facts import operations
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.program import SWEEPS_MAX, Step

from ..bus import Words, to_words
from ..errors import OptionError
from ..schedule import encode_betas
from .language import Betas, Emit, Every, Item, Measured, Randomise, Repeat, Sweeps, body_of
from .words import count_sweeps, unroll

__all__ = ["Encoded", "encode"]

# Whatever the states were: couplings off, so the temperature does not matter.
_RANDOM = Step(temperature=1, sweeps=1, couple=False)
# On a ladder the temperatures of steps mean nothing.
_ON_LADDER = Step(temperature=1, sweeps=1)
_COUNT_MAX = operations.REPEAT_COUNT_MAX + 1  # times that one loop does its words


@dataclass(frozen=True)
class Encoded:
    """A schedule in words.

    words : uint32
    sweeps : of the whole run
    beta_error : the largest relative error of a beta, from rounding to the temperature register
    """

    words: Words
    sweeps: int
    beta_error: float


@dataclass(frozen=True)
class _Loop:
    times: int
    body: "list[_Piece]"


_Piece = Step | MeasureFlags | _Loop


def encode(items: Item | Sequence[Item], scale: float, abilities: Abilities) -> Encoded:
    """The words of a schedule for a problem quantised by `scale`.

    Loops are loops where the device has the ability, and are written out where it has not. Steps
    that round to the same temperature are one. Raises `OptionError` for a beta beyond the
    temperature register, an emission that has no sweeps before it, and for what has no words.
    """
    pieces, error = _pieces(body_of(items), scale)
    words = to_words(_words(pieces)[0])
    sweeps = count_sweeps(words)
    if Abilities.LOOPS not in abilities:
        words = unroll(words)
    return Encoded(words, sweeps, error)


def _pieces(items: Iterable[Item], scale: float) -> tuple[list[_Piece], float]:
    """Steps of any number of sweeps, measurements and loops, and the largest error of a beta."""
    pieces: list[_Piece] = []
    largest = 0.0
    for item in items:
        error = 0.0
        match item:
            case Randomise():
                pieces.append(_RANDOM)
            case Betas():
                steps, error = _steps(item, scale)
                pieces = _merged(pieces, steps)
            case Sweeps():
                pieces = _merged(pieces, [replace(_ON_LADDER, sweeps=item.count)])
            case Measured():
                pieces.append(item.flags)
            case Emit():
                pieces.append(_emitting(pieces))
            case Repeat():
                body, error = _pieces(item.body, scale)
                pieces.append(_Loop(item.times, body))
            case Every():
                body, error = _pieces(item.body, scale)
                pieces += _measured_every(body, item)
        largest = max(largest, error)
    return pieces, largest


def _steps(item: Betas, scale: float) -> tuple[list[Step], float]:
    codes, error = encode_betas(np.array(item.betas), scale)
    return [Step(code or 1, item.sweeps, couple=code > 0) for code in codes], error


def _merged(pieces: list[_Piece], steps: list[Step]) -> list[_Piece]:
    """The pieces and the steps behind them; what has the same temperature is one step."""
    found = list(pieces)
    for step in steps:
        last = found[-1] if found else None
        if isinstance(last, Step) and replace(last, sweeps=step.sweeps) == step:
            found[-1] = replace(last, sweeps=last.sweeps + step.sweeps)
        else:
            found.append(step)
    return found


def _emitting(pieces: list[_Piece]) -> Step:
    """Takes the last piece, which must be a step with couplings; it now emits."""
    last = pieces.pop() if pieces else None
    if not isinstance(last, Step) or not last.couple or last.emit:
        raise OptionError(
            "an emission must stand behind sweeps with couplings: before a measurement, and in "
            "the loop that its sweeps are in"
        )
    return replace(last, emit=True)


def _measured_every(body: list[_Piece], item: Every) -> list[_Piece]:
    """Steps, cut so that a measurement stands after every so many sweeps and after the last."""
    flags, every = item.measured.flags, item.sweeps
    pieces: list[_Piece] = []
    room = every
    for step in body:
        assert isinstance(step, Step)
        left = step.sweeps
        if left >= room and room < every:
            pieces += [replace(step, sweeps=room), flags]
            left, room = left - room, every
        if room == every and left >= 2 * every:
            pieces.append(_Loop(left // every, [replace(step, sweeps=every), flags]))
            left %= every
        elif left >= room:
            pieces += [replace(step, sweeps=room), flags]
            left, room = left - room, every
        if left:
            pieces.append(replace(step, sweeps=left))
            room -= left
    return pieces if room == every else [*pieces, flags]


def _words(pieces: list[_Piece]) -> tuple[list[int], int]:
    """The words, and how many levels of loops they take."""
    words: list[int] = []
    levels = 0
    for piece in pieces:
        if isinstance(piece, Step):
            words += _step_words(piece)
        elif isinstance(piece, MeasureFlags):
            words.append(operations.Measure(piece).encode())
        else:
            body, inner = _words(piece.body)
            found, used = _loop_words(piece.times, body, inner)
            words += found
            levels = max(levels, used)
    return words, levels


def _step_words(step: Step) -> list[int]:
    """A step of any number of sweeps; only the last of its words emits."""
    whole, rest = divmod(step.sweeps - 1, SWEEPS_MAX)
    quiet = replace(step, sweeps=SWEEPS_MAX, emit=False).encode()
    return [quiet] * whole + [replace(step, sweeps=rest + 1).encode()]


def _loop_words(times: int, body: list[int], level: int) -> tuple[list[int], int]:
    """`body` that many times, in a loop of this level, in loops of loops if need be."""
    if times == 1:
        return body, level
    if level >= operations.REPEAT_LEVELS:
        raise OptionError(
            f"a loop stands in {level} others, or has too many passes; a device has "
            f"{operations.REPEAT_LEVELS} levels of loops, of {_COUNT_MAX} passes each: nest fewer"
        )
    whole, rest = divmod(times, _COUNT_MAX)
    if not whole:
        return [*body, _repeat(len(body), rest, level)], level + 1
    words, used = _loop_words(whole, [*body, _repeat(len(body), _COUNT_MAX, level)], level + 1)
    if rest:
        more, _ = _loop_words(rest, body, level)
        words = words + more
    return words, used


def _repeat(length: int, times: int, level: int) -> int:
    return operations.Repeat(length, times - 1, level).encode()
