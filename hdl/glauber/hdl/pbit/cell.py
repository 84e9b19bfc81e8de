"""The p-bit cell: adds couplings to noise; the sign of the sum is the new state."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from .accumulator import Accumulator

__all__ = ["CouplingPair", "PbitCell"]


class CouplingPair(wiring.Component):
    """Prepares the couplings of a slot once for all replicas of a lane.

    With two couplings a slot, `j0*m0 + j1*m1` is `+-(j0 + j1)` or `+-(j0 - j1)`; both are formed
    here, so that a replica selects with one LUT4 per bit and needs one adder.

    Parameters
    ----------
    coupling_bits, couplings_per_slot : int

    Members
    -------
    couplings : In(ArrayLayout(signed(coupling_bits), couplings_per_slot))
        Couplings of the slot.
    couple : In(1)
        0 makes all couplings count as zero.
    same, opposite : Out(signed(coupling_bits + 1))
        What is added where the neighbours agree (both +1), and where only the first is +1.
        `opposite` equals `same` with one coupling per slot.

    Timing
    ------
    One clock.
    """

    LATENCY = 1

    couplings: data.View
    couple: Signal
    same: Signal
    opposite: Signal

    def __init__(self, coupling_bits: int, couplings_per_slot: int) -> None:
        super().__init__(
            {
                "couplings": In(data.ArrayLayout(signed(coupling_bits), couplings_per_slot)),
                "couple": In(1),
                "same": Out(signed(coupling_bits + 1)),
                "opposite": Out(signed(coupling_bits + 1)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        first = self.couplings[0]
        second = self.couplings[1] if len(self.couplings) == 2 else 0
        m.d.sync += [
            self.same.eq(Mux(self.couple, first + second, 0)),
            self.opposite.eq(Mux(self.couple, first - second, 0)),
        ]

        return m


class PbitCell(wiring.Component):
    """One replica of a lane: `acc <- (first ? noise : acc) + sum of J*m`; the state is its sign.

    Parameters
    ----------
    coupling_bits, couplings_per_slot, field_bits : int

    Members
    -------
    neighbours : In(couplings_per_slot)
        States of the slot's neighbours, 1 for +1.
    same, opposite : In(signed(coupling_bits + 1))
        From `CouplingPair`.
    first : In(1)
        The slot is the first of a row: start from `noise`.
    noise : In(signed(field_bits))
    state : Out(1)
        1 for +1: the sum of all slots so far is not negative.

    Timing
    ------
    One slot per clock; `state` follows a slot by one clock.

    Reference
    ---------
    `glauber.sim.model.kernel.sweep.write_sweep`.
    """

    LATENCY = 1

    neighbours: Signal
    same: Signal
    opposite: Signal
    first: Signal
    noise: Signal
    state: Signal

    def __init__(self, coupling_bits: int, couplings_per_slot: int, field_bits: int) -> None:
        super().__init__(
            {
                "neighbours": In(couplings_per_slot),
                "same": In(signed(coupling_bits + 1)),
                "opposite": In(signed(coupling_bits + 1)),
                "first": In(1),
                "noise": In(signed(field_bits)),
                "state": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.accumulator = accumulator = Accumulator(len(self.noise))

        plus = self.neighbours[0]
        agree = self.neighbours.all() | ~self.neighbours.any()
        # Two's complement negation as XOR and carry.
        chosen = Mux(agree, self.same, self.opposite)
        operand = chosen ^ (~plus).replicate(len(chosen)).as_signed()
        m.d.comb += [
            [accumulator.operand.eq(operand), accumulator.plus.eq(plus)],
            [accumulator.first.eq(self.first), accumulator.start.eq(self.noise)],
            self.state.eq(~accumulator.total[-1]),
        ]

        return m
