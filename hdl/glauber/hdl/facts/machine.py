"""The parameters of one machine, fixed when it is built and stated in its header."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import FactError
from .generators import Source
from .health import RING_DIVIDER_RANGE
from .measure import Abilities
from .noise import NoiseTable
from .numbers import coupling_range, field_limit

__all__ = [
    "EMIT_CLOCKS",
    "EMIT_PBIT_CLOCKS",
    "EMIT_WORD_CLOCKS",
    "EXCHANGE_CLOCKS",
    "KEEP_CLOCKS",
    "OPERATION_CLOCKS",
    "PAIR_CLOCKS",
    "PIPELINE_CLOCKS",
    "SEQUENCER_CLOCKS",
    "TALLY_CLOCKS",
    "WEIGH_BIT_CLOCKS",
    "WEIGH_CLOCKS",
    "MachineParams",
    "count_clocks",
]

# Clocks from the issue of a row's last slot to the first clock whose issued slot reads the new
# states, for a row that is written in one beat. The gates' pipeline is built to it.
PIPELINE_CLOCKS = 8
# The sequencer reads the next row word while a row is running, and as long before the first row.
SEQUENCER_CLOCKS = 3
# Of an emission, once nothing is under way; of each of its words; of each p-bit in a word, or of a
# word that a p-bit does not fill. Clocks in which a word waits for room in the stream do not count.
EMIT_CLOCKS = 1
EMIT_WORD_CLOCKS = 4
EMIT_PBIT_CLOCKS = 4
# Of a weighing, beside its bits. Of all bits but the lowest, beside the additions: one for each
# replica, but at least so many; of the lowest, for each replica, with adding to its score. Of
# keeping states, beside one for each p-bit.
WEIGH_CLOCKS = 8
WEIGH_BIT_CLOCKS = 4
TALLY_CLOCKS = 4
KEEP_CLOCKS = 3
# Of an exchange of temperatures, beside its pairs of rungs; and of each pair.
EXCHANGE_CLOCKS = 2
PAIR_CLOCKS = 32
# Of an operation, beside what it does; the next word is read then.
OPERATION_CLOCKS = 1 + SEQUENCER_CLOCKS


def count_clocks(width: int) -> int:
    """Clocks that it takes to count how many of `width` bits, a power of two, are 1."""
    return max(1, width.bit_length() // 2)


def _power_of_two(what: str, value: int, low: int, high: int) -> None:
    if value < low or value > high or value & (value - 1):
        raise FactError(f"{what} is {value}; it must be a power of two from {low} to {high}")


@dataclass(frozen=True)
class MachineParams:
    """What a machine can hold and how fast it walks a program.

    lanes, replicas
        p-bits updated per row, and independent copies of all p-bits. Powers of two.
    couplings_per_slot
        couplings that a lane adds per clock: 1 or 2.
    draws
        random words that one generator delivers per row; a lane has `replicas / draws` generators.
    coupling_bits, field_bits
        widths of one coupling and of the field accumulator.
    pbits, slots, rows, steps
        capacity: addresses of the state memory, slots per lane, row words, schedule steps.
    burst_words
        words that one frame may read or write.
    write_bits
        bits of new states that every state copy takes in per clock. A block RAM takes 32 (16 on
        iCE40); more make rows shorter and take more block RAMs.
    source, table
        the noise source and the split of the noise table.
    rings, ring_divider
        ring oscillators of the physical source, 0 for none, and clocks between their samples.
    stream_words
        words that the stream buffer holds, a power of two; 0 for a machine that emits nothing.
    abilities
        what the machine can do by itself beside sweeps and emissions.
    """

    lanes: int = 4
    replicas: int = 8
    couplings_per_slot: int = 2
    draws: int = 4
    coupling_bits: int = 8
    field_bits: int = 16
    pbits: int = 2048
    slots: int = 8192
    rows: int = 1024
    steps: int = 2048
    burst_words: int = 64
    write_bits: int = 32
    source: Source = Source.XOROSHIRO64
    table: NoiseTable = field(default_factory=NoiseTable)
    rings: int = 0
    ring_divider: int = 4096
    stream_words: int = 2048
    abilities: Abilities = Abilities.NONE

    def __post_init__(self) -> None:
        _power_of_two("lanes", self.lanes, 1, 256)
        _power_of_two("replicas", self.replicas, 1, 4096)
        _power_of_two("couplings_per_slot", self.couplings_per_slot, 1, 2)
        _power_of_two("draws", self.draws, 1, self.replicas)
        _power_of_two("write_bits", self.write_bits, 8, 4096)
        for what, low, high in (
            ("coupling_bits", 2, 12),
            ("field_bits", self.coupling_bits + 3, 24),
            ("slots", 2, 1 << 26),
            ("rows", 1, 1 << 20),
            ("steps", 1, 1 << 24),
            ("burst_words", 1, 1 << 15),
            ("rings", 0, 64),
            ("ring_divider", *RING_DIVIDER_RANGE),
        ):
            value = getattr(self, what)
            if not low <= value <= high:
                raise FactError.out_of_range(what, value, low, high, "choose a value in that range")
        if self.stream_words:
            _power_of_two("stream_words, unless 0,", self.stream_words, 2, 1 << 26)
        for ability in Abilities.BEST, Abilities.TEMPERING:
            if ability in self.abilities and Abilities.SCORES not in self.abilities:
                raise FactError(
                    f"abilities are {self.abilities.name}; {ability.name} needs SCORES: add it"
                )
        # At least a bus word of states, and a row beside the one that holds the constant +1.
        fewest = max(2 * self.lanes, -(-32 // self.replicas))
        _power_of_two("pbits", self.pbits, fewest, 1 << (32 - self.coupling_bits))

    @property
    def units(self) -> int:
        """Generators per lane. Unit `g` draws for the replicas `g * draws + d`, `d` < `draws`."""
        return self.replicas // self.draws

    @property
    def generators(self) -> int:
        return self.lanes * self.units

    @property
    def seed_words(self) -> int:
        """Words that seed one generator."""
        return self.source.generator.seed_words

    def seed_stream(self, batch: int, lane: int, unit: int) -> int:
        """Which stream of the seed a generator gets in run number `batch` of a set of reads.

        Read `batch * replicas + r` draws from the same streams whatever `replicas` is: reads do
        not depend on how many of them run side by side.
        """
        return (batch * self.units + unit) * self.lanes + lane

    @property
    def beat_pbits(self) -> int:
        """P-bits that one write beat of the state memory takes."""
        return min(self.lanes, max(1, self.write_bits // self.replicas))

    @property
    def beats(self) -> int:
        return self.lanes // self.beat_pbits

    @property
    def row_min(self) -> int:
        """The fewest slots that a row may have."""
        return max(self.draws, self.beats, SEQUENCER_CLOCKS)

    @property
    def hazard(self) -> int:
        """Slots from the last slot of a row to the first slot that may read its new states."""
        return PIPELINE_CLOCKS + self.beats - 1

    @property
    def drain_clocks(self) -> int:
        """Clocks from a run's last slot until nothing is under way."""
        return self.draws + 6 + self.hazard + 2

    @property
    def emit_word_clocks(self) -> int:
        """Clocks that it takes to emit a word for which there is room."""
        return EMIT_WORD_CLOCKS + EMIT_PBIT_CLOCKS * max(1, 32 // self.replicas)

    @property
    def weights(self) -> tuple[tuple[int, int], ...]:
        """The weights of a weighing from the top bit of a field down, and how often each is added.

        A weight larger than two couplings together may be is added in parts.
        """
        largest = 1 << (self.coupling_bits - 1)
        bits = [1 << bit for bit in reversed(range(self.field_bits - 1))]
        return tuple((min(bit, largest), max(1, bit // largest)) for bit in bits)

    @property
    def weigh_clocks(self) -> int:
        """Clocks of a weighing, once nothing is under way; see `facts.measure`."""
        additions = sum(count for _, count in self.weights)
        telling = len(self.weights) * max(self.replicas, WEIGH_BIT_CLOCKS)
        tally = self.replicas * TALLY_CLOCKS + count_clocks(self.lanes)
        return WEIGH_CLOCKS + telling + additions + tally

    @property
    def keep_clocks(self) -> int:
        """Clocks that it takes to keep the best states."""
        return KEEP_CLOCKS + self.pbits

    def measure_clocks(
        self, parts: Sequence[int], *, scores: bool, kept: bool, pairs: int | None = None
    ) -> int:
        """Clocks of a measuring operation whose walk has `parts` slots from weighing to weighing.

        scores : whether it weighs; without, and without a walk, there is one part or none
        kept : whether there were better states to keep
        pairs : of rungs that an exchange visited, if there was one
        """
        walk = sum(parts) + len(parts) * self.drain_clocks
        weighing = len(parts) * self.weigh_clocks if scores else 0
        exchange = 0 if pairs is None else EXCHANGE_CLOCKS + pairs * PAIR_CLOCKS
        return OPERATION_CLOCKS + walk + weighing + (self.keep_clocks if kept else 0) + exchange

    def run_clocks(
        self, sweep_slots: int, sweeps: int, emissions: int = 0, emitted_words: int = 0
    ) -> int:
        """Clock cycles of a run of `sweeps` sweeps of `sweep_slots` slots each, without operations.

        It comes to rest before each of its `emissions`, and once more at its end. The clocks in
        which one of the `emitted_words` waited for room are not among them.
        """
        rests = (emissions + 1) * self.drain_clocks + emissions * EMIT_CLOCKS
        emitting = emitted_words * self.emit_word_clocks
        return SEQUENCER_CLOCKS + sweep_slots * sweeps + rests + emitting

    @property
    def field_limit(self) -> int:
        """The largest sum of |J| and |h| of one p-bit; see `numbers.field_limit`."""
        return field_limit(self.field_bits)

    @property
    def coupling_max(self) -> int:
        """The largest magnitude used for one slot; symmetric, so that -J is as good as J."""
        return coupling_range(self.coupling_bits)[1]

    @property
    def state_words(self) -> int:
        """Bus words that hold all states, 32 in each."""
        return self.pbits * self.replicas // 32
