"""The calls of a sampler in which the machine measures by itself."""

import time
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable
from typing import Any

import dimod
import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.rules import Mode

from ..compile import IsingProblem, MeasuredProgram, Needs, Quantised, compile_measured
from ..device import Device
from ..errors import InputError, OptionError
from ..execute import execute
from ..job import prepare
from ..options import whole_number
from ..progress import no_progress
from ..request import Request, read_rule
from ..results import make_sample_set
from .load import load_problem
from .loaded import LoadedProblem
from .moments import Moments, count_moments
from .offsets import energy_offsets
from .target import STOPS, BestRunner, Target, describe_times, target_score

__all__ = ["MeasuringSampler"]


class MeasuringSampler(ABC):
    """What `GlauberSampler` does on devices with the abilities for it; see docs/measuring.md.

    All methods raise as `GlauberSampler.sample`, `OptionError` on a device that lacks an ability,
    and `MeasurementError` if the machine measured what its states do not have.
    """

    device: Device

    @abstractmethod
    def _fresh_seed(self) -> int:
        """A seed that no other run has."""

    @abstractmethod
    def _describe(self) -> dict[str, Any]:
        """What `info` says of the device."""

    def moments(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        beta: float,
        walks: int = 1000,
        burn_in: int = 1000,
        thin: int = 1,
        num_reads: int | None = None,
        **settings: Any,
    ) -> Moments:
        """Averages of all spins, and of the products along all interactions, at a fixed beta.

        The machine counts; what comes over the link are the counts, however many samples there are.

        walks : how many samples of each read are counted
        burn_in, thin : sweeps before the first of them, and from one to the next
        num_reads : independent chains, a multiple of the device's replicas; by default eight times
            as many, so that there is a standard error
        settings : `clamped`, `initial_states`, `initial_states_generator`, `slots_per_coupling`,
            `seed`, `reseed_interval`, `reseed_words`, `first_read`, `interrupt_function`,
            `progress`, `proposal_acceptance_criteria` as of `GlauberSampler.sample`
        """
        self.device.measurements.need(Abilities.MOMENTS, "counting moments")
        whole_number("walks", walks)
        whole_number("burn_in", burn_in)
        replicas = self.device.params.replicas
        progress = settings.pop("progress", no_progress)
        request = _request(
            settings,
            beta=beta,
            num_sweeps=burn_in,
            samples_per_read=walks,
            thin=thin,
            num_reads=8 * replicas if num_reads is None else num_reads,
        )
        if int(request.num_reads or 0) % replicas:
            raise OptionError(
                f"num_reads is {request.num_reads}; the counts are sums over all {replicas} "
                "replicas of the device: give a multiple"
            )
        problem = _problem_of(bqm)
        return count_moments(
            self.device, bqm, problem, request, self._fresh_seed, self._describe(), progress
        )

    def anneal_best(
        self, bqm: dimod.BinaryQuadraticModel, *, measure_every: int = 1, **settings: Any
    ) -> dimod.SampleSet:
        """Anneals, and returns the best state of each read on the way rather than its last one.

        measure_every : sweeps from one look at the energies to the next
        settings : of an anneal, as of `GlauberSampler.sample`

        The sample set has the vector `sweeps`: after how many sweeps the state was measured.
        """
        self.device.measurements.need(Abilities.SCORES | Abilities.BEST, "keeping the best states")
        return self._anneal(bqm, None, measure_every, "never", settings)

    def anneal_to_target(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        target: float,
        measure_every: int = 1,
        stop: str = "call",
        **settings: Any,
    ) -> dimod.SampleSet:
        """Anneals until an energy of `target` or less is reached.

        measure_every : sweeps from one look at the energies to the next
        stop : what ends when a read has reached the target: the whole "call"; the "batch" of reads
            that run side by side, each batch for itself; or nothing ("never")
        settings : of an anneal, as of `GlauberSampler.sample`

        Returns the best state of each read, or the last one of a device that keeps none. The vector
        `reached` tells which reads reached the target, `sweeps` after how many sweeps the best
        state was measured, in steps of `measure_every`: of a read whose batch ended at the target,
        that is when it was reached. `info["target"]` counts; of whole anneals it gives the time to
        solution. The machine compares energies of the quantised problem, which are those of the
        problem if `info["quantisation"]["exact"]`.
        """
        if stop not in STOPS:
            raise OptionError(f"stop is {stop!r}; use one of {', '.join(STOPS)}")
        try:
            energy = float(target)
        except (TypeError, ValueError):
            energy = float("nan")
        if not np.isfinite(energy):
            raise OptionError(f"target is {target!r}; give the energy to reach, a finite number")
        self.device.measurements.need(Abilities.SCORES, "annealing to a target")
        return self._anneal(bqm, energy, measure_every, stop, settings)

    def load(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        beta: float,
        clampable: Iterable[Hashable] = (),
        largest: float | None = None,
        slots_per_coupling: int = 1,
        seed: int | None = None,
        proposal_acceptance_criteria: str = "Gibbs",
    ) -> LoadedProblem:
        """Loads a problem that stays on the device, with its chains; see `LoadedProblem`.

        beta : the inverse temperature of its sweeps
        clampable : variables that `LoadedProblem.clamp` may hold
        largest : the largest size that a coupling or a bias will have; by default that of `bqm`
        slots_per_coupling : over how many slots every coupling is spread, to be rounded less
        proposal_acceptance_criteria : the rule of its sweeps, as of `GlauberSampler.sample`
        """
        mode = read_rule(proposal_acceptance_criteria)
        seed = self._fresh_seed() if seed is None else seed
        settings = (beta, tuple(clampable), largest, slots_per_coupling, seed)
        return load_problem(self.device, bqm, *settings, mode)

    def _anneal(
        self,
        bqm: dimod.BinaryQuadraticModel,
        energy: float | None,
        every: int,
        stop: str,
        settings: dict[str, Any],
    ) -> dimod.SampleSet:
        begin = time.perf_counter_ns()
        whole_number("measure_every", every)
        progress = settings.pop("progress", no_progress)
        request = _request(settings)
        if request.beta is not None:
            raise OptionError("beta is for samples at a fixed temperature; an anneal has none")
        problem = _problem_of(bqm)
        job = prepare(
            request, problem, bqm.vartype, self.device.params, self._fresh_seed, _measured
        )
        scale = job.scheduled.values.scale
        offsets = energy_offsets(bqm, job)
        score = None
        if energy is not None and stop != "never":
            score = target_score(energy - _common(offsets), scale)
        runners: list[BestRunner] = []

        def make_runner(*arguments: Any) -> BestRunner:
            runners.append(BestRunner(job, Target(every, score, stop), *arguments))
            return runners[0]

        run = time.perf_counter_ns()
        samples, info = execute(job, self.device, progress, begin, make_runner)
        found = runners[0].found
        end = time.perf_counter_ns()
        info = self._describe() | job.info() | info
        info |= {"num_reads": len(samples), "seed": job.plan.seed, "measure_every": every}
        updates = sum(batch.done * len(batch.scores) for batch in found)
        info["spin_updates"] = updates * job.updates_per_read // job.plan.sweeps_per_read
        info["updates_per_ns"] = info["spin_updates"] / info["seconds"] * 1e-9
        scores = np.concatenate([batch.scores for batch in found] or [np.empty(0, np.int64)])
        sweeps = np.concatenate([batch.sweeps for batch in found] or [np.empty(0, np.int64)])
        vectors: dict[str, Any] = {"sweeps": sweeps}
        if energy is not None:
            limits = [target_score(energy - offset, scale) for offset in offsets[: len(scores)]]
            vectors["reached"] = scores >= np.resize(limits, len(scores))
            hits = int(vectors["reached"].sum())
            counts = {"energy": energy, "reached": hits, "stop": stop}
            info["target"] = counts | describe_times(found, hits, len(scores), job)
            info["target"]["clock_hz"] = self.device.clock_hz
        sampleset = make_sample_set(samples, bqm, problem.variables, info, (begin, run, end))
        return dimod.append_data_vectors(sampleset, **{k: v.tolist() for k, v in vectors.items()})


def _measured(
    problem: IsingProblem, values: Quantised, params: MachineParams, split: int, mode: Mode
) -> MeasuredProgram:
    return compile_measured(problem, values, params, Needs(), split, mode)


def _request(settings: dict[str, Any], **more: Any) -> Request:
    """Raises `OptionError` for a keyword that there is not."""
    known = {name for name in Request.__dataclass_fields__ if name not in more}
    for name in settings:
        if name not in known:
            raise OptionError(f"there is no keyword {name!r} here; see help() of the method")
    return Request(**settings, **more)


def _problem_of(bqm: dimod.BinaryQuadraticModel) -> IsingProblem:
    if not getattr(bqm, "num_variables", True):
        raise InputError("the problem has no variables, so there is nothing to measure; add some")
    return IsingProblem.from_bqm(bqm)


def _common(offsets: np.ndarray) -> float:
    """What all reads have in common. Raises `OptionError` if their held variables differ."""
    low, high = float(offsets.min()), float(offsets.max())
    if high - low > 1e-9 * max(1.0, abs(low), abs(high)):
        raise OptionError(
            "the clamped values differ from read to read, and what they add to the energy with "
            f"them, from {low:g} to {high:g}, so that one target is none for all reads: use "
            "stop='never', or clamp all reads to the same values"
        )
    return low
