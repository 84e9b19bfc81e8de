"""Control and status words, and what may be done with them."""

from enum import Enum, IntEnum, IntFlag

from .header import Header
from .line import DIVISOR_RANGE

__all__ = ["Access", "Register", "Status"]


class Access(Enum):
    """What a request may do at an address."""

    READ = "read"
    WRITE = "write"
    READ_WRITE = "read, write"
    VARIOUS = "word by word"


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
    MODE = RUN + 29
    EXCHANGES = RUN + 30

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
    Register.MODE: (
        Access.READ_WRITE,
        "rule of update and source of temperatures: see `facts.rules`; 0 without the abilities",
    ),
    Register.EXCHANGES: (
        Access.READ_WRITE,
        "the number of the next exchange; wraps; 0 is all that a machine without TEMPERING takes",
    ),
}


class Status(IntFlag):
    """Bits of `Register.STATUS`."""

    RUNNING = 1
    STOPPED = 2
    FAULT = 4
    TARGET = 8
