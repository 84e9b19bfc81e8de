"""Words and addresses of the machine's bus, as the host handles them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.header import Header
from glauber.hdl.facts.regions import Region, split_address
from glauber.hdl.facts.registers import Register

__all__ = ["WORD_MAX", "Words", "describe_address", "to_words", "unpack_bits"]

WORD_MAX = (1 << 32) - 1
Words = NDArray[np.uint32]


def to_words(values: Iterable[int] | np.ndarray) -> Words:
    """`values` as words. Raises `FactError` for a value that is no unsigned 32-bit integer."""
    array = np.asarray(values if isinstance(values, np.ndarray) else list(values))
    if array.dtype != np.uint32 and array.size:
        if array.dtype.kind not in "iu":
            raise FactError(
                f"words for the device have the type {array.dtype}; give integers, 0 to {WORD_MAX}"
            )
        low, high = int(array.min()), int(array.max())
        if low < 0 or high > WORD_MAX:
            value = low if low < 0 else high
            raise FactError.out_of_range("a word", value, 0, WORD_MAX, "give unsigned 32-bit words")
    return np.ascontiguousarray(array, dtype=np.uint32).reshape(-1)


def unpack_bits(words: Words) -> NDArray[np.bool_]:
    """The bits of words, the lowest bit of the first word first."""
    data = words.astype("<u4", copy=False).view(np.uint8)
    return np.unpackbits(data, bitorder="little").view(np.bool_)


def describe_address(address: int) -> str:
    """An address as a user can look it up: `STATUS (0x16)`, `ROWS + 3 (0x10000003)`."""
    number, offset = split_address(address)
    names = {int(region): region.name for region in Region}
    registers = {int(word): word.name for kind in (Header, Register) for word in kind}
    if number == Region.REGISTERS and offset in registers:
        return f"{registers[offset]} ({address:#x})"
    return f"{names[number]} + {offset} ({address:#x})" if number in names else f"{address:#x}"
