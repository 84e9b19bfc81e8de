"""Words of a schedule in a readable form."""

from collections.abc import Iterable

import numpy as np

from glauber.hdl.facts.measure import MeasureFlags
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.operations import Measure, Repeat, decode_word
from glauber.hdl.facts.program import Step

from ..bus import to_words

__all__ = ["disassemble"]


def disassemble(words: Iterable[int] | np.ndarray, scale: float, *, ladder: bool = False) -> str:
    """The words of a schedule, a line each, words in loops further right the more loops.

    scale : of the problem's quantisation, in `info["quantisation"]`; betas are those that the
        device really has
    ladder : whether the words are for a run on a ladder, where each replica has its own

    Raises `FactError` for what is no word.
    """
    decoded = [decode_word(word) for word in to_words(words).tolist()]
    depth = [0] * len(decoded)
    for place, word in enumerate(decoded):
        if isinstance(word, Repeat):
            for inside in range(max(0, place - word.length), place):
                depth[inside] += 1
    width = len(str(max(0, len(decoded) - 1)))
    return "\n".join(
        f"{place:{width}}  {'  ' * depth[place]}{_text(place, word, scale, ladder)}"
        for place, word in enumerate(decoded)
    )


def _text(place: int, word: Step | Measure | Repeat, scale: float, ladder: bool) -> str:
    if isinstance(word, Repeat):
        more = "once more" if word.count == 1 else f"{word.count} more times"
        return f"repeat from {place - word.length}, {more} (counter {word.level})"
    if isinstance(word, Measure):
        names = [str(flag.name).lower() for flag in MeasureFlags if flag in word.flags]
        return " ".join(["measure", *(names or ["nothing"])])
    sweeps = "1 sweep" if word.sweeps == 1 else f"{word.sweeps} sweeps"
    if not word.couple:
        return f"{sweeps} without couplings"
    if ladder:
        return f"{sweeps} on the ladder" + (", emit" if word.emit else "")
    if not word.temperature:
        return f"{sweeps} without noise"
    beta = scale / (2 * TEMPERATURE_FORMAT.decode(word.temperature))
    return f"{sweeps} at beta {beta:.6g}" + (", emit" if word.emit else "")
