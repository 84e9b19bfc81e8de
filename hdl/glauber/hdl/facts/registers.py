"""The register map: what stands at which word address of the machine's bus.

Addresses count 32-bit words. The top four bits choose a region. Every write is idempotent and no
read has a side effect, so that a link may repeat any request.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag

from .machine import MachineParams

__all__ = [
    "MAGIC",
    "PROTOCOL_VERSION",
    "REGION_SHIFT",
    "Access",
    "Features",
    "Header",
    "HeaderWords",
    "Region",
    "Register",
    "Status",
    "region_base",
    "region_words",
    "split_address",
]

REGION_SHIFT = 28
MAGIC = int.from_bytes(b"GLBR", "little")
PROTOCOL_VERSION = 1


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
    PROGRAM = 8

    @property
    def access(self) -> Access:
        return {
            Region.REGISTERS: Access.VARIOUS,
            Region.STATES: Access.READ_WRITE,
        }.get(self, Access.WRITE)

    @property
    def meaning(self) -> str:
        return {
            Region.REGISTERS: "header, control and status: see the registers below",
            Region.ROWS: "row words, one per row of a sweep",
            Region.STEPS: "schedule steps, one word each",
            Region.SEEDS: "states of the generators `lane * units + unit`, word s0 then word "
            "s1; the write of s1 takes effect for both",
            Region.STATES: "states as one array of bits, `pbit * replicas + replica`, 1 for +1; "
            "with over 32 replicas the write of a p-bit's last word takes effect for all of them",
            Region.PROGRAM: "coupling words: `(slot * lanes + lane) * couplings_per_slot + k`",
        }[self]


def region_base(region: Region) -> int:
    """The first word address of `region`."""
    return region << REGION_SHIFT


def split_address(address: int) -> tuple[int, int]:
    """The number of the region, which need not exist, and the offset in it."""
    return address >> REGION_SHIFT, address & ((1 << REGION_SHIFT) - 1)


def region_words(region: Region, params: MachineParams) -> int:
    """How many words of `region` exist in a machine."""
    return {
        Region.REGISTERS: len(Header) + len(Register),
        Region.ROWS: params.rows,
        Region.STEPS: params.steps,
        Region.SEEDS: 2 * params.generators,
        Region.STATES: params.state_words,
        Region.PROGRAM: params.slots * params.lanes * params.couplings_per_slot,
    }[region]


class Header(IntEnum):
    """Read-only words that describe the machine; the first two never move in any version."""

    MAGIC = 0
    PROTOCOL = 1
    FACTS_HASH = 2
    BUILD_ID = 3
    FEATURES = 4
    CLOCK_HZ = 5
    LANES = 6
    REPLICAS = 7
    COUPLINGS_PER_SLOT = 8
    DRAWS = 9
    COUPLING_BITS = 10
    FIELD_BITS = 11
    PBITS = 12
    SLOTS = 13
    ROWS = 14
    STEPS = 15
    BURST_WORDS = 16
    SOURCE = 17
    TABLE_COARSE_BITS = 18
    TABLE_FINE_BITS = 19

    @property
    def meaning(self) -> str:
        return _HEADER_MEANING[self]


_HEADER_MEANING = {
    Header.MAGIC: "`GLBR` as bytes, the first in the low byte",
    Header.PROTOCOL: "version of the link protocol and of this map",
    Header.FACTS_HASH: "first 32 bits of the digest of the facts the machine was built from",
    Header.BUILD_ID: "identity of the image; 0 where there is none",
    Header.FEATURES: "bit 0: a simulation, not hardware",
    Header.CLOCK_HZ: "clock of the machine in Hz; 0 where it has no fixed one",
    Header.LANES: "p-bits per row",
    Header.REPLICAS: "independent copies of all p-bits",
    Header.COUPLINGS_PER_SLOT: "couplings per lane and clock",
    Header.DRAWS: "random words per generator and row",
    Header.COUPLING_BITS: "width of a coupling",
    Header.FIELD_BITS: "width of the field accumulator",
    Header.PBITS: "capacity: p-bit addresses",
    Header.SLOTS: "capacity: slots per lane",
    Header.ROWS: "capacity: rows per sweep",
    Header.STEPS: "capacity: schedule steps",
    Header.BURST_WORDS: "words that one frame may read or write",
    Header.SOURCE: "number of the noise source",
    Header.TABLE_COARSE_BITS: "noise table: coarse mantissa bits",
    Header.TABLE_FINE_BITS: "noise table: fine mantissa bits",
}


class Features(IntFlag):
    """Bits of `Header.FEATURES`."""

    NONE = 0
    SIMULATION = 1


class Register(IntEnum):
    """Control and status words, behind the header in the same region."""

    RUN = len(Header)
    STOP = RUN + 1
    STATUS = RUN + 2
    ROW_COUNT = RUN + 3
    STEP_COUNT = RUN + 4
    SWEEPS_DONE = RUN + 5
    CYCLES_LOW = RUN + 6
    CYCLES_HIGH = RUN + 7
    FRAMES_BAD = RUN + 8

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
    Register.STOP: (Access.WRITE, "writing ends the run after the sweep that is under way"),
    Register.STATUS: (Access.READ, "bit 0: a run is under way; bit 1: the last run was stopped"),
    Register.ROW_COUNT: (Access.READ_WRITE, "rows of one sweep"),
    Register.STEP_COUNT: (Access.READ_WRITE, "steps of the schedule"),
    Register.SWEEPS_DONE: (Access.READ, "sweeps finished in the last run"),
    Register.CYCLES_LOW: (Access.READ, "clock cycles of the last run, low word"),
    Register.CYCLES_HIGH: (Access.READ, "clock cycles of the last run, high word"),
    Register.FRAMES_BAD: (
        Access.READ,
        "frames dropped since reset: bad checksum, malformed, too long, or while busy",
    ),
}


class Status(IntFlag):
    """Bits of `Register.STATUS`."""

    RUNNING = 1
    STOPPED = 2


@dataclass(frozen=True)
class HeaderWords:
    """The header as a list of words, and back."""

    params: MachineParams
    facts_hash: int
    build_id: int = 0
    features: Features = Features.NONE
    clock_hz: int = 0

    def words(self) -> list[int]:
        params = self.params
        values = {
            Header.MAGIC: MAGIC,
            Header.PROTOCOL: PROTOCOL_VERSION,
            Header.FACTS_HASH: self.facts_hash,
            Header.BUILD_ID: self.build_id,
            Header.FEATURES: int(self.features),
            Header.CLOCK_HZ: self.clock_hz,
            Header.SOURCE: int(params.source),
            Header.TABLE_COARSE_BITS: params.table.coarse_bits,
            Header.TABLE_FINE_BITS: params.table.fine_bits,
        }
        return [
            values[word] if word in values else getattr(params, word.name.lower())
            for word in Header
        ]
