"""The machine in plain integers: slow, and written for reading. The reference of the fast model.

Nothing is shared with `glauber.sim.model` but the facts: noise is added and the sign is looked at,
one p-bit of one replica at a time.
"""

from collections.abc import Sequence

import numpy as np

from glauber.hdl.facts.generators import Generator
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import EXPONENT_BITS, MANTISSA_BITS, SIGN_SHIFT
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT, noise_limit
from glauber.hdl.facts.program import Step, decode_row

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
    """

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.coarse, self.offsets = params.table.coarse(), params.table.offsets()
        self.states = [[0] * params.replicas for _ in range(params.pbits)]
        self.generators = [
            [PlainGenerator(params.source.generator) for _ in range(params.units)]
            for _ in range(params.lanes)
        ]
        self.reseeds: dict[int, int] = {}
        self.emit_words = 0
        self.stream: list[int] = []

    def seed(self, words: Sequence[int]) -> None:
        size = self.params.seed_words
        units = [unit for lane in self.generators for unit in lane]
        for index, unit in enumerate(units):
            unit.seed(words[index * size : (index + 1) * size])

    def noise(self, word: int, temperature: int) -> int:
        """`floor(T * Lambda)` for a random word."""
        field = word >> MANTISSA_BITS & ((1 << EXPONENT_BITS) - 1)
        exponent = 0
        while exponent < EXPONENT_BITS and field >> (EXPONENT_BITS - 1 - exponent) & 1:
            exponent += 1
        mantissa = word & ((1 << MANTISSA_BITS) - 1)
        table = self.params.table
        logit = self.coarse[table.coarse_index(exponent, mantissa)]
        logit += self.offsets[table.offset_index(exponent, mantissa)]
        point = LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits
        magnitude = min(logit * temperature >> point, noise_limit(self.params.field_bits))
        return ~magnitude if word >> SIGN_SHIFT else magnitude

    def run(self, rows: Sequence[int], couplings: Sequence[int], steps: Sequence[int]) -> None:
        done = 0
        for step in map(Step.decode, steps):
            for _ in range(step.sweeps):
                slot = 0
                for length, target in map(decode_row, rows):
                    self._row(slot, length, target, couplings, step)
                    slot += length
                done += 1
                for unit in (unit for lane in self.generators for unit in lane):
                    unit.state ^= self.reseeds.get(done, 0)
            if step.emit:
                self._emit()

    def _emit(self) -> None:
        bits = [bit for states in self.states for bit in states]
        for first in range(0, 32 * self.emit_words, 32):
            self.stream.append(sum(bit << n for n, bit in enumerate(bits[first : first + 32])))

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
            for replica in range(params.replicas):
                word = self.generators[lane][replica // params.draws].draw()
                total = self.noise(word, step.temperature) + sum(
                    coupling * (2 * before[pbit][replica] - 1) for coupling, pbit in terms
                )
                self.states[target * params.lanes + lane][replica] = int(total >= 0)

    def state_array(self) -> np.ndarray:
        return np.array(self.states, np.bool_)
