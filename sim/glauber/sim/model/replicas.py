"""The model's states and generators, split into blocks of replicas that threads work on."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.program import Step

from .bank import GeneratorBank
from .kernel import KernelShape, limit_entries, sweep_kernel
from .noise import KEYS, thresholds
from .program import cut_schedule
from .rows import Rows

__all__ = ["ReplicaBlock", "ReplicaBlocks"]

Words = NDArray[np.uint32]
# Between two looks at the stop flag: work of some milliseconds.
_CHUNK_WORK = 10_000_000
# A draw and decision costs about as much as this many couplings.
_DRAW_WORK = 8
# Replicas that a kernel walks at once: 64 states are one or two cache lines, and four registers.
_BLOCK_REPLICAS = 64


class ReplicaBlock:
    """The replicas of the units from `first` on of every lane: states and generator states.

    states : int16, shape (pbits, width)
        Masks: all ones for +1.
    best : likewise, what a machine that keeps the best states has kept; else no p-bits
    replicas : which replica stands in each column
    """

    def __init__(self, params: MachineParams, first: int, units: int) -> None:
        self.units = slice(first, first + units)
        # Draw by draw, so that the generators of a lane are walked in step.
        self.replicas = np.add.outer(
            np.arange(params.draws), np.arange(first, first + units) * params.draws
        ).ravel()
        width = params.draws * units
        self.states = np.zeros((params.pbits, width), np.int16)
        kept = params.pbits if Abilities.BEST in params.abilities else 0
        self.best = np.zeros((kept, width), np.int16)
        self.generators = GeneratorBank(params.source.generator, params.lanes, units)
        self.new = np.empty((params.lanes, width), np.int16)


class ReplicaBlocks:
    """All replicas. Replica `g * draws + d` draws word `d` of a row from unit `g` of its lane.

    used : p-bits from which on nothing was ever written, so that their states are as after reset
    """

    def __init__(self, params: MachineParams, threads: int) -> None:
        self._params = params
        units = max(1, min(_BLOCK_REPLICAS // params.draws, -(-params.units // threads)))
        units = 1 << (units - 1).bit_length()
        self._blocks = [
            ReplicaBlock(params, first, units) for first in range(0, params.units, units)
        ]
        threads = min(threads, len(self._blocks))
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._parts = max(1, params.replicas // 32)
        self._held = np.zeros(self._parts, np.uint32)
        self.used = 0
        self._limits = lru_cache(maxsize=4096)(self._compute_limits)

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
        self.used = max(self.used, first + len(bits))
        for block in self._blocks:
            block.states[first : first + len(bits)] = -bits[:, block.replicas].astype(np.int8)

    def read_states(self, offset: int, count: int, *, best: bool = False) -> Words:
        """Words of `Region.STATES`, or of `Region.BEST`."""
        replicas = self._params.replicas
        first = offset * 32 // replicas
        last = -(-(offset + count) * 32 // replicas)
        bits = np.empty((last - first, replicas), np.uint8)
        for block in self._blocks:
            states = block.best if best else block.states
            bits[:, block.replicas] = states[first:last] != 0
        words = np.packbits(bits, bitorder="little").view("<u4").astype(np.uint32)
        skip = offset - first * replicas // 32
        return words[skip : skip + count]

    def work(self, rows: Rows) -> int:
        """A measure of the work of one sweep of one thread."""
        width = self._blocks[0].states.shape[1] * len(self._blocks)
        return (len(rows.pbits) + _DRAW_WORK * len(rows.base)) * width

    def run(self, rows: Rows, steps: Sequence[Step]) -> Iterator[int]:
        """Runs a schedule; yields the number of sweeps of each chunk when it is done."""
        self.used = max(self.used, rows.highest + self._params.lanes)
        sweeps_per_chunk = max(1, _CHUNK_WORK // max(1, self.work(rows)))
        for chunk in cut_schedule(steps, sweeps_per_chunk):
            for couple, part in groupby(chunk, key=lambda step: step.couple):
                self._run_steps(rows if couple else rows.uncoupled, list(part))
            yield sum(step.sweeps for step in chunk)

    def _run_steps(self, rows: Rows, steps: Sequence[Step]) -> None:
        """Runs steps with the same couplings, on all threads."""
        limits = np.stack([self._limits(step.temperature, rows.largest) for step in steps])
        sweeps = np.array([step.sweeps for step in steps], np.int32)
        shape = KernelShape(
            self._params.source.generator,
            self._blocks[0].generators.state.shape[2],
            self._params.draws,
            16 if rows.largest < 1 << 15 else 32,
            rows.largest + 1,
        )
        kernel = sweep_kernel(shape)

        def run_block(block: ReplicaBlock) -> None:
            kernel(
                block.states,
                block.generators.state,
                block.new,
                rows.targets,
                rows.start,
                rows.pbits,
                rows.couplings2,
                rows.base,
                limits,
                sweeps,
                *limits.shape,
                len(rows.targets),
                self._params.lanes,
            )

        self.each(run_block)

    def each(self, work: Callable[[ReplicaBlock], None]) -> None:
        """Does some work on every block, on all threads."""
        if self._pool is None:
            for block in self._blocks:
                work(block)
        else:
            list(self._pool.map(work, self._blocks))

    def _compute_limits(self, temperature: int, largest: int) -> NDArray[np.int16]:
        """`thresholds`, with room behind them for a kernel that reads beyond."""
        params = self._params
        found = thresholds(temperature, params.table, params.field_limit, largest)
        limits = np.full(limit_entries(len(found)), KEYS, np.int16)
        limits[: len(found)] = found
        return limits
