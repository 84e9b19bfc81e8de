"""Runs reads on a device, as many at a time as it has replicas."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.noise import expand_seed
from glauber.hdl.facts.program import Step

from .compile.program import Program
from .device import Device
from .errors import OptionError

__all__ = ["ChainPlan", "ChainRunner", "check_reads"]

READS_MAX = 1 << 31

# Whatever the states were: couplings off, so the temperature does not matter.
_RANDOMISE = Step(temperature=1, sweeps=1, couple=False).encode()


def check_reads(num_reads: int, samples_per_read: int) -> None:
    """Raises `OptionError` for more reads, or samples of a read, than 2**31."""
    for name, number in (("num_reads", num_reads), ("samples_per_read", samples_per_read)):
        if number > READS_MAX:
            raise OptionError(f"{name} is {number}; it must be {READS_MAX} or less")


@dataclass(frozen=True)
class ChainPlan:
    """What every read does: start at random, `first_steps`, keep a sample; then again and again
    `next_steps` and keep a sample, until there are `samples_per_read`.

    Raises `OptionError` for more reads, or samples of a read, than 2**31.
    """

    num_reads: int
    first_steps: list[int]
    seed: int
    samples_per_read: int = 1
    next_steps: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        check_reads(self.num_reads, self.samples_per_read)

    @property
    def sweeps_per_read(self) -> int:
        first, following = (
            sum(Step.decode(word).sweeps for word in steps)
            for steps in (self.first_steps, self.next_steps)
        )
        return first + following * (self.samples_per_read - 1)


class ChainRunner:
    """Carries out a plan on a device, and counts what was done.

    sweeps : over all batches, the random starts not counted
    cycles : clock cycles of the device
    stopped : whether `interrupt` ended it before all reads were done
    """

    def __init__(
        self,
        device: Device,
        program: Program,
        interrupt: Callable[[], bool] | None = None,
        on_sweeps: Callable[[int], None] | None = None,
    ) -> None:
        self._device = device
        self._program = program
        self._interrupt = interrupt
        self._on_sweeps = on_sweeps
        self.sweeps = 0
        self.cycles = 0
        self.stopped = False

    def load(self) -> None:
        """Loads the program, and the constant p-bit if there is one.

        A run that an earlier process left behind is ended first: a busy device takes no program.
        """
        self._device.stop()
        self._device.load(self._program)
        constant = self._program.constant
        if constant is not None:
            states = np.zeros((self._program.addresses, self._device.params.replicas), np.bool_)
            states[constant] = True
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
            self._run_batch(plan, batch, samples[done : done + replicas])
            if self.stopped:
                samples = samples[:done]
                break
        self._device.check()  # or the last states were not those of our run
        return samples

    def _run_batch(self, plan: ChainPlan, batch: int, samples: NDArray[np.int8]) -> None:
        """Fill `samples`, shape (reads, samples_per_read, variables), unless it is stopped."""
        self._seed(plan.seed, batch)
        for index in range(plan.samples_per_read):
            steps = plan.next_steps if index else [_RANDOMISE, *plan.first_steps]
            self._run(steps, 0 if index else 1)
            if self.stopped:
                return
            states = self._device.read_states(self._program.addresses)
            states = states[self._program.pbits, : len(samples)]
            samples[:, index] = 2 * states.T.astype(np.int8) - 1

    def _seed(self, seed: int, batch: int) -> None:
        params = self._device.params
        states = [
            expand_seed(seed, params.seed_stream(batch, lane, unit))
            for lane in range(params.lanes)
            for unit in range(params.units)
        ]
        self._device.load_seeds(np.array(states, "<u8").view("<u4"))

    def _run(self, steps: list[int], uncounted: int) -> None:
        done = self.sweeps

        def on_progress(sweeps: int) -> None:
            if self._on_sweeps is not None:
                self._on_sweeps(done + max(0, sweeps - uncounted))

        report = self._device.run(
            steps, len(self._program.rows), interrupt=self._interrupt, on_progress=on_progress
        )
        self.stopped = report.stopped
        self.sweeps += max(0, report.sweeps - uncounted)
        self.cycles += report.cycles
