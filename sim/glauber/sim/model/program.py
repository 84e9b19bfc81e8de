"""The model's program memories: rows, schedule words and couplings."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.operations import Operation, decode_word
from glauber.hdl.facts.program import Step, decode_coupling, decode_row
from glauber.hdl.facts.regions import Region, region_words

from .rows import Rows, gather_rows
from .walk import Walk, gather_walk

__all__ = ["ProgramStore", "cut_schedule"]

Words = NDArray[np.uint32]


# Of schedules, which are sent again and again.
_decode_step = lru_cache(maxsize=1 << 16)(Step.decode)
_decode_word = lru_cache(maxsize=1 << 16)(decode_word)


class ProgramStore:
    """Words as the host wrote them, decoded when a run starts.

    stride : bytes from the states of a p-bit to those of the next
    """

    def __init__(self, params: MachineParams, stride: int) -> None:
        self._params = params
        self._stride = stride
        self._rows, self._steps, self._couplings = (
            np.zeros(region_words(region, params), np.uint32)
            for region in (Region.ROWS, Region.STEPS, Region.PROGRAM)
        )
        self._decoded: dict[int, Rows] = {}
        self._walks: dict[int, Walk] = {}

    def write_rows(self, offset: int, words: Words) -> None:
        self._rows[offset : offset + len(words)] = words
        self._decoded.clear()
        self._walks.clear()

    def write_steps(self, offset: int, words: Words) -> None:
        self._steps[offset : offset + len(words)] = words

    def write_couplings(self, offset: int, words: Words) -> None:
        self._couplings[offset : offset + len(words)] = words
        self._decoded.clear()
        self._walks.clear()

    def schedule(self, count: int) -> list[Step | Operation]:
        """The words of the schedule."""
        decode = _decode_word if self._params.abilities else _decode_step
        return [decode(word) for word in self._steps[:count].tolist()]

    def rows(self, count: int) -> Rows:
        """The program of a sweep of `count` rows; decoded once, until it is written again."""
        if count not in self._decoded:
            self._decoded[count] = self._decode(count)
        return self._decoded[count]

    def walk(self, count: int) -> Walk:
        """The measuring walk over the first `count` rows; decoded once, as `rows`."""
        if count not in self._walks:
            self._walks[count] = self._decode_walk(count)
        return self._walks[count]

    def _decode_walk(self, count: int) -> Walk:
        lengths, targets, pbits, couplings = self._decode_words(count)
        return gather_walk(
            lengths, targets, pbits, couplings, self._params.lanes, self._params.couplings_per_slot
        )

    def _decode(self, count: int) -> Rows:
        lengths, targets, pbits, couplings = self._decode_words(count)
        lanes, per_slot = self._params.lanes, self._params.couplings_per_slot
        return gather_rows(lengths, targets, pbits, couplings, lanes, per_slot, self._stride)

    def _decode_words(self, count: int) -> tuple[NDArray[np.int64], ...]:
        """Lengths and target rows of rows, neighbours and couplings of their coupling words."""
        params = self._params
        row_words: Any = self._rows[:count].astype(np.int64)
        decoded: Any = decode_row(row_words)
        lengths, targets = decoded
        used = min(int(lengths.sum()), params.slots) * params.lanes * params.couplings_per_slot
        words = self._couplings[:used].astype(np.int64)
        pbits, couplings = decode_coupling(words, params.coupling_bits)
        targets = targets & (params.pbits // params.lanes - 1)
        return lengths, targets, pbits & (params.pbits - 1), couplings


def cut_schedule(
    steps: Sequence[Step], size: int, first: int | None = None
) -> Iterator[list[Step]]:
    """Cuts a schedule into pieces of `size` sweeps; `first`, if not 0, is the first one's size."""
    piece: list[Step] = []
    room = first or size
    if sum(step.sweeps for step in steps) <= room and not any(step.emit for step in steps):
        if steps:
            yield list(steps)
        return
    for step in steps:
        left = step.sweeps
        if left < room and not step.emit:
            piece.append(step)
            room -= left
            continue
        while left:
            taken = min(left, room)
            whole = taken == step.sweeps and not step.emit
            piece.append(step if whole else Step(step.temperature, taken, step.couple))
            left, room = left - taken, room - taken
            if not room:
                yield piece
                piece, room = [], size
    if piece:
        yield piece
