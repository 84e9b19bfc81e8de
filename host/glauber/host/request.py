"""What a call of the sampler asks for: its keywords, checked as far as no problem is needed."""

import datetime
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from glauber.hdl.facts.health import RESEED_INTERVAL_MAX
from glauber.hdl.facts.rules import Mode
from glauber.hdl.facts.seeding import check_seed

from .bus import WORD_MAX
from .compile import MAX_SPLIT
from .errors import OptionError
from .options import check_callable, positive_number, whole_number
from .plan import check_reads

__all__ = ["RULES", "Request", "read_rule"]

# The values of `proposal_acceptance_criteria`.
RULES = {"Gibbs": Mode.HEAT_BATH, "Metropolis": Mode.METROPOLIS}


@dataclass(frozen=True)
class Request:
    """The keywords of `GlauberSampler.sample`, as given. Raises `OptionError`, `FactError`."""

    num_reads: int | None = None
    num_sweeps: int | None = None
    num_sweeps_per_beta: int = 1
    beta_range: Sequence[float] | None = None
    beta_schedule_type: str = "geometric"
    beta_schedule: Sequence[float] | None = None
    beta: float | None = None
    samples_per_read: int = 1
    thin: int = 1
    clamped: Mapping[Hashable, Any] | None = None
    initial_states: Any = None
    initial_states_generator: str = "random"
    slots_per_coupling: int | None = None
    seed: int | None = None
    reseed_interval: int = 0
    reseed_words: Sequence[int] | None = None
    first_read: int = 0
    time_limit: float | datetime.timedelta | None = None
    interrupt_function: Callable[[], bool] | None = None
    randomize_order: bool = False
    proposal_acceptance_criteria: str = "Gibbs"
    answer_mode: str = "raw"

    def __post_init__(self) -> None:
        self._check_counts()
        if self.seed is not None:
            check_seed(whole_number("seed", self.seed, None))
        self._check_reseeds()
        self._check_beta()
        self._check_end()
        self._check_rule()

    @property
    def seconds(self) -> float | None:
        """The time limit."""
        limit = self.time_limit
        return limit.total_seconds() if isinstance(limit, datetime.timedelta) else limit

    @cached_property
    def words(self) -> tuple[int, ...] | None:
        """The words of a replay; an iterator would give them once only."""
        return None if self.reseed_words is None else _whole_words(self.reseed_words)

    @property
    def mode(self) -> Mode:
        """The rule of update."""
        return read_rule(self.proposal_acceptance_criteria)

    def _check_counts(self) -> None:
        reads = 1 if self.num_reads is None else whole_number("num_reads", self.num_reads)
        for name in ("samples_per_read", "thin"):
            whole_number(name, getattr(self, name))
        check_reads(reads, self.samples_per_read)
        whole_number("first_read", self.first_read, 0)
        slots = self.slots_per_coupling
        if slots is not None and not 1 <= whole_number("slots_per_coupling", slots) <= MAX_SPLIT:
            raise OptionError(f"slots_per_coupling is {slots}; it must be 1 to {MAX_SPLIT}")

    def _check_reseeds(self) -> None:
        interval = whole_number("reseed_interval", self.reseed_interval, 0)
        if interval > RESEED_INTERVAL_MAX:
            raise OptionError(
                f"reseed_interval is {interval}; it must be {RESEED_INTERVAL_MAX} sweeps or less"
            )
        if self.words is not None and not interval:
            raise OptionError("reseed_words needs reseed_interval, the sweeps between them")

    def _check_beta(self) -> None:
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

    def _check_end(self) -> None:
        if self.seconds is not None:
            positive_number("time_limit", self.seconds)
        if self.interrupt_function is not None:
            what = "without parameters that returns whether to stop"
            check_callable("interrupt_function", self.interrupt_function, what)

    def _check_rule(self) -> None:
        """The rule of update, and keywords of other samplers that have one value here."""
        if self.randomize_order:
            raise OptionError(
                "randomize_order is True, but the order of updates is part of the program, colour "
                "by colour; leave it out"
            )
        read_rule(self.proposal_acceptance_criteria)
        if self.answer_mode != "raw":
            raise OptionError(
                f"answer_mode is {self.answer_mode!r}, but samples come in the order of the reads, "
                "which is 'raw'; leave it out, and call aggregate() of the sample set to count "
                "equal ones"
            )


def read_rule(criteria: Any) -> Mode:
    """The rule of update that `proposal_acceptance_criteria` names. Raises `OptionError`."""
    for name, mode in RULES.items():
        if criteria == name:
            return mode
    raise OptionError(
        f"proposal_acceptance_criteria is {criteria!r}; give 'Gibbs', which is heat bath, or "
        "'Metropolis'"
    )


def _whole_words(words: Any) -> tuple[int, ...]:
    try:
        given = list(words)
    except TypeError:
        raise OptionError(f"reseed_words is {words!r}; give a sequence of whole numbers") from None
    numbers = tuple(whole_number("a word of reseed_words", word, 0) for word in given)
    for number in numbers:
        if number > WORD_MAX:
            raise OptionError(f"a word of reseed_words is {number}; it must be {WORD_MAX} or less")
    return numbers
