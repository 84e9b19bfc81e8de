"""Anneals whose best states the machine keeps, and that end at a target."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.measure import Abilities

from ..chains import ChainRunner
from ..compile import MeasuredProgram, Program
from ..device import Device
from ..job import Job
from ..plan import ChainPlan
from ..schedules import Betas, Every, Item, Measured, Randomise, encode
from .check import check_scores

__all__ = ["STOPS", "BestRunner", "Target", "TargetFound", "describe_times", "target_score"]

STOPS = ("call", "batch", "never")
_SCORE_MIN = -(1 << 31)
_TOLERANCE = 1e-9  # of an energy, from the rounding of sums


@dataclass(frozen=True)
class Target:
    """How anneals measure, and what they are to reach.

    every : sweeps from measurement to measurement
    score : at which a run ends, or None
    stop : what ends then; see `STOPS`
    """

    every: int
    score: int | None = None
    stop: str = "never"


@dataclass(frozen=True)
class TargetFound:
    """What the anneals of a batch found, for each of its reads.

    scores : int64; the best ones
    sweeps : int64; after how many sweeps they were measured
    done : sweeps of the batch
    reached : whether the batch ended at the target
    """

    scores: NDArray[np.int64]
    sweeps: NDArray[np.int64]
    done: int
    reached: bool


def target_score(energy: float, scale: float) -> int:
    """The smallest score that an energy of the problem, of this or less, may have."""
    exact = -2 * energy * scale
    return max(_SCORE_MIN, math.ceil(exact - _TOLERANCE * max(1.0, abs(exact))))


class BestRunner(ChainRunner):
    """Anneals that keep what was best on the way, rather than what was last.

    found : of each batch

    Raises `MeasurementError` if a state has another energy than the machine measured.
    """

    def __init__(
        self,
        job: Job,
        target: Target,
        device: Device,
        program: Program,
        interrupt: Callable[[], bool] | None,
        on_sweeps: Callable[[int], None],
        enough: Callable[[], bool],
    ) -> None:
        super().__init__(
            device, program, interrupt, on_sweeps, lambda: enough() or self._call_is_over()
        )
        self._job = job
        self._target = target
        self.found: list[TargetFound] = []

    def load(self) -> None:
        """As of any program, with the rows that are measured, and the target."""
        super().load()
        program = self._program
        assert isinstance(program, MeasuredProgram)
        self._device.measurements.go_over(program.measured_rows, program.weigh_rows)
        if self._target.score is not None:
            self._device.measurements.set_target(self._target.score)

    def _call_is_over(self) -> bool:
        return self._target.stop == "call" and any(found.reached for found in self.found)

    def _items(self, randomised: bool) -> list[Item]:
        schedule = self._job.scheduled.schedule
        ends = self._target.score is not None and self._target.stop != "never"
        measured = Measured(scores=True, best=True, target=ends)
        betas = Betas(tuple(schedule.betas.tolist()), schedule.sweeps_per_beta)
        start: list[Item] = [Randomise()] if randomised else []
        return [
            *start,
            replace(measured, fresh=True),
            Every(self._target.every, measured, (betas,)),
        ]

    def _take(self, plan: ChainPlan, before: list[int], samples: NDArray[np.int8]) -> None:
        assert plan.samples_per_read == 1  # an anneal
        if self.stopped:
            return
        device, uncounted = self._device, len(before)
        scale = self._job.scheduled.values.scale
        encoded = encode(self._items(bool(before)), scale, device.params.abilities)
        sweeps = np.zeros(device.params.replicas, np.int64)
        best: NDArray[np.int64] | None = None

        def note(done: int) -> None:
            nonlocal best
            scores = device.scores()
            better = np.ones(len(sweeps), np.bool_) if best is None else scores.best > best
            sweeps[better] = done + scores.sweeps[better]
            best = scores.best

        report = device.run(
            encoded.words,
            self._program.sweep_rows,
            interrupt=self._interrupt,
            on_progress=self._tell_sweeps(uncounted),
            on_part=note,
        )
        self._count(report, uncounted)
        if self.stopped:
            return
        assert best is not None
        self._keep(self._checked_states(best), samples[:, 0])
        reads = len(samples)
        after = np.maximum(0, sweeps - uncounted)[:reads]
        done = max(0, report.sweeps - uncounted)
        self.found.append(TargetFound(best[:reads], after, done, report.reached))

    def _checked_states(self, best: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The best states; without the ability to keep them, the last ones."""
        device, program = self._device, self._program
        kept = Abilities.BEST in device.params.abilities
        if kept:
            states, scores = device.best_states(program.addresses), best
        else:
            states, scores = device.read_states(program.addresses), device.scores().newest
        spins = np.where(states[program.pbits], 1, -1).astype(np.int8)
        check_scores(self._job.problem, self._job.scheduled.values, spins, scores, device.name)
        return states


def describe_times(found: list[TargetFound], hits: int, reads: int, job: Job) -> dict[str, Any]:
    """What `info["target"]` says of times, in sweeps; of whole anneals also the time to solution.

    The time to solution at 99 % is `sweeps ln 0.01 / ln(1 - p)`, and at least one anneal.
    """
    sweeps = job.plan.sweeps_per_read
    times: dict[str, Any] = {
        "batch_sweeps": [batch.done for batch in found],
        "batch_reached": [batch.reached for batch in found],
    }
    if all(batch.done == sweeps for batch in found) and hits:
        repeats = 1.0 if hits == reads else max(1.0, math.log(0.01) / math.log1p(-hits / reads))
        times["tts99_sweeps"] = sweeps * repeats
    return times
