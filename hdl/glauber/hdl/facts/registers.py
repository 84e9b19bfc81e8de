"""The register map: what stands at which word address of the machine's bus.

Addresses count 32-bit words. The top four bits choose a region. No read has a side effect, so that
a link may repeat it; a write is done once (see `frames`).
"""

from enum import Enum, IntEnum, IntFlag

from .header import Header
from .health import RAW_WORDS, RESEED_WORDS
from .line import DIVISOR_RANGE
from .machine import MachineParams
from .measure import Abilities

__all__ = [
    "REGION_SHIFT",
    "Access",
    "Region",
    "Register",
    "Status",
    "region_base",
    "region_words",
    "split_address",
]

REGION_SHIFT = 28


class Access(Enum):
    """What a request may do at an address."""

    READ = "read"
    WRITE = "write"
    READ_WRITE = "read, write"
    VARIOUS = "word by word"


class Region(IntEnum):
    """Regions of the address space, by the top four bits of the word address."""

    REGISTERS = 0
    ROWS = 1
    STEPS = 2
    SEEDS = 3
    STATES = 4
    RAW = 5
    RESEEDS = 6
    SCORES = 7
    PROGRAM = 8
    STREAM = 9
    MOMENTS = 10
    BEST = 11

    @property
    def access(self) -> Access:
        return {
            Region.REGISTERS: Access.VARIOUS,
            Region.STATES: Access.READ_WRITE,
            Region.RAW: Access.READ,
            Region.RESEEDS: Access.READ_WRITE,
            Region.STREAM: Access.READ,
            Region.SCORES: Access.READ,
            Region.MOMENTS: Access.READ,
            Region.BEST: Access.READ,
        }.get(self, Access.WRITE)

    @property
    def meaning(self) -> str:
        return {
            Region.REGISTERS: "header, control and status: see the registers below",
            Region.ROWS: "row words, one per row of a sweep",
            Region.STEPS: "schedule steps, one word each",
            Region.SEEDS: "seed words, `(lane * units + unit) * seed_words + k`: the first clears "
            "the generator, each steps it and is XORed into word 0 of its state",
            Region.STATES: "states as one array of bits, `pbit * replicas + replica`, 1 for +1; "
            "with over 32 replicas the write of a p-bit's last word takes effect for all of them",
            Region.RAW: f"the newest raw bits of the rings, word `n` at `n % {RAW_WORDS}`, the "
            "oldest bit lowest; exists if there are rings",
            Region.RESEEDS: "the words of the reseeds since `RESEED` was written, in their order; "
            "exists if there are rings",
            Region.PROGRAM: "coupling words: `(slot * lanes + lane) * couplings_per_slot + k`",
            Region.STREAM: "the emitted words by their numbers modulo 2**28, those from "
            "`STREAM_TAIL` to before `STREAM_HEAD`; can be read while a run is under way",
            Region.SCORES: "for each replica the newest score, then for each the best one, both in "
            "two's complement, then for each the sweeps of the run after which it was measured; "
            "with the ability",
            Region.MOMENTS: "the counts of the coupling words, in the order of `PROGRAM`, modulo "
            "2**32; with the ability",
            Region.BEST: "the best states, in the order of `STATES`; with the ability",
        }[self]


def region_base(region: Region) -> int:
    """The first word address of `region`."""
    return region << REGION_SHIFT


def split_address(address: int) -> tuple[int, int]:
    """The number of the region, which need not exist, and the offset in it."""
    return address >> REGION_SHIFT, address & ((1 << REGION_SHIFT) - 1)


def region_words(region: Region, params: MachineParams) -> int:
    """How many words of `region` exist in a machine; of `STREAM`, at a time."""
    program = params.slots * params.lanes * params.couplings_per_slot
    return {
        Region.REGISTERS: len(Header) + len(Register),
        Region.ROWS: params.rows,
        Region.STEPS: params.steps,
        Region.SEEDS: params.seed_words * params.generators,
        Region.STATES: params.state_words,
        Region.RAW: RAW_WORDS if params.rings else 0,
        Region.RESEEDS: RESEED_WORDS if params.rings else 0,
        Region.PROGRAM: program,
        Region.STREAM: params.stream_words,
        Region.SCORES: 3 * params.replicas if Abilities.SCORES in params.abilities else 0,
        Region.MOMENTS: program if Abilities.MOMENTS in params.abilities else 0,
        Region.BEST: params.state_words if Abilities.BEST in params.abilities else 0,
    }[region]


class Register(IntEnum):
    """Control and status words, behind the header in the same region."""

    RUN = len(Header)
    STATUS = RUN + 1
    STREAM_HEAD = RUN + 2
    SWEEPS_DONE = RUN + 3
    CYCLES_LOW = RUN + 4
    CYCLES_HIGH = RUN + 5
    ROW_COUNT = RUN + 6
    STEP_COUNT = RUN + 7
    FRAMES_BAD = RUN + 8
    HEALTH = RUN + 9
    SAMPLES = RUN + 10
    LONGEST_RUN = RUN + 11
    MOST_FREQUENT = RUN + 12
    TRANSITIONS = RUN + 13
    RAW_COUNT = RUN + 14
    ENTROPY_COUNT = RUN + 15
    ENTROPY_WORD = RUN + 16
    RESEED = RUN + 17
    RESEEDS = RUN + 18
    RESEEDS_MISSED = RUN + 19
    STOP = RUN + 20
    STREAM_TAIL = RUN + 21
    EMIT_WORDS = RUN + 22
    WRITES = RUN + 23
    LINE = RUN + 24
    MEASURED_ROWS = RUN + 25
    WEIGH_ROWS = RUN + 26
    TARGET = RUN + 27
    MOMENT_WALKS = RUN + 28

    @property
    def access(self) -> Access:
        return _REGISTER_FACTS[self][0]

    @property
    def meaning(self) -> str:
        return _REGISTER_FACTS[self][1]


_REGISTER_FACTS = {
    Register.RUN: (
        Access.READ_WRITE,
        "run number; writing another than the last starts a run, writing the same does nothing",
    ),
    Register.STATUS: (
        Access.READ,
        (
            "bit 0: a run is under way; bit 1: the last run was stopped; bit 2: a health test "
            "failed; bit 3: the last run reached its target"
        ),
    ),
    Register.STREAM_HEAD: (Access.READ, "words emitted since reset; wraps"),
    Register.SWEEPS_DONE: (Access.READ, "sweeps finished in the last run"),
    Register.CYCLES_LOW: (
        Access.READ,
        "clocks of the last run in which it did not wait for room in the stream, low word",
    ),
    Register.CYCLES_HIGH: (Access.READ, "their high word"),
    Register.ROW_COUNT: (Access.READ_WRITE, "rows of one sweep"),
    Register.STEP_COUNT: (Access.READ_WRITE, "steps of the schedule"),
    Register.FRAMES_BAD: (
        Access.READ,
        "frames dropped since reset: bad checksum, malformed, too long, or while busy",
    ),
    Register.HEALTH: (
        Access.READ_WRITE,
        (
            "bit 0: the rings are sound; failures: bit 1: repetition count, 2: adaptive proportion,"
            " 3: transition count, 4: liveness of a generator; writing clears all and tests anew"
        ),
    ),
    Register.SAMPLES: (Access.READ, "raw bits tested since the tests began; stays at its largest"),
    Register.LONGEST_RUN: (Access.READ, "the most equal raw bits in a row"),
    Register.MOST_FREQUENT: (Access.READ, "the most often that a window held its first raw bit"),
    Register.TRANSITIONS: (Access.READ, "changes of the raw bit in the last whole window"),
    Register.RAW_COUNT: (Access.READ, "words of 32 raw bits recorded since reset; wraps"),
    Register.ENTROPY_COUNT: (
        Access.READ,
        "conditioned words handed to the host since reset; wraps",
    ),
    Register.ENTROPY_WORD: (Access.READ, "the newest of them"),
    Register.RESEED: (
        Access.READ_WRITE,
        (
            "sweeps from reseed to reseed of the generators, 0 for none; with the top bit, words "
            "come from `Region.RESEEDS`; writing starts the count of sweeps and reseeds anew"
        ),
    ),
    Register.RESEEDS: (Access.READ, "reseeds recorded since `RESEED` was written"),
    Register.RESEEDS_MISSED: (
        Access.READ,
        "of them, and beyond them, how many found no fresh word or no room in the record",
    ),
    Register.STOP: (
        Access.WRITE,
        (
            "writing ends the run after the sweep that is under way, or before the next word of the"
            " emission that is, the rest of which is given up"
        ),
    ),
    Register.STREAM_TAIL: (
        Access.READ_WRITE,
        (
            "words of the stream given free; the host writes, whenever it wants, what it has read, "
            "from the present value to `STREAM_HEAD`; a run begins with all of them free"
        ),
    ),
    Register.EMIT_WORDS: (
        Access.READ_WRITE,
        (
            "words of the states that a step with `emit` emits, 0 for none; `emit` then means "
            "nothing; 0 is all that a machine without a stream takes"
        ),
    ),
    Register.WRITES: (
        Access.READ,
        "the number of the next write, modulo 2**16: requests to write that were done since reset",
    ),
    Register.LINE: (
        Access.READ_WRITE,
        (
            f"clocks per bit of a serial line, {DIVISOR_RANGE[0]} to {DIVISOR_RANGE[1]}, from the "
            "end of the reply on; 0 for the default rate, to which it falls back: see `facts.line`"
        ),
    ),
    Register.MEASURED_ROWS: (
        Access.READ_WRITE,
        (
            "rows that a measuring walk goes over, 0 for none; measuring then means nothing; 0 is "
            "all that a machine without SCORES and MOMENTS takes"
        ),
    ),
    Register.WEIGH_ROWS: (
        Access.READ_WRITE,
        "rows from weighing to weighing, 0 for all; 0 is all that a machine without SCORES takes",
    ),
    Register.TARGET: (
        Access.READ_WRITE,
        "the score at which a run ends, in two's complement; 0 without SCORES",
    ),
    Register.MOMENT_WALKS: (
        Access.READ,
        "walks that were added to the counts of `Region.MOMENTS` since they began anew; wraps",
    ),
}


class Status(IntFlag):
    """Bits of `Register.STATUS`."""

    RUNNING = 1
    STOPPED = 2
    FAULT = 4
    TARGET = 8
