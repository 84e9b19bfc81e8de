"""The model's states and generators, split into blocks of replicas that threads work on."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step

from .engine import Rows, run_sweeps
from .noise import thresholds

__all__ = ["ReplicaBlocks"]

Words = NDArray[np.uint32]
# Between two looks at the stop flag: work of some tens of milliseconds.
_CHUNK_WORK = 10_000_000
# A draw and decision costs about as much as this many couplings.
_DRAW_WORK = 8


class _Block:
    """The replicas of the units `first` to `last` of every lane: states and generator states."""

    def __init__(self, params: MachineParams, first: int, last: int) -> None:
        units = last - first
        self.units = slice(first, last)
        # Draw by draw, so that the generators of a lane are walked in step.
        self.replicas = np.add.outer(
            np.arange(params.draws), np.arange(first, last) * params.draws
        ).ravel()
        dtype = np.int16 if params.field_bits <= 16 else np.int32
        self.states = np.zeros((params.pbits, params.draws * units), dtype)
        # As the gates after reset.
        self.s0 = np.ones((params.lanes, units), np.uint32)
        self.s1 = np.ones((params.lanes, units), np.uint32)


class ReplicaBlocks:
    """All replicas. Replica `g * draws + d` draws word `d` of a row from unit `g` of its lane."""

    def __init__(self, params: MachineParams, threads: int) -> None:
        self._params = params
        count = max(1, min(threads, params.units))
        bounds = [params.units * index // count for index in range(count + 1)]
        self._blocks = [_Block(params, first, last) for first, last in pairwise(bounds)]
        self._pool = ThreadPoolExecutor(count) if count > 1 else None
        self._parts = max(1, params.replicas // 32)
        self._held = np.zeros(self._parts, np.uint32)
        self._seed_low = 0
        self._thresholds = lru_cache(maxsize=4096)(self._compute_thresholds)
        self._compile()

    def write_seeds(self, offset: int, words: Words) -> None:
        """Words of `Region.SEEDS`: s0, then s1, which takes effect for both."""
        for index, word in enumerate(words.tolist(), offset):
            if index % 2 == 0:
                self._seed_low = word
                continue
            lane, unit = divmod(index // 2, self._params.units)
            for block in self._blocks:
                if block.units.start <= unit < block.units.stop:
                    block.s0[lane, unit - block.units.start] = self._seed_low
                    block.s1[lane, unit - block.units.start] = word

    def write_states(self, offset: int, words: Words) -> None:
        """Words of `Region.STATES`; with several per p-bit, the last one takes effect for all."""
        parts = self._parts
        history = np.concatenate([self._held, words])
        ends = np.flatnonzero((offset + np.arange(len(words))) % parts == parts - 1)
        self._held = history[-parts:]
        if not len(ends):
            return
        whole = history[(ends[:, None] + 1) + np.arange(parts)]
        bits = np.unpackbits(whole.astype("<u4").view(np.uint8), bitorder="little")
        bits = bits.reshape(-1, self._params.replicas)
        first = (offset + int(ends[0])) * 32 // self._params.replicas
        if parts == 1:
            first = offset * 32 // self._params.replicas
        for block in self._blocks:
            block.states[first : first + len(bits)] = -bits[:, block.replicas].astype(np.int8)

    def read_states(self, offset: int, count: int) -> Words:
        """Words of `Region.STATES`."""
        replicas = self._params.replicas
        first = offset * 32 // replicas
        last = -(-(offset + count) * 32 // replicas)
        bits = np.empty((last - first, replicas), np.uint8)
        for block in self._blocks:
            bits[:, block.replicas] = block.states[first:last] != 0
        words = np.packbits(bits, bitorder="little").view("<u4").astype(np.uint32)
        skip = offset - first * replicas // 32
        return words[skip : skip + count]

    def work(self, rows: Rows) -> int:
        """A measure of the work of one sweep of one thread."""
        cells = len(rows.base)
        width = self._blocks[0].states.shape[1]
        return (len(rows.pbits) + _DRAW_WORK * cells) * width

    def run(self, rows: Rows, steps: Sequence[Step]) -> Iterator[int]:
        """Runs a schedule; yields the number of sweeps of each chunk when it is done."""
        sweeps_per_chunk = max(1, _CHUNK_WORK // max(1, self.work(rows)))
        dtype = self._blocks[0].states.dtype
        base, couplings2 = rows.base.astype(dtype), rows.couplings2.astype(dtype)

        def run_block(block: _Block, chunk: Sequence[Step]) -> None:
            for step in chunk:
                run_sweeps(
                    block.states,
                    block.s0,
                    block.s1,
                    self._params.draws,
                    rows.targets,
                    rows.start,
                    rows.pbits,
                    couplings2,
                    base,
                    self._thresholds(step.temperature, rows.largest),
                    step.couple,
                    step.sweeps,
                )

        for chunk in _chunks(steps, sweeps_per_chunk):
            if self._pool is None:
                run_block(self._blocks[0], chunk)
            else:
                list(self._pool.map(run_block, self._blocks, [chunk] * len(self._blocks)))
            yield sum(step.sweeps for step in chunk)

    def _compile(self) -> None:
        """Compiles the inner loop, or takes it from Numba's cache: now, not in the first run."""
        blank = np.empty(0, np.int64)
        rows = Rows(blank, np.zeros(1, np.int64), blank, blank, blank, largest=0, slots=0)
        for _ in self.run(rows, [Step(temperature=1, sweeps=1, couple=False)]):
            pass

    def _compute_thresholds(self, temperature: int, largest: int) -> NDArray[np.int32]:
        params = self._params
        return thresholds(temperature, params.table, params.field_limit, largest)


def _chunks(steps: Sequence[Step], sweeps: int) -> Iterator[list[Step]]:
    """Cuts a schedule into pieces of at most `sweeps` sweeps."""
    chunk: list[Step] = []
    room = sweeps
    for step in steps:
        left = step.sweeps
        while left:
            taken = min(left, room)
            chunk.append(Step(step.temperature, taken, step.couple))
            left, room = left - taken, room - taken
            if not room:
                yield chunk
                chunk, room = [], sweeps
    if chunk:
        yield chunk
