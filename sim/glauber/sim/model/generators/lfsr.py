"""The model of `facts.generators.Lfsr`."""

from collections.abc import Sequence
from functools import reduce
from operator import xor
from typing import Any

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.generators import WORD_BITS, Lfsr

__all__ = ["advance"]


def advance(generator: Lfsr, state: Sequence[Any]) -> tuple[Any, list[Any]]:
    """See `generators.advance`. Raises `FactError` for generators that are not modelled."""
    leap = generator.leap
    # Then all bits that are shifted in follow from those that are there.
    if generator.state_bits not in (WORD_BITS, 2 * WORD_BITS) or min(generator.taps) < leap:
        raise FactError(
            f"an LFSR of {generator.state_bits} bits with taps {generator.taps} and a leap of "
            f"{leap} has no model; use 32 or 64 bits and no tap below the leap"
        )
    # The newest bit is the lowest of the first word.
    new = reduce(xor, (_shifted(state, tap - leap) for tap in generator.taps))
    if leap == WORD_BITS:
        return state[0], [new, *state[:-1]]
    new = state[0] << leap | new & (1 << leap) - 1
    older = [_shifted(state[index:], WORD_BITS - leap) for index in range(len(state) - 1)]
    return state[0], [new, *older]


def _shifted(state: Sequence[Any], distance: int) -> Any:
    """The low word of a state that is shifted to the right."""
    whole, rest = divmod(distance, WORD_BITS)
    low = state[whole]
    if not rest:
        return low
    if whole + 1 == len(state):
        return low >> rest
    return low >> rest | state[whole + 1] << WORD_BITS - rest
