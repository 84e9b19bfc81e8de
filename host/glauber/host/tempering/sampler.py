"""Parallel tempering as calls of a sampler."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import dimod
import numpy as np

from ..compile import IsingProblem
from ..device import Device
from ..errors import OptionError
from ..measuring.target import target_score
from ..options import check_callable, whole_number
from ..progress import no_progress
from ..results import make_sample_set
from ..turns import Turns
from .loaded import TemperedProblem
from .prepare import RungSettings, load_tempered
from .report import describe_tempering, describe_tuning
from .tune import TunedLadder, tune

__all__ = ["TemperingSampler"]

_SWEEPS = 10_000
_ROUNDS = 5


class TemperingSampler(ABC):
    """Parallel tempering on devices with the ability for it; see docs/tempering.md.

    All methods raise as `GlauberSampler.sample`, `OptionError` on a device that lacks an ability,
    and `MeasurementError` if the machine measured what its states do not have.
    """

    device: Device
    _turns: Turns

    @abstractmethod
    def _fresh_seed(self) -> int:
        """A seed that no other run has."""

    @abstractmethod
    def _describe(self) -> dict[str, Any]:
        """What `info` says of the device."""

    def temper(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        betas: Sequence[float] | None = None,
        beta_range: Sequence[float] | None = None,
        num_rungs: int | None = None,
        num_ladders: int | None = None,
        num_sweeps: int = _SWEEPS,
        sweeps_per_exchange: int = 5,
        target: float | None = None,
        tune: bool = True,
        return_states: bool = False,
        **settings: Any,
    ) -> dimod.SampleSet:
        """Parallel tempering: replicas at many temperatures, which they exchange.

        Every `sweeps_per_exchange` sweeps the machine measures all energies, keeps the best states,
        and lets neighbours on a ladder exchange their temperatures. Several independent ladders
        stand side by side.

        betas : inverse temperature of each rung, falling or rising; by default they are found
        beta_range : hottest and coldest inverse temperature; by default
            `tempering.ladder.default_ladder_range`
        num_rungs : of a ladder; by default about as many as let half of all exchanges be made, and
            without tuning 16 or as many as there are replicas
        num_ladders : by default as many as the device has replicas for
        num_sweeps : of each replica
        target : an energy at which it ends
        tune : whether the rungs are moved first, in short runs, until all pairs of neighbours
            exchange equally often, as `tune_ladder` does; without, betas have equal ratios. Sweeps
            of tuning are none of `num_sweeps`, and it begins afresh after them: with the betas that
            were found, the same seed gives the same samples
        return_states : whether `info["tempering"]["states"]` holds the last states of all rungs,
            int8, +-1, shape (ladders, rungs, variables)
        settings : `clamped`, `initial_states` and `initial_states_generator` (replica after
            replica, those of the first ladder's coldest rung first), `slots_per_coupling`, `seed`,
            `time_limit`, `interrupt_function`, `progress` as of `GlauberSampler.sample`, and
            `proposal_acceptance_criteria`, which is "Metropolis" by default, because a target is
            reached in half of the sweeps then

        Returns one read for each ladder, the best state that any of its replicas has had. The
        vector `sweeps` tells after how many sweeps it was measured: of a ladder that reached the
        target, when it did. `reached` tells which did. `info["tempering"]` has what the rungs did,
        see `tempering.report.describe_tempering`; `info["target"]` when the target was reached.
        """
        begin = time.perf_counter_ns()
        rungs = RungSettings(betas, beta_range, num_rungs, num_ladders, sweeps_per_exchange)
        whole_number("num_sweeps", num_sweeps)
        energy = None if target is None else _energy(target)
        progress = settings.pop("progress", no_progress)
        check_callable("progress", progress, "that takes two numbers, done and in all")
        with self._turns.take():
            tempered, job, interrupt = self._load(bqm, rungs, settings, begin)
            scale, offset = job.scheduled.values.scale, tempered.offset
            found = None
            if betas is None and tune:
                found = _tuned(tempered, rungs, _ROUNDS, interrupt)
                if not tempered.stopped:
                    tempered.begin()
            goal = None if energy is None else target_score(energy - offset, scale)
            planned = job.free * self.device.params.replicas * num_sweeps
            run = time.perf_counter_ns()
            if not tempered.stopped:
                tempered.run(
                    num_sweeps,
                    target_score=goal,
                    interrupt=interrupt,
                    on_progress=lambda done: progress(planned // num_sweeps * done, planned),
                )
            end = time.perf_counter_ns()
            spins, sweeps = tempered.best()
            tempering = describe_tempering(tempered)
            if return_states:
                tempering["states"] = tempered.look().states
        seconds = (end - run) * 1e-9
        updates = planned // num_sweeps * tempered.sweeps
        info = self._describe() | job.info()
        for name in ("beta_schedule_type", "beta_error"):
            del info[name]
        info |= {
            "num_reads": len(spins),
            "num_sweeps": tempered.sweeps,
            "seed": tempered.seed,
            "spin_updates": updates,
            "seconds": seconds,
            "updates_per_ns": updates / seconds * 1e-9,
            "cycles": tempered.cycles,
            "stopped": tempered.stopped,
            "tempering": tempering,
        }
        if found is not None:
            info["tuning"] = describe_tuning(found)
        vectors: dict[str, Any] = {"sweeps": sweeps.tolist()}
        if goal is not None:
            reached = tempered.best_scores().max(axis=1) >= goal
            vectors["reached"] = reached.tolist()
            info["target"] = {
                "energy": energy,
                "reached": int(reached.sum()),
                "sweeps": int(sweeps[reached].min()) if reached.any() else None,
                "clock_hz": self.device.clock_hz,
            }
        stamps = (begin, run, end)
        found_set = make_sample_set(spins[:, None], bqm, job.problem.variables, info, stamps)
        return dimod.append_data_vectors(found_set, **vectors)

    def load_ladder(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        betas: Sequence[float] | None = None,
        beta_range: Sequence[float] | None = None,
        num_rungs: int | None = None,
        num_ladders: int | None = None,
        sweeps_per_exchange: int = 5,
        tune: bool = True,
        **settings: Any,
    ) -> TemperedProblem:
        """Loads a problem that stays on the device, with its ladders; see `TemperedProblem`.

        For samples at every rung: `run` for the burn-in, then `samples`. Settings are those of
        `temper`, without its ends and `progress`. Tuned rungs keep their states, too.
        """
        rungs = RungSettings(betas, beta_range, num_rungs, num_ladders, sweeps_per_exchange)
        with self._turns.take():
            tempered, _, interrupt = self._load(bqm, rungs, settings, time.perf_counter_ns())
            if betas is None and tune:
                _tuned(tempered, rungs, _ROUNDS, interrupt)
                tempered.begin()
        return tempered

    def tune_ladder(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        beta_range: Sequence[float] | None = None,
        num_rungs: int | None = None,
        num_ladders: int | None = None,
        sweeps_per_exchange: int = 5,
        max_rounds: int = _ROUNDS,
        **settings: Any,
    ) -> TunedLadder:
        """Finds betas between the ends of a range whose neighbours all exchange equally often.

        See `tempering.tune` for how and by whom. It begins with equal ratios; every round runs
        twice as long as the one before, and then moves the rungs. It ends when all acceptances are
        within 0.1 of their mean, or after `max_rounds`, which `TunedLadder.converged` tells.

        num_rungs : by default the power of two next to twice the barrier
        settings : as of `temper`
        """
        whole_number("max_rounds", max_rounds)
        rungs = RungSettings(None, beta_range, num_rungs, num_ladders, sweeps_per_exchange)
        with self._turns.take():
            tempered, _, interrupt = self._load(bqm, rungs, settings, time.perf_counter_ns())
            return _tuned(tempered, rungs, max_rounds, interrupt)

    def _load(
        self,
        bqm: dimod.BinaryQuadraticModel,
        rungs: RungSettings,
        settings: dict[str, Any],
        begin: int,
    ) -> tuple[TemperedProblem, Any, Callable[[], bool] | None]:
        """A problem on its ladder, its job, and what may end its runs."""
        self.device.ladder.need()
        problem = IsingProblem.from_bqm(bqm)
        tempered, job = load_tempered(self.device, bqm, problem, rungs, settings, self._fresh_seed)
        limit, ask = job.request.seconds, job.request.interrupt_function
        if limit is None:
            return tempered, job, ask

        def over() -> bool:
            late = time.perf_counter_ns() - begin > limit * 1e9
            return late or (ask is not None and ask())

        return tempered, job, over


def _tuned(
    tempered: TemperedProblem,
    rungs: RungSettings,
    rounds: int,
    interrupt: Callable[[], bool] | None,
) -> TunedLadder:
    return tune(tempered, rungs.num_rungs, rounds, interrupt=interrupt)


def _energy(target: Any) -> float:
    """Raises `OptionError` unless it is a finite number."""
    try:
        energy = float(target)
    except (TypeError, ValueError):
        energy = float("nan")
    if not np.isfinite(energy):
        raise OptionError(f"target is {target!r}; give the energy to reach, a finite number")
    return energy
