"""What a call of the sampler asks for, checked, and what it comes to on a machine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from glauber.hdl.facts.health import RESEED_INTERVAL_MAX
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.seeding import check_seed

from .bus import WORD_MAX
from .chains import ChainPlan, check_reads, check_replay, check_streams
from .compile import (
    MAX_SPLIT,
    IsingProblem,
    Program,
    Quantised,
    compile_problem,
    fine_split,
    quantise,
)
from .errors import OptionError, ProblemTooLargeError
from .options import whole_number
from .schedule import (
    DEFAULT_SWEEPS,
    BetaSchedule,
    anneal_schedule,
    default_beta_range,
    encode_schedule,
    fit_beta_range,
    fixed_schedule,
)

__all__ = ["Job", "Request", "whole_words"]


@dataclass(frozen=True)
class Job:
    """A problem and its schedule, ready for one machine."""

    problem: IsingProblem
    program: Program
    plan: ChainPlan
    schedule: BetaSchedule
    values: Quantised
    beta_error: float

    @property
    def updates_per_read(self) -> int:
        return self.problem.size * self.plan.sweeps_per_read

    def info(self) -> dict[str, Any]:
        """What `SampleSet.info` says of schedule and quantisation."""
        return {
            "num_sweeps": self.schedule.sweeps,
            "beta_range": (float(self.schedule.betas[0]), float(self.schedule.betas[-1])),
            "beta_error": self.beta_error,
            "quantisation": {
                "exact": self.values.exact,
                "scale": float(self.values.scale),
                "max_error": self.values.max_error,
                "rms_error": self.values.rms_error,
            },
            "colours": self.program.colours,
            "slots_per_sweep": self.program.slots,
        }


def whole_words(words: Any) -> tuple[int, ...] | None:
    """The words of a replay, in whatever sequence they were given. Raises `OptionError`."""
    if words is None:
        return None
    try:
        given = list(words)
    except TypeError:
        raise OptionError(f"reseed_words is {words!r}; give a sequence of whole numbers") from None
    numbers = tuple(whole_number("a word of reseed_words", word, 0) for word in given)
    for number in numbers:
        if number > WORD_MAX:
            raise OptionError(f"a word of reseed_words is {number}; it must be {WORD_MAX} or less")
    return numbers


@dataclass(frozen=True)
class Request:
    """The keywords of `GlauberSampler.sample`, as given. Raises `OptionError`, `FactError`."""

    num_reads: int
    num_sweeps: int | None
    num_sweeps_per_beta: int
    beta_range: Sequence[float] | None
    beta_schedule_type: str
    beta_schedule: Sequence[float] | None
    beta: float | None
    samples_per_read: int
    thin: int
    slots_per_coupling: int | None
    seed: int | None
    reseed_interval: int = 0
    reseed_words: Sequence[int] | None = None

    def __post_init__(self) -> None:
        for name in ("num_reads", "samples_per_read", "thin"):
            whole_number(name, getattr(self, name))
        check_reads(self.num_reads, self.samples_per_read)
        slots = self.slots_per_coupling
        if slots is not None and not 1 <= whole_number("slots_per_coupling", slots) <= MAX_SPLIT:
            raise OptionError(f"slots_per_coupling is {slots}; it must be 1 to {MAX_SPLIT}")
        if self.seed is not None:
            check_seed(whole_number("seed", self.seed, None))
        self._check_reseeds()
        if self.beta is None:
            if self.samples_per_read > 1 or self.thin > 1:
                raise OptionError(
                    "samples_per_read and thin need beta: an anneal keeps only its last state"
                )
        elif self.beta_range is not None or self.beta_schedule is not None:
            raise OptionError("beta contradicts beta_range and beta_schedule; leave one out")
        elif self.num_sweeps_per_beta != 1 or self.beta_schedule_type != "geometric":
            raise OptionError(
                "num_sweeps_per_beta and beta_schedule_type are for anneals; leave them or beta out"
            )

    def prepare(
        self, problem: IsingProblem, params: MachineParams, fresh_seed: Callable[[], int]
    ) -> Job:
        """Schedules, quantises and compiles; asks for a fresh seed if there is none.

        Raises as `compile_problem`, `quantise` and `fresh_seed`, and `OptionError` for settings
        that this problem or machine does not allow.
        """
        if self.beta is None:
            split = int(self.slots_per_coupling or 1)
            schedule, values = self._anneal(problem, params, split)
        else:
            split = int(self.slots_per_coupling or fine_split(problem))
            sweeps = DEFAULT_SWEEPS if self.num_sweeps is None else self.num_sweeps
            schedule = fixed_schedule(self.beta, sweeps)
            values = quantise(problem, params, schedule.hottest, split=split)
        try:
            program = compile_problem(problem, values, params)
        except ProblemTooLargeError as error:
            if split == 1 or values.exact:
                raise
            raise ProblemTooLargeError(
                f"{error}; or lower slots_per_coupling from {split}, at the cost of precision"
            ) from error
        first_steps, beta_error = encode_schedule(schedule, values.scale)
        thinning = fixed_schedule(schedule.betas[-1], int(self.thin))
        next_steps, _ = encode_schedule(thinning, values.scale)
        plan = ChainPlan(
            int(self.num_reads),
            first_steps,
            fresh_seed() if self.seed is None else int(self.seed),
            int(self.samples_per_read),
            next_steps,
            int(self.reseed_interval),
            self.reseed_words,
        )
        check_streams(plan, params, len(program.rows))
        check_replay(plan, params)
        return Job(problem, program, plan, schedule, values, beta_error)

    def _check_reseeds(self) -> None:
        interval = whole_number("reseed_interval", self.reseed_interval, 0)
        if interval > RESEED_INTERVAL_MAX:
            raise OptionError(
                f"reseed_interval is {interval}; it must be {RESEED_INTERVAL_MAX} sweeps or less"
            )
        if self.reseed_words is not None and not interval:
            raise OptionError("reseed_words needs reseed_interval, the sweeps between them")

    def _anneal(
        self, problem: IsingProblem, params: MachineParams, split: int
    ) -> tuple[BetaSchedule, Quantised]:
        """A schedule, and the problem quantised for it.

        A range that the user gave is kept, at the cost of precision; the default one gives way.
        """
        default = default_beta_range(problem)
        keep = not (self.beta_range is None and self.beta_schedule is None)
        given = (
            self.num_sweeps,
            self.num_sweeps_per_beta,
            self.beta_range,
            self.beta_schedule_type,
            self.beta_schedule,
        )
        schedule = anneal_schedule(default, *given)
        hottest = schedule.hottest if keep else default[0]
        values = quantise(problem, params, hottest, keep, split)
        return anneal_schedule(fit_beta_range(default, values.scale), *given), values
