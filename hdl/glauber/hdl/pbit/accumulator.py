"""The accumulator of a p-bit cell, with a load in the same logic cells as its adder."""

from typing import Any

from amaranth.hdl import Cat, Instance, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..family import Family, family_of

__all__ = ["Accumulator", "ChoiceAdder"]


class Accumulator(wiring.Component):
    """`total <- (first ? start : total) + operand + ~plus`.

    Parameters
    ----------
    width : int
        Bits of the total, which wraps: who uses it makes sure that it does not.

    Members
    -------
    operand : In(signed(width))
    plus : In(1)
        0 adds one, which makes the subtraction of what the operand is the complement of.
    first : In(1)
    start : In(signed(width))
    total : Out(signed(width))

    Timing
    ------
    One addition per clock, one clock of latency.
    """

    operand: Signal
    plus: Signal
    first: Signal
    start: Signal
    total: Signal

    def __init__(self, width: int) -> None:
        super().__init__(
            {
                "operand": In(signed(width)),
                "plus": In(1),
                "first": In(1),
                "start": In(signed(width)),
                "total": Out(signed(width)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        total = Signal(signed(len(self.total)), reset_less=True)
        m.d.comb += self.total.eq(total)
        m.submodules.adder = adder = ChoiceAdder(len(total))
        m.d.comb += [
            [adder.operand.eq(self.operand), adder.plus.eq(self.plus)],
            [adder.first.eq(self.first), adder.start.eq(self.start), adder.total.eq(total)],
        ]
        m.d.sync += total.eq(adder.sum)
        return m


# A half of a CCU2C computes `LUT4(A, B, C, D) ^ carry`, and carries on where that LUT4 is 1; else
# the carry out is bits 0 to 3 of its table at (A, B). With these tables:
_ADD = 0x569A  # A ^ (B ? D : C), and A where that is 0: the carry of an addition
_CARRY = 0x0005  # 0 if D is 1, and ~A: the carry out is ~A whatever comes in


class ChoiceAdder(wiring.Component):
    """`sum = (first ? start : total) + operand + ~plus`. Combinational.

    Gates
    -----
    On ECP5 the choice between `start` and `total` stands in the LUTs of the carry chain, where
    synthesis would put it into LUTs of its own. Source of the cell: its model in Yosys'
    `ccu2c_sim.vh`.
    """

    operand: Signal
    plus: Signal
    first: Signal
    start: Signal
    total: Signal
    sum: Signal

    def __init__(self, width: int) -> None:
        super().__init__(
            {
                "operand": In(width),
                "plus": In(1),
                "first": In(1),
                "start": In(width),
                "total": In(width),
                "sum": Out(width),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        if family_of(platform) is not Family.ECP5:
            base = Mux(self.first, self.start, self.total)
            # The extra low bit takes the carry into one chain.
            m.d.comb += self.sum.eq((Cat(1, base) + Cat(~self.plus, self.operand)) >> 1)
            return m
        halves: list[tuple[Any, ...]] = [(_CARRY, self.plus, 0, 0, 1, Signal(name="unused"))]
        for bit in range(len(self.sum)):
            inputs = (self.operand[bit], self.first, self.total[bit], self.start[bit])
            halves.append((_ADD, *inputs, self.sum[bit]))
        if len(halves) % 2:
            halves.append((_CARRY, 0, 0, 0, 1, Signal(name="filler")))
        carry = 0
        for index in range(0, len(halves), 2):
            carry_out = Signal(name=f"carry{index}")
            pins = {"i_CIN": carry, "o_COUT": carry_out}
            for half, (table, *inputs, result) in enumerate(halves[index : index + 2]):
                pins |= {f"p_INIT{half}": table, f"p_INJECT1_{half}": "NO", f"o_S{half}": result}
                pins |= {f"i_{pin}{half}": value for pin, value in zip("ABCD", inputs, strict=True)}
            m.submodules[f"cell{index // 2}"] = Instance("CCU2C", **pins)
            carry = carry_out
        return m
