"""The model's generators, by the family that `facts.generators` names; a file each.

A step is written once, with operators that arrays of NumPy and the vectors of `..kernel` share.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import TypeVar

from glauber.hdl.facts.generators import Generator

__all__ = ["advance", "state_words"]

Word = TypeVar("Word")


def advance(generator: Generator, state: Sequence[Word]) -> tuple[Word, list[Word]]:
    """What generators deliver in a step, and their next state: words of 32 bits, word 0 first.

    Behind the state proper stands what the gates hold of words under way.
    """
    family = import_module(f".{generator.family}", __name__)
    return family.advance(generator, state)


def state_words(generator: Generator) -> int:
    """Words of a state, words under way included."""
    return generator.seed_words + generator.warmup
