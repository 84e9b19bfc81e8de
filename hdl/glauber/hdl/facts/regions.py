"""The regions of the machine's bus.

Addresses count 32-bit words. The top four bits choose a region. No read has a side effect, so that
a link may repeat it; a write is done once (see `frames`).
"""

from enum import IntEnum

from .header import Header
from .health import RAW_WORDS, RESEED_WORDS
from .machine import MachineParams
from .measure import Abilities
from .registers import Access, Register
from .tempering import LadderWords

__all__ = [
    "REGION_SHIFT",
    "Region",
    "region_base",
    "region_words",
    "split_address",
]

REGION_SHIFT = 28


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
    TEMPERATURES = 12
    LADDER = 13

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
            Region.LADDER: Access.READ_WRITE,
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
            Region.TEMPERATURES: "the temperature of each replica, for `Mode.LADDER`; with "
            "TEMPERING",
            Region.LADDER: "of each rung the temperature, then of each the exchange temperature, "
            "then the replica that stands there, then the exchanges made with the next rung; with "
            "TEMPERING",
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
    tempering = Abilities.TEMPERING in params.abilities
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
        Region.TEMPERATURES: params.replicas if tempering else 0,
        Region.LADDER: len(LadderWords) * params.replicas if tempering else 0,
    }[region]
