"""The header: what a machine says of itself, in its first words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from .errors import FactError
from .machine import MachineParams

__all__ = [
    "BOARD_BYTES",
    "MAGIC",
    "PROTOCOL_VERSION",
    "Features",
    "Header",
    "HeaderWords",
    "decode_board",
]

MAGIC = int.from_bytes(b"GLBR", "little")
PROTOCOL_VERSION = 6
BOARD_BYTES = 16


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
    WRITE_BITS = 22
    GATES_HASH = 23
    BOARD_0 = 24
    BOARD_1 = 25
    BOARD_2 = 26
    BOARD_3 = 27
    STREAM_WORDS = 28
    ABILITIES = 29

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
    Header.WRITE_BITS: "bits of new states that a state copy takes in per clock",
    Header.GATES_HASH: "first 32 bits of the digest of the sources of the gates",
    Header.BOARD_0: "name of the board as ASCII, the first in the low byte, filled up with zeros",
    Header.BOARD_1: "its bytes 4 to 7",
    Header.BOARD_2: "its bytes 8 to 11",
    Header.BOARD_3: "its bytes 12 to 15",
    Header.STREAM_WORDS: "words that the stream buffer holds; 0 if there is none",
    Header.ABILITIES: "what the machine can do beside sweeps: see `facts.measure.Abilities`",
}


class Features(IntFlag):
    """Bits of `Header.FEATURES`."""

    NONE = 0
    SIMULATION = 1


_BOARD = (Header.BOARD_0, Header.BOARD_1, Header.BOARD_2, Header.BOARD_3)


def _encode_board(name: str) -> list[int]:
    data = name.encode("ascii").ljust(BOARD_BYTES, b"\0")
    return [int.from_bytes(data[at : at + 4], "little") for at in range(0, BOARD_BYTES, 4)]


def decode_board(words: Sequence[int]) -> str:
    """The name in the words `BOARD_0` to `BOARD_3`; bytes that cannot be printed become `?`."""
    data = b"".join(word.to_bytes(4, "little") for word in words)
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in data.rstrip(b"\0"))


@dataclass(frozen=True)
class HeaderWords:
    """The header as a list of words.

    params : MachineParams
    facts_hash, gates_hash : int
        As in `facts.digest`.
    build_id : int
        Identity of the image, 0 for none.
    features : Features
    clock_hz : int
        0 if the machine has no fixed clock.
    board : str
        Name of the board, up to 16 ASCII characters; empty for none. `FactError` if it is another.
    """

    params: MachineParams
    facts_hash: int
    build_id: int = 0
    features: Features = Features.NONE
    clock_hz: int = 0
    gates_hash: int = 0
    board: str = ""

    def __post_init__(self) -> None:
        if len(self.board) > BOARD_BYTES or not self.board.isascii():
            raise FactError(
                f"the name of the board is {self.board!r}; "
                f"use at most {BOARD_BYTES} ASCII characters"
            )

    def words(self) -> list[int]:
        params = self.params
        values = {
            Header.MAGIC: MAGIC,
            Header.PROTOCOL: PROTOCOL_VERSION,
            Header.FACTS_HASH: self.facts_hash,
            Header.BUILD_ID: self.build_id,
            Header.FEATURES: int(self.features),
            Header.CLOCK_HZ: self.clock_hz,
            Header.GATES_HASH: self.gates_hash,
            **dict(zip(_BOARD, _encode_board(self.board), strict=True)),
            Header.SOURCE: int(params.source),
            Header.ABILITIES: int(params.abilities),
            Header.TABLE_COARSE_BITS: params.table.coarse_bits,
            Header.TABLE_FINE_BITS: params.table.fine_bits,
        }
        return [
            values[word] if word in values else getattr(params, word.name.lower())
            for word in Header
        ]
