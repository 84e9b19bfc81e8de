"""The machine in plain integers: slow, and written for reading. The reference of the fast model.

Nothing is shared with `glauber.sim.model` but the facts: noise is added and the sign is looked at,
one p-bit of one replica at a time.
"""

from collections.abc import Sequence

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import (
    EXPONENT_BITS,
    MANTISSA_BITS,
    SIGN_SHIFT,
    XOROSHIRO64,
)
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT, noise_limit
from glauber.hdl.facts.program import Step, decode_row

__all__ = ["PlainMachine", "plain_step"]

MASK = (1 << 32) - 1


def _rotate(word: int, distance: int) -> int:
    return (word << distance | word >> (32 - distance)) & MASK


def plain_step(s0: int, s1: int) -> tuple[int, int]:
    """One step of the generator."""
    mixed = s0 ^ s1
    shifted = mixed << XOROSHIRO64.shift & MASK
    return (
        _rotate(s0, XOROSHIRO64.rotate_a) ^ mixed ^ shifted,
        _rotate(mixed, XOROSHIRO64.rotate_b),
    )


class PlainMachine:
    """`states[pbit][replica]` is 0 or 1, `generators[lane][unit]` a pair of words."""

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.coarse, self.offsets = params.table.coarse(), params.table.offsets()
        self.states = [[0] * params.replicas for _ in range(params.pbits)]
        self.generators = [[(1, 1)] * params.units for _ in range(params.lanes)]

    def seed(self, words: Sequence[int]) -> None:
        pairs = list(zip(words[::2], words[1::2], strict=True))
        units = self.params.units
        self.generators = [
            pairs[lane * units : (lane + 1) * units] for lane in range(self.params.lanes)
        ]

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
        for step in map(Step.decode, steps):
            for _ in range(step.sweeps):
                slot = 0
                for length, target in map(decode_row, rows):
                    self._row(slot, length, target, couplings, step)
                    slot += length

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
                unit = replica // params.draws
                s0, s1 = self.generators[lane][unit]
                self.generators[lane][unit] = plain_step(s0, s1)
                total = self.noise(s0, step.temperature) + sum(
                    coupling * (2 * before[pbit][replica] - 1) for coupling, pbit in terms
                )
                self.states[target * params.lanes + lane][replica] = int(total >= 0)

    def state_array(self) -> np.ndarray:
        return np.array(self.states, np.bool_)
