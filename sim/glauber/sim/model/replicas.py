"""The model's replicas: states and generators, and the jobs that threads do with them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.rules import Mode

from .bank import GeneratorBank
from .kernel import KernelShape, kernel_shape, sweep_kernel
from .near import NearRows
from .program import cut_schedule
from .rows import Rows
from .states import StateMemory
from .tables import Tables, cut_for_tables
from .temper import TemperModel

__all__ = ["ReplicaBlocks"]

Words = NDArray[np.uint32]
# Between two looks at the stop flag: work of some milliseconds.
_CHUNK_WORK = 200_000_000
# A draw and decision costs about as much as this many couplings.
_DRAW_WORK = 16
# A block is split between threads if the steps to run are so much work, into parts of so many
# replicas at least: a narrower one takes as long as this.
_SPLIT_WORK = 10_000_000
_SPLIT_REPLICAS = 32


def _aligned(count: int) -> NDArray[np.uint8]:
    """Room for so many bytes that begins where a register of 512 bits is loaded best."""
    room = np.empty(count + 64, np.uint8)
    return room[-room.ctypes.data % 64 :][:count]


class _Job:
    """What one call of a kernel does: some units of every lane of a block."""

    def __init__(self, states: StateMemory, bank: GeneratorBank, block: int, units: slice) -> None:
        _, lanes, self.lane_units = bank.state.shape
        self.units = units.stop - units.start
        first = units.start * (states.width // self.lane_units) // 8
        self.states = states.blocks[block].reshape(-1)[first:]
        self.generators = bank.state.reshape(-1)[units.start :]
        self.new = np.empty((lanes, states.stride), np.uint8)
        draws = states.width // self.lane_units
        self.replicas = block * states.width + np.arange(units.start * draws, units.stop * draws)


class ReplicaBlocks:
    """All replicas. Replica `g * draws + d` draws word `d` of a row from unit `g` of its lane.

    states : StateMemory
    mode : Mode
        Of all steps.
    """

    def __init__(self, params: MachineParams, threads: int, temper: TemperModel) -> None:
        self._params = params
        self._threads = threads
        self.states = StateMemory(params)
        self._units = self.states.width // params.draws
        self._banks = [
            GeneratorBank(params.source.generator, params.lanes, self._units)
            for _ in self.states.blocks
        ]
        self.mode = Mode.HEAT_BATH
        self._temper = temper
        self._tables, self._ladder_tables = Tables(params), Tables(params)
        self._jobs = cache(self._make_jobs)
        self.write_states, self.read_states = self.states.write, self.states.read

    @property
    def stride(self) -> int:
        """Bytes from the states of a p-bit to those of the next."""
        return self.states.stride

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads)

    def write_seeds(self, offset: int, words: Words) -> None:
        """Words of `Region.SEEDS`."""
        size = self._params.seed_words
        index = offset + np.arange(len(words))
        unit, lane = (index // size) % self._params.units, index // size // self._params.units
        for number, bank in enumerate(self._banks):
            chosen = unit // self._units == number
            place = (lane * self._units + unit % self._units) * size + index % size
            bank.seed(place[chosen], words[chosen])

    def inject(self, word: int) -> None:
        """XORs a word into the states of all generators."""
        for bank in self._banks:
            bank.inject(word)

    def draw(self, count: int) -> NDArray[np.uint32]:
        """All generators draw so many words; those of unit 0 of lane 0."""
        words = np.empty((count, self._params.lanes, self._units), np.uint32)
        for bank in reversed(self._banks):
            bank.draw(words)
        return words[:, 0, 0]

    @property
    def dead(self) -> bool:
        """Whether a generator stands still."""
        return any(bank.dead for bank in self._banks)

    def work(self, rows: Rows) -> int:
        """A measure of the work of one sweep."""
        return (len(rows.couplings) + _DRAW_WORK * len(rows.bases)) * self._params.replicas

    def run(self, rows: Rows, steps: Sequence[Step]) -> Iterator[int]:
        """Runs a schedule; yields the number of sweeps of each chunk when it is done."""
        states = self.states
        states.used = max(states.used, rows.highest // states.stride + self._params.lanes)
        sweeps_per_chunk = max(1, _CHUNK_WORK // max(1, self.work(rows)))
        for chunk in cut_schedule(steps, sweeps_per_chunk):
            for couple, part in groupby(chunk, key=lambda step: step.couple):
                if couple and Mode.LADDER in self.mode:
                    self._run_ladder(rows, sum(step.sweeps for step in part))
                    continue
                for few in cut_for_tables(rows, list(part)):
                    if couple:
                        self._run_steps(rows, few, metropolis=Mode.METROPOLIS in self.mode)
                    else:
                        self._run_steps(rows.uncoupled, few, metropolis=False)
            yield sum(step.sweeps for step in chunk)

    def _run_steps(self, rows: Rows, steps: Sequence[Step], *, metropolis: bool) -> None:
        """Runs steps with the same couplings, on all threads."""
        sweeps = np.array([step.sweeps for step in steps], np.int32)
        jobs = self._jobs(self._split(self.work(rows) * int(sweeps.sum())))
        shape = self._shape(rows, jobs[0].units, metropolis=metropolis, ladder=False)
        tables = self._tables.of(shape, rows, [step.temperature for step in steps])
        self._run_jobs(shape, jobs, rows, tables, sweeps)

    def _run_ladder(self, rows: Rows, sweeps: int) -> None:
        """Runs sweeps at the temperatures of the replicas, on all threads."""
        jobs = self._jobs(self._split(self.work(rows) * sweeps))
        metropolis = Mode.METROPOLIS in self.mode
        shape = self._shape(rows, jobs[0].units, metropolis=metropolis, ladder=True)
        levels = self._temper.levels
        tables = self._ladder_tables.of(shape, rows, levels)
        self._run_jobs(shape, jobs, rows, tables, np.array([sweeps], np.int32), levels)

    def _run_jobs(
        self,
        shape: KernelShape,
        jobs: Sequence[_Job],
        rows: Rows,
        tables: NDArray[np.int16],
        sweeps: NDArray[np.int32],
        levels: Sequence[int] = (),
    ) -> None:
        """`levels` are the temperatures of `tables` if each replica has its own."""
        kernel = sweep_kernel(shape)
        nothing = rows.targets[:0]
        near = rows.near or NearRows(nothing, nothing, nothing, nothing)
        columns = 2 * shape.blended * 2 * shape.width

        def run_job(job: _Job) -> None:
            rungs = np.zeros(shape.width if shape.ladder else 0, np.int32)
            if shape.ladder:
                level = np.searchsorted(levels, self._temper.codes[job.replicas])
                rungs[: len(level)] = level * 2 * tables.shape[-1]
                rungs = np.concatenate([rungs[::2], rungs[1::2]])
            kernel(
                job.states,
                job.generators,
                job.new,
                rows.targets,
                rows.start,
                rows.couplings,
                rows.bases,
                rows.parities,
                tables,
                rungs,
                _aligned(columns),
                near.named,
                near.homes,
                near.middle,
                near.readings,
                _aligned((len(near.named) + 1) * shape.width),
                sweeps,
                len(near.named),
                len(sweeps),
                tables.shape[-1],
                len(rows.targets),
                self._params.lanes,
                job.lane_units,
                self.stride,
            )

        if self._threads == 1 or len(jobs) == 1:
            for job in jobs:
                run_job(job)
        else:
            list(self._pool.map(run_job, jobs))

    def _shape(self, rows: Rows, units: int, *, metropolis: bool, ladder: bool) -> KernelShape:
        return kernel_shape(
            self._params.source.generator,
            units,
            self._params.draws,
            rows.field_bits,
            rows.largest + 1,
            metropolis=metropolis,
            ladder=ladder,
            near=rows.near is not None,
        )

    def _split(self, work: int) -> int:
        """Into how many parts to split each block, so that all threads have something to do."""
        parts = 1
        while (
            len(self._banks) * parts < self._threads
            and work >= _SPLIT_WORK
            and parts < self._units
            and self.states.width // (2 * parts) >= _SPLIT_REPLICAS
        ):
            parts *= 2
        return parts

    def _make_jobs(self, parts: int) -> list[_Job]:
        units = self._units // parts
        return [
            _Job(self.states, bank, block, slice(first, first + units))
            for block, bank in enumerate(self._banks)
            for first in range(0, self._units, units)
        ]
