"""Runs reads on a device, as many at a time as it has replicas."""

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.program import Step

from .bus import to_words
from .compile.program import Program
from .device import Device, RunReport
from .plan import ChainPlan
from .seeds import seed_words
from .stream import emit_after

__all__ = ["ChainRunner"]

# Whatever the states were: couplings off, so the temperature does not matter.
_RANDOMISE = Step(temperature=1, sweeps=1, couple=False).encode()


class ChainRunner:
    """Carries out a plan on a device, and counts what was done.

    sweeps : over all batches, the random starts not counted
    cycles : clock cycles of the device
    stopped : whether `interrupt` or `enough` ended it before all reads were done
    reseed_words : what was mixed into the generators, 0 where there was no fresh word
    reseeds_missed : how many times there was none, or no room to record it
    """

    def __init__(
        self,
        device: Device,
        program: Program,
        interrupt: Callable[[], bool] | None = None,
        on_sweeps: Callable[[int], None] | None = None,
        enough: Callable[[], bool] | None = None,
    ) -> None:
        self._device = device
        self._program = program
        self._interrupt = interrupt
        self._on_sweeps = on_sweeps
        self._enough = enough  # asked between batches
        self._mode = program.mode  # of all runs
        self.sweeps = 0
        self.cycles = 0
        self.stopped = False
        self.reseed_words: list[int] = []
        self.reseeds_missed = 0

    def load(self) -> None:
        """Loads the program, and the constant p-bit if there is one.

        A run that an earlier process left behind is ended first: a busy device takes no program.
        """
        self._device.stop()
        self._device.load(self._program, self._mode)
        constant = self._program.constant
        if constant is not None:
            states = np.zeros((self._program.addresses, self._device.params.replicas), np.bool_)
            states[constant : constant + self._program.constants] = True
            self._device.write_states(states)

    def run(self, plan: ChainPlan) -> NDArray[np.int8]:
        """The samples, +-1, shape (reads, samples_per_read, variables).

        Fewer reads than planned if `interrupt` stopped it; a read is whole or not there. Raises
        `MemoryError` if they do not fit, `DeviceError`.
        """
        shape = (plan.num_reads, plan.samples_per_read, len(self._program.pbits))
        if math.prod(shape) > sys.maxsize:  # for which NumPy has another error
            raise MemoryError(f"unable to allocate an array of the shape {shape}")
        samples = np.empty(shape, np.int8)
        replicas = self._device.params.replicas
        for batch, done in enumerate(range(0, plan.num_reads, replicas)):
            if batch and self._enough is not None and self._enough():
                self.stopped = True
            else:
                self._run_batch(plan, batch, samples[done : done + replicas])
            if self.stopped:
                samples = samples[:done]
                break
        if plan.reseed_interval:
            self._device.noise.start_reseeds(0)
        self._device.check()  # or the last states were not those of our run
        return samples

    def _run_batch(self, plan: ChainPlan, batch: int, samples: NDArray[np.int8]) -> None:
        """Fill `samples`, shape (reads, samples_per_read, variables), unless it is stopped."""
        self.load_seeds(plan.seed, batch, plan.first_read)
        self._start_reseeds(plan, batch)
        before = self._start(plan, batch, len(samples))
        self._take(plan, before, samples)
        if self.stopped:
            return
        if plan.reseed_interval:
            words, missed = self._device.noise.reseeds()
            self.reseed_words += words
            self.reseeds_missed += missed

    def _take(self, plan: ChainPlan, before: list[int], samples: NDArray[np.int8]) -> None:
        """Run a batch whose seeds are set, but for the steps `before`, and fill `samples`."""
        if plan.samples_per_read > 1 and self._device.params.stream_words:
            self._stream(plan, before, samples)
        else:
            self._run_samples(plan, before, samples)

    def _start(self, plan: ChainPlan, batch: int, reads: int) -> list[int]:
        """The steps that are left of the start of a batch, once given states are written.

        A read draws the same random words wherever it starts.
        """
        if plan.starts is None:
            return [_RANDOMISE]
        self._run([_RANDOMISE], 1)
        if not self.stopped:
            first = plan.first_read + batch * self._device.params.replicas
            given = plan.starts.of(first, reads).T
            states = self._device.read_states(self._program.addresses)
            drawn = states[self._program.pbits, :reads]
            states[self._program.pbits, :reads] = np.where(given, given > 0, drawn)
            self._device.write_states(states)
        return []

    def _start_reseeds(self, plan: ChainPlan, batch: int) -> None:
        words = plan.reseed_words
        if words is not None:
            count = plan.reseeds_per_batch
            words = words[batch * count : (batch + 1) * count]
        # Always, or the device would go on with what an earlier process asked for.
        self._device.noise.start_reseeds(plan.reseed_interval, words)

    def load_seeds(self, seed: int, batch: int = 0, first_read: int = 0) -> None:
        """Set all generators for the reads of one batch."""
        params = self._device.params
        lane: Any = np.arange(params.lanes)[:, None]
        unit: Any = first_read // params.draws + np.arange(params.units)
        streams: Any = params.seed_stream(batch, lane, unit)
        self._device.load_seeds(seed_words(params.source, seed, streams.reshape(-1)))

    def _run_samples(self, plan: ChainPlan, before: list[int], samples: NDArray[np.int8]) -> None:
        """As a run for each sample, after whose end its states are read."""
        for index in range(plan.samples_per_read):
            if not self.stopped:
                self._run(plan.next_steps if index else before + plan.first_steps, len(before))
            if self.stopped:
                return
            before = []
            states = self._device.read_states(self._program.addresses)
            self._keep(states, samples[:, index])

    def _keep(self, states: NDArray[np.bool_], samples: NDArray[np.int8]) -> None:
        """Fill `samples`, shape (reads, variables), from states."""
        samples[:] = 2 * states[self._program.pbits, : len(samples)].T.astype(np.int8) - 1

    def _stream(self, plan: ChainPlan, before: list[int], samples: NDArray[np.int8]) -> None:
        """As one run that emits all samples of a batch."""
        if self.stopped:
            return
        first = emit_after(to_words(before + plan.first_steps))
        following = emit_after(to_words(plan.next_steps))
        with self._device.stream(
            np.concatenate([first, np.tile(following, plan.samples_per_read - 1)]),
            self._program.sweep_rows,
            self._program.addresses,
            interrupt=self._interrupt,
            on_progress=self._tell_sweeps(len(before)),
        ) as stream:
            for index, states in enumerate(stream):
                self._keep(states, samples[:, index])
        self._count(stream.report, len(before))

    def _run(self, steps: list[int], uncounted: int) -> None:
        report = self._device.run(
            steps,
            self._program.sweep_rows,
            interrupt=self._interrupt,
            on_progress=self._tell_sweeps(uncounted),
        )
        self._count(report, uncounted)

    def _tell_sweeps(self, uncounted: int) -> Callable[[int], None]:
        done = self.sweeps

        def on_progress(sweeps: int) -> None:
            if self._on_sweeps is not None:
                self._on_sweeps(done + max(0, sweeps - uncounted))

        return on_progress

    def _count(self, report: RunReport, uncounted: int) -> None:
        self.stopped = report.stopped
        self.sweeps += max(0, report.sweeps - uncounted)
        self.cycles += report.cycles
