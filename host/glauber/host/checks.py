"""What is written to a device, checked before anything is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.machine import MachineParams

from .bus import Words, to_words
from .errors import ProblemTooLargeError

__all__ = ["ProgramWords", "program_words", "seed_words_of"]


class ProgramWords(Protocol):
    """What a program is to a device: words for `Region.ROWS` and `Region.PROGRAM`, flat."""

    @property
    def rows(self) -> Words: ...

    @property
    def couplings(self) -> Words: ...


def program_words(program: ProgramWords, params: MachineParams, name: str) -> tuple[Words, Words]:
    """Row words and coupling words. Raises `ProblemTooLargeError` if there is no room for them."""
    room = params.slots * params.lanes * params.couplings_per_slot
    rows, couplings = to_words(program.rows), to_words(program.couplings)
    for what, need, have in (
        ("rows", len(rows), params.rows),
        ("coupling words", len(couplings), room),
    ):
        if need > have:
            raise ProblemTooLargeError(
                f"the program has {need} {what}, {name} holds {have}; use a larger device "
                "or image, or a smaller or sparser problem"
            )
    return rows, couplings


def seed_words_of(words: Sequence[int] | np.ndarray, params: MachineParams, name: str) -> Words:
    """Seed words. Raises `FactError` if there are not as many as it takes."""
    seeds = to_words(words)
    need = params.seed_words * params.generators
    if len(seeds) != need:
        raise FactError(
            f"{len(seeds)} seed words were given, {name} takes {need}; "
            f"give {params.seed_words} for each of its generators"
        )
    return seeds
