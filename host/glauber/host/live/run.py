"""A problem that runs on a device and is looked at from time to time."""

import time
from dataclasses import dataclass
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.program import Step

from ..chains import ChainRunner
from ..compile import IsingProblem
from ..job import prepare
from ..options import whole_number
from ..request import Request
from ..sampler import GlauberSampler
from ..schedule import BetaSchedule, encode_schedule

__all__ = ["LiveFrame", "LiveRun"]

_RANDOMISE = Step(temperature=1, sweeps=1, couple=False).encode()


@dataclass(frozen=True)
class LiveFrame:
    """What was seen at one moment.

    sweeps, beta : sweeps of every replica so far, and the inverse temperature of the last one
    states : int8, shape (replicas, variables), +-1
    energies : float64, shape (replicas,)
    updates, seconds : spin updates so far, and the time that the device took for them
    """

    sweeps: int
    beta: float
    states: NDArray[np.int8]
    energies: NDArray[np.float64]
    updates: int
    seconds: float


class LiveRun:
    """All replicas of a device at work on one problem, by the keywords of `GlauberSampler.sample`.

    Parameters
    ----------
    sampler : GlauberSampler
        Whose device runs; nothing else may use it meanwhile.
    bqm : dimod.BinaryQuadraticModel
    beta : float or None
        Fixed inverse temperature; without it, an anneal over `num_sweeps` sweeps.
    settings
        `num_sweeps`, `beta_range` and other keywords of the schedule, and `seed`.

    The states after `n` sweeps are those of the first reads of `GlauberSampler.sample` with the
    same settings, however many sweeps are between two looks. Raises as `GlauberSampler.sample`.
    """

    def __init__(
        self,
        sampler: GlauberSampler,
        bqm: dimod.BinaryQuadraticModel,
        beta: float | None = None,
        **settings: Any,
    ) -> None:
        self.device = sampler.device
        self.bqm = bqm
        problem = IsingProblem.from_bqm(bqm)
        replicas = self.device.params.replicas
        request = Request(num_reads=replicas, beta=beta, **settings)
        self._job = prepare(request, problem, bqm.vartype, self.device.params, sampler._fresh_seed)
        self._betas = self._job.scheduled.schedule.betas
        self._per_beta = self._job.scheduled.schedule.sweeps_per_beta
        self._fixed = beta is not None
        self._runner = ChainRunner(self.device, self._job.program)
        self.sweeps = 0
        self.seconds = 0.0
        self._start()

    @property
    def seed(self) -> int:
        return self._job.plan.seed

    @property
    def beta(self) -> float:
        """The inverse temperature of the next sweep."""
        if self._fixed:
            return float(self._betas[0])
        return float(self._betas[min(self.sweeps // self._per_beta, len(self._betas) - 1)])

    def set_beta(self, beta: float) -> None:
        """Keep this inverse temperature from now on.

        Raises `OptionError` if it is out of the range of this problem on this device.
        """
        betas = np.array([beta], np.float64)
        encode_schedule(BetaSchedule(betas, 1), self._job.scheduled.values.scale)
        self._betas, self._fixed = betas, True

    def advance(self, sweeps: int) -> LiveFrame:
        """Let all replicas do so many sweeps, and look. Raises `OptionError`, `DeviceError`."""
        whole_number("sweeps", sweeps)
        last = self.sweeps + np.arange(sweeps)
        if self._fixed:
            schedule = BetaSchedule(self._betas[:1], sweeps)
        else:
            index = np.minimum(last // self._per_beta, len(self._betas) - 1)
            schedule = BetaSchedule(self._betas[index], 1)
        steps, _ = encode_schedule(schedule, self._job.scheduled.values.scale)
        start = time.perf_counter()
        self.device.run(steps, len(self._job.program.rows))
        self.seconds += time.perf_counter() - start
        self.sweeps += sweeps
        return self.look(float(schedule.betas[-1]))

    def look(self, beta: float | None = None) -> LiveFrame:
        """The states as they are. Raises `DeviceError`."""
        program = self._job.program
        bits = self.device.read_states(program.addresses)[program.pbits].T
        self.device.check()
        states = 2 * bits.astype(np.int8) - 1
        samples = states if self.bqm.vartype is dimod.SPIN else (states + 1) // 2
        return LiveFrame(
            self.sweeps,
            self.beta if beta is None else beta,
            states,
            self.bqm.energies((samples, list(self.bqm.variables))),
            self.sweeps * self._job.problem.size * self.device.params.replicas,
            self.seconds,
        )

    def _start(self) -> None:
        self._runner.load()
        self.device.noise.start_reseeds(0)  # what an earlier process may have asked for
        self._runner.load_seeds(self.seed)
        self.device.run([_RANDOMISE], len(self._job.program.rows))
