"""The model of `facts.generators.Xoroshiro64`."""

from collections.abc import Sequence
from typing import Any

from glauber.hdl.facts.generators import Xoroshiro64

from .rotate import rotate

__all__ = ["advance"]


def advance(generator: Xoroshiro64, state: Sequence[Any]) -> tuple[Any, list[Any]]:
    """See `generators.advance`."""
    s0, s1 = state
    mixed = s0 ^ s1
    turned = rotate(s0, generator.a)
    return s0, [turned ^ mixed ^ (mixed << generator.b), rotate(mixed, generator.c)]
