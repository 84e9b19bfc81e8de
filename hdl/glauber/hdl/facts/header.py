"""The header: what a machine says of itself, in its first words."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from .machine import MachineParams

__all__ = ["MAGIC", "PROTOCOL_VERSION", "Features", "Header", "HeaderWords"]

MAGIC = int.from_bytes(b"GLBR", "little")
PROTOCOL_VERSION = 2


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
    RINGS = 20
    RING_DIVIDER = 21

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
    Header.RINGS: "ring oscillators; 0 if the image has no physical source",
    Header.RING_DIVIDER: "clocks between samples of the rings",
}


class Features(IntFlag):
    """Bits of `Header.FEATURES`."""

    NONE = 0
    SIMULATION = 1


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
