"""The machine in plain integers: slow, and written for reading. The reference of the fast model.

Nothing is shared with `glauber.sim.model` but the facts: noise is added and the sign is looked at,
one p-bit of one replica at a time.
"""

from collections.abc import Sequence

import numpy as np

from glauber.hdl.facts.generators import Generator
from glauber.hdl.facts.machine import (
    EMIT_CLOCKS,
    OPERATION_CLOCKS,
    SEQUENCER_CLOCKS,
    MachineParams,
)
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.noise import EXPONENT_BITS, MANTISSA_BITS, SIGN_SHIFT, Law
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT, noise_limit
from glauber.hdl.facts.operations import Measure, Repeat, decode_word
from glauber.hdl.facts.program import Step, decode_row

from .plain_measure import PlainMeasure
from .plain_temper import PlainTemper

__all__ = ["PlainGenerator", "PlainMachine"]


class PlainGenerator:
    """A generator by its definition in the facts. `waiting` holds words under way."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator
        self.state = sum(1 << 32 * index for index in range(generator.seed_words))
        self.waiting = [0] * generator.warmup

    def seed(self, words: Sequence[int]) -> None:
        self.state, self.waiting = 0, [0] * self.generator.warmup
        for word in words:
            self.draw()
            self.state ^= word
        for _ in range(self.generator.warmup):
            self.draw()

    def draw(self) -> int:
        self.waiting.append(self.generator.word(self.state))
        self.state = self.generator.step(self.state)
        return self.waiting.pop(0)


class PlainMachine:
    """`states[pbit][replica]` is 0 or 1; `generators[lane][unit]`.

    `reseeds` maps numbers of sweeps, counted from 1, to words that are mixed into all generators
    after them. `stream` holds the words that were emitted, `emit_words` of the states each time.

    A stop comes, if at all, when the stream holds `room` words and another one is to be emitted, or
    in the measuring operation number `stop_in`, counted from 1 over all runs. `sweeps`, `cycles`,
    `stopped` and `reached`, which is that of the target, are of the last run.

    With `metropolis` and `ladder`, p-bits are updated by that rule, and at the temperatures of
    `temper`.
    """

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.tables = {law: (params.table.coarse(law), params.table.offsets(law)) for law in Law}
        self.states = [[0] * params.replicas for _ in range(params.pbits)]
        self.generators = [
            [PlainGenerator(params.source.generator) for _ in range(params.units)]
            for _ in range(params.lanes)
        ]
        self.reseeds: dict[int, int] = {}
        self.emit_words = 0
        self.stream: list[int] = []
        self.room = self.stop_in = 0
        self.temper = PlainTemper(params)
        self.measure = PlainMeasure(params, self.temper, self.draw_variate)
        self.metropolis = self.ladder = False
        self.sweeps = self.cycles = 0
        self.stopped = self.reached = False

    def seed(self, words: Sequence[int]) -> None:
        size = self.params.seed_words
        units = [unit for lane in self.generators for unit in lane]
        for index, unit in enumerate(units):
            unit.seed(words[index * size : (index + 1) * size])

    def variate(self, word: int, law: Law) -> int:
        """The magnitude that the table of this law has for a random word."""
        field = word >> MANTISSA_BITS & ((1 << EXPONENT_BITS) - 1)
        exponent = 0
        while exponent < EXPONENT_BITS and field >> (EXPONENT_BITS - 1 - exponent) & 1:
            exponent += 1
        mantissa = word & ((1 << MANTISSA_BITS) - 1)
        table = self.params.table
        coarse, offsets = self.tables[law]
        address = table.coarse_index(exponent, mantissa), table.offset_index(exponent, mantissa)
        return coarse[address[0]] + offsets[address[1]]

    def noise(self, word: int, temperature: int, own: int | None = None) -> int:
        """What is added to a field for a random word; by heat bath unless there is an own state."""
        variate = self.variate(word, Law.LOGISTIC if own is None else Law.EXPONENTIAL)
        point = LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits
        magnitude = min(variate * temperature >> point, noise_limit(self.params.field_bits))
        negative = word >> SIGN_SHIFT if own is None else own
        return ~magnitude if negative else magnitude

    def draw_variate(self) -> int:
        """All generators draw; an exponential variate from unit 0 of lane 0."""
        words = [[unit.draw() for unit in lane] for lane in self.generators]
        return self.variate(words[0][0], Law.EXPONENTIAL)

    def run(self, rows: Sequence[int], couplings: Sequence[int], words: Sequence[int]) -> None:
        """A run whose sweeps go over all rows."""
        self.run_part(rows, len(rows), couplings, words)

    def run_part(
        self, rows: Sequence[int], swept: int, couplings: Sequence[int], words: Sequence[int]
    ) -> None:
        """As `run`, with sweeps over the first `swept` rows; the others can be measured."""
        self.sweeps, self.cycles = 0, SEQUENCER_CLOCKS
        self.stopped = self.reached = False
        decode = decode_word if self.params.abilities else Step.decode
        schedule = [decode(word) for word in words]
        counters: dict[int, int] = {}
        place = 0
        while place < len(schedule) and not (self.stopped or self.reached):
            word, place = schedule[place], place + 1
            if isinstance(word, Step):
                following = schedule[place] if place < len(schedule) else None
                self._step(rows[:swept], couplings, word, following)
                continue
            clocks, stop = OPERATION_CLOCKS, False
            if isinstance(word, Measure):
                clocks, self.reached = self.measure.measure(
                    word.flags, rows, couplings, self.states, self.sweeps
                )
                stop = self.measure.operations == self.stop_in
            elif self.params.abilities & Abilities.LOOPS:
                place = self._repeat(word, place, counters)
            self.cycles += clocks
            self.stopped = stop and place < len(schedule) and not self.reached

    def _repeat(self, loop: Repeat, place: int, counters: dict[int, int]) -> int:
        """The place of the word behind a loop whose end is before `place`, or of its first one."""
        done = counters.get(loop.level, 0)
        counters[loop.level] = 0 if done == loop.count else done + 1
        return place if done == loop.count else place - 1 - loop.length

    def _step(
        self,
        rows: Sequence[int],
        couplings: Sequence[int],
        step: Step,
        following: Step | Measure | Repeat | None,
    ) -> None:
        for _ in range(step.sweeps):
            slot = 0
            for length, target in map(decode_row, rows):
                self._row(slot, length, target, couplings, step)
                slot += length
            self.sweeps, self.cycles = self.sweeps + 1, self.cycles + slot
            for unit in (unit for lane in self.generators for unit in lane):
                unit.state ^= self.reseeds.get(self.sweeps, 0)
        emits = bool(step.emit and self.emit_words)
        if emits or not isinstance(following, Step):
            self.cycles += self.params.drain_clocks
        if emits:
            self._emit()
            if self.stopped or following is None:
                self.cycles += self.params.drain_clocks

    def _emit(self) -> None:
        bits = [bit for states in self.states for bit in states]
        self.cycles += EMIT_CLOCKS
        for first in range(0, 32 * self.emit_words, 32):
            if self.room and len(self.stream) == self.room:
                self.stopped = True
                return
            self.stream.append(sum(bit << n for n, bit in enumerate(bits[first : first + 32])))
            self.cycles += self.params.emit_word_clocks

    def _row(
        self, slot: int, length: int, target: int, couplings: Sequence[int], step: Step
    ) -> None:
        params = self.params
        before = [list(states) for states in self.states]
        for lane in range(params.lanes):
            terms = []
            for at in range(slot, slot + length):
                for k in range(params.couplings_per_slot):
                    word = couplings[(at * params.lanes + lane) * params.couplings_per_slot + k]
                    coupling = word & ((1 << params.coupling_bits) - 1)
                    if coupling >> (params.coupling_bits - 1):
                        coupling -= 1 << params.coupling_bits
                    terms.append((coupling * step.couple, word >> params.coupling_bits))
            mine = target * params.lanes + lane
            for replica in range(params.replicas):
                word = self.generators[lane][replica // params.draws].draw()
                own = before[mine][replica] if self.metropolis and step.couple else None
                temperature = step.temperature
                if self.ladder and step.couple:
                    temperature = self.temper.temperatures[replica]
                total = self.noise(word, temperature, own) + sum(
                    coupling * (2 * before[pbit][replica] - 1) for coupling, pbit in terms
                )
                self.states[mine][replica] = int(total >= 0)

    def state_array(self) -> np.ndarray:
        return np.array(self.states, np.bool_)
