"""The model of `facts.generators.Xoshiro128`."""

from collections.abc import Sequence
from typing import Any

from glauber.hdl.facts.generators import Xoshiro128

from .rotate import rotate

__all__ = ["advance"]


def advance(generator: Xoshiro128, state: Sequence[Any]) -> tuple[Any, list[Any]]:
    """See `generators.advance`."""
    s0, s1, s2, s3, half, word = state
    # Half a word waits for its second addition, whose operand the state still has.
    following = rotate(s0 + s3, generator.r) + s0
    shifted = s1 << generator.a
    s2, s3 = s2 ^ s0, s3 ^ s1
    s1, s0 = s1 ^ s2, s0 ^ s3
    return word, [s0, s1, s2 ^ shifted, rotate(s3, generator.b), following, half]
