"""The model of what a machine measures: scores, best states and moments."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.regions import Region, region_words

from .kernel import agree_kernel, score_kernel
from .replicas import ReplicaBlocks
from .states import BLOCK_REPLICAS, StateMemory
from .temper import TemperModel
from .walk import Walk

__all__ = ["MeasureModel", "Measured"]

Words = NDArray[np.uint32]
_MASK32 = (1 << 32) - 1
_SCORING = MeasureFlags.SCORES | MeasureFlags.BEST | MeasureFlags.TARGET | MeasureFlags.EXCHANGE


@dataclass(frozen=True)
class Measured:
    """How many clocks a measuring operation took, whether the target was reached, and how many
    words each generator drew.
    """

    clocks: int
    reached: bool = False
    draws: int = 0


class MeasureModel:
    """What is measured, and the regions that hold it; all 0 at first.

    moment_walks : as its register
    """

    def __init__(self, params: MachineParams, blocks: ReplicaBlocks, temper: TemperModel) -> None:
        self._params = params
        self._blocks, self._temper = blocks, temper
        self._states = states = blocks.states
        self._width = min(BLOCK_REPLICAS, states.width)
        self._best = StateMemory(params) if Abilities.BEST in params.abilities else None
        # The newest scores, the best ones, and after how many sweeps they were met.
        self._scores = np.zeros((3, params.replicas), np.int32)
        self._counts = np.zeros(region_words(Region.MOMENTS, params), np.uint32)
        self.moment_walks = 0
        self._walk: Walk | None = None
        self._weigh_rows = self._target = 0

    def prepare(self, walk: Walk | None, weigh_rows: int, target: int) -> None:
        """What a run measures: `walk`, None for nothing, and the words of the registers."""
        self._walk = walk
        self._clocks: dict[tuple[bool, bool, int | None], int] = {}
        if walk is not None:
            used = walk.couplings != 0
            self._scored = walk.own[used], walk.other[used], walk.couplings[used]
            self._all = walk.couplings.sum(dtype=np.int64)
        self._weigh_rows = weigh_rows
        self._target = target - (target >> 31 << 32)

    def work(self, flags: MeasureFlags) -> int:
        """A measure of the work of an operation, as of `ReplicaBlocks.work`."""
        if self._walk is None or not self._effective(flags):
            return 0
        return len(self._walk.own) * self._params.replicas

    def read(self, region: Region, offset: int, count: int) -> Words | None:
        """Words of a region; None if there are not so many."""
        if offset + count > region_words(region, self._params):
            return None
        if region is Region.BEST:
            assert self._best is not None
            return self._best.read(offset, count)
        scores = self._scores.view(np.uint32).ravel()
        words = scores if region is Region.SCORES else self._counts
        return words[offset : offset + count].copy()

    def operate(self, flags: MeasureFlags, sweeps: int) -> Measured:
        """A measuring operation after `sweeps` sweeps of a run."""
        flags, walk, params = self._effective(flags), self._walk, self._params
        if walk is None or not flags:
            return Measured(params.measure_clocks((), scores=False, kept=False))
        fresh, scores = MeasureFlags.FRESH in flags, MeasureFlags.SCORES in flags
        kept = reached = False
        pairs = None
        if MeasureFlags.MOMENTS in flags:
            self._count(walk, fresh)
        if scores:
            self._scores[0] = self._score()
            reached = MeasureFlags.TARGET in flags and bool(self._scores[0].max() >= self._target)
            kept = MeasureFlags.BEST in flags and self._judge(sweeps, fresh)
            if MeasureFlags.EXCHANGE in flags:
                pairs = self._temper.exchange(self._scores[0], self._blocks.draw)
        return Measured(self._clocks_of(walk, scores, kept, pairs), reached, pairs or 0)

    def _clocks_of(self, walk: Walk, scores: bool, kept: bool, pairs: int | None) -> int:
        """The clocks of an operation, which are few different ones in a run."""
        key = scores, kept, pairs
        if key not in self._clocks:
            parts = walk.parts(self._weigh_rows if scores else 0)
            self._clocks[key] = self._params.measure_clocks(
                parts, scores=scores, kept=kept, pairs=pairs
            )
        return self._clocks[key]

    def _effective(self, flags: MeasureFlags) -> MeasureFlags:
        """What of the flags means something; without a kind of measurement, nothing."""
        abilities = self._params.abilities
        if Abilities.SCORES not in abilities or MeasureFlags.SCORES not in flags:
            flags &= ~_SCORING
        if Abilities.TEMPERING not in abilities:
            flags &= ~MeasureFlags.EXCHANGE
        if Abilities.MOMENTS not in abilities:
            flags &= ~MeasureFlags.MOMENTS
        kinds = MeasureFlags.SCORES | MeasureFlags.MOMENTS
        return flags if flags & kinds else MeasureFlags.NONE

    def _parts(self) -> Iterator[NDArray[np.uint8]]:
        """The states from the first of so many replicas on that a kernel takes at once."""
        for block in self._states.blocks:
            for first in range(0, self._states.width, self._width):
                yield block.reshape(-1)[first // 8 :]

    def _score(self) -> NDArray[np.int32]:
        """The scores of all replicas."""
        totals = np.empty((self._params.replicas // self._width, self._width), np.int32)
        kernel, sizes = score_kernel(self._width), (len(self._scored[0]), self._states.stride)
        for states, found in zip(self._parts(), totals, strict=True):
            kernel(states, *self._scored, found, *sizes)
        # Couplings of p-bits that agree count once, the others once less.
        scores = 2 * totals.ravel().astype(np.int64) - self._all
        return scores.astype(np.int32)

    def _judge(self, sweeps: int, fresh: bool) -> bool:
        """Notes the scores that are better than the best; whether states were kept."""
        scores, best, when = self._scores
        better = (scores > best) | fresh
        best[better] = scores[better]
        when.view(np.uint32)[better] = sweeps & _MASK32
        if self._best is None or not better.any():
            return False
        states, used = self._states, self._states.used
        chosen = np.zeros((len(states.blocks), 8 * states.stride), np.bool_)
        chosen[:, : states.width] = better.reshape(-1, states.width)
        mask = np.packbits(chosen, axis=1, bitorder="little")[:, None]
        best = self._best.blocks[:, :used]
        best ^= (best ^ states.blocks[:, :used]) & mask
        return True

    def _count(self, walk: Walk, fresh: bool) -> None:
        """Adds to the counts in how many replicas p-bits agree."""
        counts = self._counts[: len(walk.own)]
        if fresh:
            counts[:] = 0
            self.moment_walks = 0
        kernel, sizes = agree_kernel(self._width), (len(counts), self._states.stride)
        for states in self._parts():
            kernel(states, walk.own, walk.other, counts, *sizes)
        self.moment_walks = self.moment_walks + 1 & _MASK32
