"""What the reads of a call are to do, and whether there are random words for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from glauber.hdl.facts.health import RESEED_WORDS
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.seeding import stream_count, stream_words

from .bus import to_words
from .errors import OptionError
from .initial import Starts
from .schedules.words import count_sweeps

__all__ = ["ChainPlan", "check_draws", "check_reads", "check_replay", "check_streams"]

READS_MAX = 1 << 31


def check_reads(num_reads: int, samples_per_read: int) -> None:
    """Raises `OptionError` for more reads, or samples of a read, than 2**31."""
    for name, number in (("num_reads", num_reads), ("samples_per_read", samples_per_read)):
        if number > READS_MAX:
            raise OptionError(f"{name} is {number}; it must be {READS_MAX} or less")


def check_streams(plan: "ChainPlan", params: MachineParams, rows: int) -> None:
    """Raises `OptionError` if random words of a plan could come from more than one stream."""
    name = params.source.name.lower()
    if plan.first_read % params.draws:
        raise OptionError(
            f"first_read is {plan.first_read}; it must be a multiple of {params.draws}, the reads "
            "that share a generator of this device"
        )
    batches = -(-plan.num_reads // params.replicas)
    before = plan.first_read // params.draws * params.lanes
    streams, count = before + batches * params.generators, stream_count(params.source)
    if streams > count:
        raise OptionError(
            f"{plan.first_read + plan.num_reads} reads need {streams} streams of random words, a "
            f"seed of {name} has {count}; ask for fewer reads, and for others with another seed"
        )
    check_draws((plan.sweeps_per_read + 1) * rows * params.draws, params)


def check_draws(words: int, params: MachineParams) -> None:
    """Raises `OptionError` if a read takes more words from a generator than its stream has."""
    if words > stream_words(params.source):
        raise OptionError(
            f"a read takes {words} random words from each generator, the streams of "
            f"{params.source.name.lower()} have {stream_words(params.source)} before they could "
            "overlap; ask for fewer sweeps or samples, or use an image with another noise source"
        )


def check_replay(plan: "ChainPlan", params: MachineParams) -> None:
    """Raises `OptionError` if the words of a replay are not as many as its reseeds."""
    if plan.reseed_words is None:
        return
    need = plan.reseeds_per_batch * -(-plan.num_reads // params.replicas)
    if len(plan.reseed_words) != need:
        raise OptionError(
            f"reseed_words has {len(plan.reseed_words)} words, but this run reseeds {need} times; "
            "give the words, settings and number of replicas of the run that is to be replayed"
        )


@dataclass(frozen=True)
class ChainPlan:
    """What every read does: start at random or where `starts` says, `first_steps`, keep a sample;
    then again and again `next_steps` and keep a sample, until there are `samples_per_read`.

    The reads are numbers `first_read` and so on of the set that the seed has. Raises `OptionError`
    for more reads, or samples of a read, than 2**31.
    """

    num_reads: int
    first_steps: list[int]
    seed: int
    samples_per_read: int = 1
    next_steps: list[int] = field(default_factory=list)
    reseed_interval: int = 0
    reseed_words: Sequence[int] | None = None
    first_read: int = 0
    starts: Starts | None = None

    def __post_init__(self) -> None:
        check_reads(self.num_reads, self.samples_per_read)

    @property
    def reseeds_per_batch(self) -> int:
        """Reseeds of a batch that are recorded; the sweep of the random start counts too."""
        if not self.reseed_interval:
            return 0
        return min(RESEED_WORDS, (self.sweeps_per_read + 1) // self.reseed_interval)

    @cached_property
    def sweeps_per_read(self) -> int:
        first, following = (
            count_sweeps(to_words(steps)) for steps in (self.first_steps, self.next_steps)
        )
        return first + following * (self.samples_per_read - 1)
