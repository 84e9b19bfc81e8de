"""The model's states and generators, split into blocks of replicas that threads work on."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step

from .engine import Rows, run_rows
from .generators import create_bank
from .noise import thresholds
from .program import cut_schedule

__all__ = ["ReplicaBlocks"]

Words = NDArray[np.uint32]
# Between two looks at the stop flag: work of some tens of milliseconds.
_CHUNK_WORK = 10_000_000
# Words that are drawn at once: few enough to stay in a core's own cache.
_WORDS_AT_ONCE = 1 << 16
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
        self.generators = create_bank(params.source, params.lanes, units)


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
        self._thresholds = lru_cache(maxsize=4096)(self._compute_thresholds)
        self._compile()

    def write_seeds(self, offset: int, words: Words) -> None:
        """Words of `Region.SEEDS`."""
        size = self._params.seed_words
        index = offset + np.arange(len(words))
        unit, lane = (index // size) % self._params.units, index // size // self._params.units
        for block in self._blocks:
            chosen = (block.units.start <= unit) & (unit < block.units.stop)
            width = block.units.stop - block.units.start
            place = (lane * width + unit - block.units.start) * size + index % size
            block.generators.seed(place[chosen], words[chosen])

    def inject(self, word: int) -> None:
        """XORs a word into the states of all generators."""
        for block in self._blocks:
            block.generators.inject(word)

    @property
    def dead(self) -> bool:
        """Whether a generator stands still."""
        return any(block.generators.dead for block in self._blocks)

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
                self._run_step(block, rows, couplings2, base, step)

        for chunk in cut_schedule(steps, sweeps_per_chunk):
            if self._pool is None:
                run_block(self._blocks[0], chunk)
            else:
                list(self._pool.map(run_block, self._blocks, [chunk] * len(self._blocks)))
            yield sum(step.sweeps for step in chunk)

    def _run_step(
        self,
        block: _Block,
        rows: Rows,
        couplings2: NDArray[np.integer],
        base: NDArray[np.integer],
        step: Step,
    ) -> None:
        """Runs the sweeps of one step, a cache of random words at a time."""
        lanes, width = self._params.lanes, block.states.shape[1]
        count = len(rows.targets) * step.sweeps
        at_once = max(1, min(count, _WORDS_AT_ONCE // (lanes * width)))
        first_key = self._thresholds(step.temperature, rows.largest)
        words = np.empty((at_once, lanes, width), np.uint32)
        for done in range(0, count, at_once):
            part = words[: count - done]
            block.generators.draw(part)
            run_rows(
                block.states,
                part,
                done % len(rows.targets),
                rows.targets,
                rows.start,
                rows.pbits,
                couplings2,
                base,
                first_key,
                step.couple,
            )

    def _compile(self) -> None:
        """Compiles the inner loop, or takes it from Numba's cache: now, not in the first run."""
        blank = np.empty(0, np.int64)
        rows = Rows(blank, np.zeros(1, np.int64), blank, blank, blank, largest=0, slots=0)
        for block in self._blocks:
            none = np.empty((0, self._params.lanes, block.states.shape[1]), np.uint32)
            block.generators.draw(none)
            keys = self._thresholds(1, 0)
            typed = blank.astype(block.states.dtype)
            run_rows(block.states, none, 0, blank, rows.start, blank, typed, typed, keys, False)

    def _compute_thresholds(self, temperature: int, largest: int) -> NDArray[np.int32]:
        params = self._params
        return thresholds(temperature, params.table, params.field_limit, largest)
