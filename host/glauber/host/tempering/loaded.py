"""A problem that stays on a device with its ladders of temperatures."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.measure import Abilities

from ..compile import MeasuredProgram
from ..device import Device
from ..errors import DeviceLostError, OptionError
from ..job import Job
from ..measuring.check import check_scores
from ..options import whole_number
from ..plan import check_draws
from ..schedules import Every, Item, Measured, Sweeps, encode
from .ladder import Ladder, count_ladders, read_betas
from .runner import LadderRunner

__all__ = ["RungSample", "TemperedProblem"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Spins = NDArray[np.int8]


@dataclass(frozen=True)
class RungSample:
    """What stands at the rungs of all ladders at one moment; the coldest rung first.

    states : int8, +-1, shape (ladders, rungs, variables)
    energies : float64, shape (ladders, rungs), as the machine measured them
    replicas : int64, shape (ladders, rungs); which replica stands where
    """

    states: Spins
    energies: Floats
    replicas: Ints


class TemperedProblem:
    """A problem on a device, whose replicas stand on ladders of temperatures and exchange them.

    It goes on from call to call. Arrays begin with the coldest rung; what is told per rung does not
    depend on which replica has come to stand there. Nothing else may use the device meanwhile:
    another problem on it is noticed, and an error.

    variables : their labels, in the order of all states
    offset : what an energy of the problem has beside that of the problem on the machine
    sweeps, cycles : that have been done since `begin`, and clocks of the machine
    stopped : whether an interrupt ended the last run
    """

    def __init__(
        self, device: Device, job: Job, ladder: Ladder, sweeps_per_exchange: int, offset: float
    ) -> None:
        assert isinstance(job.program, MeasuredProgram)
        self._device = device
        self._job = job
        self._program = job.program
        self._ladder = ladder
        self._every = whole_number("sweeps_per_exchange", sweeps_per_exchange)
        self.offset = offset
        self.variables = job.problem.variables
        self._runner = LadderRunner(device, job.program)
        self._runner.load()
        self._loads = device.loads
        self.begin()

    @property
    def ladder(self) -> Ladder:
        return self._ladder

    @property
    def betas(self) -> Floats:
        """Of the rungs, as the machine really has them."""
        return self._ladder.realised

    @property
    def seed(self) -> int:
        return self._job.plan.seed

    @property
    def sweeps_per_exchange(self) -> int:
        return self._every

    def begin(self) -> None:
        """Starts afresh: generators, states, rungs, and what was best."""
        self._check_ours()
        self._device.ladder.write(*self._ladder.words())
        self._runner.begin(self._job)
        self.sweeps = self.cycles = 0
        self.stopped = False
        self._best = np.full(self._ladder.replicas, np.iinfo(np.int64).min)
        self._best_sweeps = np.zeros(self._ladder.replicas, np.int64)
        fresh = Measured(scores=True, best=True, fresh=True)
        self._execute([fresh], None, None)

    def set_betas(self, betas: Sequence[float], num_ladders: int | None = None) -> None:
        """Other rungs for the replicas as they are; exchanges are counted anew.

        A replica takes the temperature of the rung of its number. Raises `OptionError`.
        """
        rungs, replicas = read_betas(betas), self._ladder.replicas
        count = count_ladders(len(rungs), num_ladders, replicas)
        ladder = Ladder(rungs, self._ladder.scale, count, replicas)
        self._check_ours()
        self._device.ladder.write(*ladder.words())
        self._ladder = ladder

    def run(
        self,
        sweeps: int,
        *,
        target_score: int | None = None,
        interrupt: Callable[[], bool] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> bool:
        """Sweeps with an exchange after every `sweeps_per_exchange` and after the last.

        target_score : of the quantised problem, at which it ends
        on_progress : told the sweeps done

        Returns whether a replica of a ladder has reached the target. Raises `OptionError`,
        `DeviceError`.
        """
        end = self.sweeps + whole_number("sweeps", sweeps)
        params = self._device.params
        drawn = (end + 1) * self._program.sweep_rows * params.draws
        # An exchange draws a word for each of its pairs; those of short runs stand closer together.
        check_draws(drawn + (end + 1) * params.replicas // 2, params)
        ends = target_score is not None
        if target_score is not None:
            if self.reached(target_score):
                return True
            self._device.measurements.set_target(target_score)
        look = Measured(scores=True, best=True, target=ends, exchange=True)
        self.stopped = False
        # Again if a replica without a ladder was the one that reached it.
        while self.sweeps < end and not self.stopped:
            rest = Sweeps(end - self.sweeps)
            self._execute([Every(self._every, look, (rest,))], interrupt, on_progress)
            if target_score is not None and self.reached(target_score):
                return True
        return False

    def reached(self, score: int) -> bool:
        """Whether a replica of a ladder has had this score."""
        return bool((self.best_scores() >= score).any())

    def look(self) -> RungSample:
        """States and energies of all rungs, as they are after the last exchange."""
        replicas = self.replicas()
        spins = self._spins(self._device.read_states(self._program.addresses))
        self._device.check()
        scores = self._device.scores().newest
        return RungSample(spins.T[replicas], self._energies(scores[replicas]), replicas)

    def samples(self, count: int, thin: int | None = None) -> Iterator[RungSample]:
        """Goes on, and yields what stands at the rungs `count` times.

        thin : sweeps from each to the next, a multiple of `sweeps_per_exchange`, its default

        Raises `OptionError`, `DeviceError`.
        """
        whole_number("samples", count)
        step = self._every if thin is None else whole_number("thin", thin)
        if step % self._every:
            raise OptionError(
                f"thin is {step} sweeps; it must be a multiple of the {self._every} sweeps from "
                "exchange to exchange"
            )
        return self._samples(count, step)

    def _samples(self, count: int, step: int) -> Iterator[RungSample]:
        for _ in range(count):
            self.run(step)
            yield self.look()

    def energies(self) -> Floats:
        """Of all rungs, as they were measured last, shape (ladders, rungs)."""
        replicas = self.replicas()
        return self._energies(self._device.scores().newest[replicas])

    def replicas(self) -> Ints:
        """Which replica stands at each rung, shape (ladders, rungs)."""
        self._check_ours()
        return self._device.ladder.replicas()[self._ladder.rungs]

    @property
    def exchanges(self) -> int:
        """How many exchanges there have been, since the rungs were set."""
        self._check_ours()
        return self._device.ladder.exchanges()

    def accepted(self) -> Ints:
        """How many exchanges each pair of neighbours made, shape (ladders, rungs - 1)."""
        self._check_ours()
        return self._device.ladder.accepted()[self._ladder.rungs[:, :-1]]

    def attempts(self) -> Ints:
        """How many each pair was asked for, shape (ladders, rungs - 1)."""
        return self._ladder.attempts(self.exchanges)

    def acceptance(self) -> Floats:
        """The part of exchanges that were made, over all ladders, shape (rungs - 1,).

        NaN for pairs that were asked for none yet.
        """
        attempts = self.attempts().sum(axis=0)
        made = self.accepted().sum(axis=0)
        return np.where(attempts > 0, made / np.maximum(1, attempts), np.nan)

    def best_scores(self) -> Ints:
        """The best score of each replica of each ladder since `begin`, (ladders, rungs)."""
        return self._best[self._ladder.rungs]

    def best(self) -> tuple[Spins, Ints]:
        """The best states of each ladder, (ladders, variables), and after how many sweeps.

        Of a device that keeps none, the best of the last ones. Raises `MeasurementError` if the
        states do not have the scores that were measured.
        """
        self._check_ours()
        device, rungs = self._device, self._ladder.rungs
        if Abilities.BEST in device.params.abilities:
            states, scores = device.best_states(self._program.addresses), self._best
        else:
            states = device.read_states(self._program.addresses)
            scores = device.scores().newest
        spins = self._spins(states)
        check_scores(self._job.problem, self._job.scheduled.values, spins, scores, device.name)
        chosen = rungs[np.arange(len(rungs)), scores[rungs].argmax(axis=1)]
        return spins.T[chosen], self._best_sweeps[chosen]

    def _spins(self, states: NDArray[np.bool_]) -> Spins:
        return np.where(states[self._program.pbits], 1, -1).astype(np.int8)

    def _energies(self, scores: Ints) -> Floats:
        return scores / (-2 * self._job.scheduled.values.scale) + self.offset

    def _execute(
        self,
        items: list[Item],
        interrupt: Callable[[], bool] | None,
        on_progress: Callable[[int], None] | None,
    ) -> None:
        self._check_ours()
        device, before = self._device, self.sweeps
        words = encode(items, self._ladder.scale, device.params.abilities).words

        def note(done: int) -> None:
            scores = device.scores()
            better = scores.best > self._best
            self._best_sweeps[better] = before + done + scores.sweeps[better]
            self._best = scores.best

        report = device.run(
            words,
            self._program.sweep_rows,
            interrupt=interrupt,
            on_progress=on_progress and (lambda done: on_progress(before + done)),
            on_part=note,
        )
        self.sweeps += report.sweeps
        self.cycles += report.cycles
        self.stopped = report.stopped

    def _check_ours(self) -> None:
        if self._device.loads != self._loads:
            raise DeviceLostError(
                f"another problem was loaded into {self._device.name} since this one; load this "
                "one again"
            )
