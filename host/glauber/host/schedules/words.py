"""What the words of a schedule do, without doing it: their sweeps, and the same without loops."""

from dataclasses import dataclass

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import Measure, Repeat, decode_word
from glauber.hdl.facts.program import COUPLE_SHIFT, EMIT_SHIFT, SWEEPS_MAX, SWEEPS_SHIFT

from ..bus import Words
from ..errors import OptionError

__all__ = [
    "UNROLLED_MAX",
    "check_words",
    "count_emissions",
    "count_passes",
    "count_sweeps",
    "fit_words",
    "needed",
    "unroll",
]

# Words that a schedule may have without loops.
UNROLLED_MAX = 1 << 22


@dataclass(frozen=True)
class _Loop:
    """The words `begin` to `end`, of which the last repeats the others."""

    begin: int
    end: int
    repeat: Repeat


def _operations(words: Words) -> list[tuple[int, int]]:
    """The places of the operations, and their words."""
    places = np.flatnonzero((words >> EMIT_SHIFT & 1) & ~(words >> COUPLE_SHIFT))
    return list(zip(places.tolist(), words[places].tolist(), strict=True))


def _loops(words: Words) -> list[_Loop]:
    """The loops, inner ones first. Raises `OptionError` for one that is not nested well."""
    found: list[_Loop] = []
    for place, word in _operations(words):
        repeat = decode_word(word)
        if not isinstance(repeat, Repeat):
            continue
        loop = _Loop(place - repeat.length, place, repeat)
        if loop.begin < 0 or not repeat.length:
            raise OptionError(
                f"word {place} of the schedule repeats the {repeat.length} words before it; there "
                f"are {place}, and a loop has one at least"
            )
        for other in found:
            if other.begin < loop.begin <= other.end:
                raise OptionError(
                    f"word {place} of the schedule repeats from word {loop.begin} on, in the "
                    f"middle of the loop of the words {other.begin} to {other.end}; repeat all of "
                    "it, or what is behind it"
                )
            if other.begin >= loop.begin and other.repeat.level == repeat.level:
                raise OptionError(
                    f"word {place} of the schedule repeats a loop of its own level, "
                    f"{repeat.level}, whose counter they would share; give the outer one another"
                )
        found.append(loop)
    return found


def count_passes(words: Words) -> np.ndarray:
    """How often each word is done, int64. Raises `OptionError` for loops that are not nested."""
    passes = np.ones(len(words), np.int64)
    for loop in _loops(words):
        passes[loop.begin : loop.end + 1] *= loop.repeat.count + 1
    return passes


def count_sweeps(words: Words, abilities: Abilities = Abilities.ALL) -> int:
    """The sweeps of a whole schedule on a device of these abilities."""
    sweeps = words.astype(np.int64) >> SWEEPS_SHIFT
    sweeps[sweeps == 0] = SWEEPS_MAX
    if not abilities:
        return int(sweeps.sum())
    steps = np.ones(len(words), np.bool_)
    steps[[place for place, _ in _operations(words)]] = False
    return int((sweeps * count_passes(words))[steps].sum())


def unroll(words: Words) -> Words:
    """The same schedule without loops. Raises `OptionError` if it is too long then."""
    passes = count_passes(words)
    loops = _loops(words)
    passes[[loop.end for loop in loops]] = 0
    total = int(passes.sum())
    if total > UNROLLED_MAX:
        raise OptionError(
            f"the schedule has {total} words without its loops, {UNROLLED_MAX} at most can be run; "
            "use a device with the ability LOOPS and room for its "
            f"{len(words)} words, or a shorter schedule"
        )
    return _unrolled(words, {loop.end: loop for loop in loops}, 0, len(words))


def _unrolled(words: Words, loops: dict[int, _Loop], begin: int, end: int) -> Words:
    parts: list[Words] = []
    while end > begin:
        loop = loops.get(end - 1)
        if loop is None:
            parts.append(words[end - 1 : end])
            end -= 1
        else:
            body = _unrolled(words, loops, loop.begin, loop.end)
            parts.append(np.tile(body, loop.repeat.count + 1))
            end = loop.begin
    return np.concatenate([*parts[::-1], words[:0]])


def needed(words: Words) -> Abilities:
    """What a machine must be able to do to carry out the words, those without a meaning included.

    A step that emits without couplings counts as an operation: see `facts.operations`.
    """
    abilities = Abilities.NONE
    for _, word in _operations(words):
        operation = decode_word(word)
        if isinstance(operation, Repeat):
            abilities |= Abilities.LOOPS
        elif isinstance(operation, Measure):
            for flag, ability in (
                (MeasureFlags.SCORES, Abilities.SCORES),
                (MeasureFlags.MOMENTS, Abilities.MOMENTS),
                (MeasureFlags.EXCHANGE, Abilities.TEMPERING),
            ):
                if flag in operation.flags:
                    abilities |= ability
    return abilities


def count_emissions(words: Words, abilities: Abilities) -> int:
    """How often a schedule emits on a device of these abilities."""
    if not abilities:
        return int((words >> EMIT_SHIFT & 1).sum())
    emits = (words >> EMIT_SHIFT & words >> COUPLE_SHIFT & 1).astype(np.bool_)
    return int(count_passes(words)[emits].sum()) if emits.any() else 0


def fit_words(words: Words, params: MachineParams, name: str) -> Words:
    """The words for a device of that name; without loops if there is no room for them otherwise.

    Raises `OptionError` for none, and as `check_words` and `unroll`.
    """
    if not len(words):
        raise OptionError("the schedule has no steps, so there is nothing to run; give one")
    if not params.abilities:
        return words  # all of them are steps there
    check_words(words, params.abilities, name)
    if len(words) > params.steps and Abilities.LOOPS in needed(words):
        return unroll(words)
    return words


def check_words(words: Words, abilities: Abilities, name: str) -> None:
    """Raises `OptionError` for operations that a device does not have."""
    lacking = needed(words) & ~abilities
    if lacking:
        names = " and ".join(ability.name or "" for ability in lacking)
        raise OptionError(
            f"the schedule needs {names}, which {name} cannot do; use a device that can, such as "
            "model:?abilities=all, or read states instead"
        )
    _loops(words)
