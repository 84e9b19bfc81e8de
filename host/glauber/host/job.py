"""What a request comes to on a machine: a program, a schedule and where the reads start."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import dimod
import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.rules import Mode

from .clamp import read_clamped
from .compile import (
    ClampedProblem,
    IsingProblem,
    Program,
    Quantised,
    compile_problem,
    fine_split,
    quantise,
)
from .errors import OptionError
from .initial import Starts, expand_states, read_states
from .plan import ChainPlan, check_replay, check_streams
from .request import Request
from .schedule import (
    DEFAULT_SWEEPS,
    BetaSchedule,
    anneal_schedule,
    default_beta_range,
    encode_schedule,
    fit_beta_range,
    fixed_schedule,
    realised_beta,
)

__all__ = [
    "Compiler",
    "Job",
    "Scheduled",
    "prepare",
    "read_starts",
    "reads_of_nothing",
    "schedule_problem",
]

Compiler = Callable[[IsingProblem, Quantised, MachineParams, int, Mode], Program]
NOTHING = IsingProblem((), *(np.zeros(0, kind) for kind in (float, int, int, float)))


@dataclass(frozen=True)
class Scheduled:
    """A schedule, and the problem quantised for it with up to `split` slots for a coupling."""

    schedule: BetaSchedule
    values: Quantised
    split: int

    @property
    def remedy(self) -> int:
        """How many slots could be saved on, at the cost of precision."""
        return 1 if self.values.exact else self.split


@dataclass(frozen=True)
class Job:
    """A problem and its schedule, ready for one machine."""

    request: Request
    problem: IsingProblem
    program: Program
    plan: ChainPlan
    scheduled: Scheduled
    beta_error: float

    @property
    def updates_per_read(self) -> int:
        return self.free * self.plan.sweeps_per_read

    @property
    def free(self) -> int:
        """How many variables are not clamped."""
        starts = self.plan.starts
        return self.problem.size - (0 if starts is None else int(starts.held.sum()))

    def info(self) -> dict[str, Any]:
        """What `SampleSet.info` says of schedule, quantisation and clamped variables."""
        schedule, values = self.scheduled.schedule, self.scheduled.values
        info = {
            "num_sweeps": schedule.sweeps,
            "samples_per_read": self.plan.samples_per_read,
            "beta_range": (float(schedule.betas[0]), float(schedule.betas[-1])),
            "beta_schedule_type": self.request.beta_schedule_type,
            "beta_error": self.beta_error,
            "quantisation": values.info(self.request.beta),
            "colours": self.program.colours,
            "slots_per_sweep": self.program.slots,
            "proposal_acceptance_criteria": self.request.proposal_acceptance_criteria,
        }
        if self.request.beta is not None:
            info["beta"] = float(self.request.beta)
            info["beta_realised"] = realised_beta(self.plan.first_steps, values.scale)
            info["beta_schedule_type"] = "fixed"
        if self.request.clamped:
            info["clamped"] = list(self.request.clamped)
        return info


def read_starts(
    request: Request, problem: IsingProblem, vartype: dimod.Vartype
) -> tuple[int, Starts]:
    """The number of reads, and where they start. Raises `OptionError`."""
    clamped = read_clamped(request.clamped, vartype, problem)
    given = read_states(request.initial_states, (clamped != 0).any(axis=0), problem)
    first, reads = int(request.first_read), request.num_reads
    if reads is None:
        reads = max(1, (len(clamped) if len(clamped) > 1 else len(given)) - first)
    if 1 < len(clamped) < first + reads:
        raise OptionError(
            f"clamped has sequences of {len(clamped)} values for {first + reads} reads; give a "
            "single value, or one for each read"
        )
    initial = expand_states(given, request.initial_states_generator, first + int(reads))
    return int(reads), Starts(initial, clamped, problem.variables)


def reads_of_nothing(request: Request, vartype: dimod.Vartype) -> int:
    """The number of reads, for a problem without variables. Raises `OptionError` as `prepare`."""
    reads, _ = read_starts(request, NOTHING, vartype)
    if request.beta is None:
        anneal_schedule(default_beta_range(NOTHING), *_anneal_keywords(request))
    else:
        fixed_schedule(request.beta, _sweeps(request))
    return reads


def prepare(
    request: Request,
    problem: IsingProblem,
    vartype: dimod.Vartype,
    params: MachineParams,
    fresh_seed: Callable[[], int],
    compiler: Compiler = compile_problem,
    adapt: Callable[[Quantised], Quantised] | None = None,
) -> Job:
    """Schedules, quantises and compiles; asks for a fresh seed if there is none.

    vartype : of the values that the request gives
    compiler : for programs of another kind
    adapt : another quantisation of the same problem

    Raises as `compile_problem`, `quantise` and `fresh_seed`, and `OptionError` for settings that
    this problem or machine does not allow.
    """
    reads, starts = read_starts(request, problem, vartype)
    if starts.held.any():
        problem = ClampedProblem.of(problem, starts.held)
    scheduled = schedule_problem(request, problem, params)
    if adapt is not None:
        scheduled = replace(scheduled, values=adapt(scheduled.values))
    program = compiler(problem, scheduled.values, params, scheduled.remedy, request.mode)
    scale = scheduled.values.scale
    first_steps, beta_error = encode_schedule(scheduled.schedule, scale)
    thinning = fixed_schedule(scheduled.schedule.betas.max(), int(request.thin))
    next_steps, _ = encode_schedule(thinning, scale)
    plan = ChainPlan(
        reads,
        first_steps,
        fresh_seed() if request.seed is None else int(request.seed),
        int(request.samples_per_read),
        next_steps,
        int(request.reseed_interval),
        request.words,
        int(request.first_read),
        starts if len(starts.initial) or starts.held.any() else None,
    )
    check_streams(plan, params, program.sweep_rows)
    check_replay(plan, params)
    return Job(request, problem, program, plan, scheduled, beta_error)


def schedule_problem(request: Request, problem: IsingProblem, params: MachineParams) -> Scheduled:
    """A schedule and a quantised problem. Raises as `quantise`, `OptionError`.

    A range that the user gave is kept, at the cost of precision; the default one gives way.
    """
    if request.beta is not None:
        split = int(request.slots_per_coupling or fine_split(problem))
        schedule = fixed_schedule(request.beta, _sweeps(request))
        values = quantise(problem, params, schedule.hottest, split=split)
        return Scheduled(schedule, values, split)
    split = int(request.slots_per_coupling or 1)
    default = default_beta_range(problem)
    keep = not (request.beta_range is None and request.beta_schedule is None)
    given = _anneal_keywords(request)
    schedule = anneal_schedule(default, *given)
    hottest = schedule.hottest if keep else default[0]
    values = quantise(problem, params, hottest, keep, split)
    schedule = anneal_schedule(fit_beta_range(default, values.scale), *given)
    return Scheduled(schedule, values, split)


def _sweeps(request: Request) -> int:
    """Before the first sample, at a fixed beta."""
    return DEFAULT_SWEEPS if request.num_sweeps is None else request.num_sweeps


def _anneal_keywords(request: Request) -> tuple:
    """What `anneal_schedule` takes of a request."""
    return (
        request.num_sweeps,
        request.num_sweeps_per_beta,
        request.beta_range,
        request.beta_schedule_type,
        request.beta_schedule,
    )
