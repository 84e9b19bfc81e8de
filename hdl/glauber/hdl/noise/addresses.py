"""Where a random word stands in the tables of noise."""

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts import noise as facts
from ..facts.noise import Law, NoiseTable
from .tables import TablePort

__all__ = ["LeadingOnes", "TableAddresses"]


class LeadingOnes(wiring.Component):
    """Counts the leading ones of a word: 0 to `width`. Combinational.

    Members
    -------
    i : In(width)
    o : Out(range(width + 1))
    """

    i: Signal
    o: Signal

    def __init__(self, width: int) -> None:
        self._width = width
        super().__init__({"i": In(width), "o": Out(range(width + 1))})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        m.d.comb += self.o.eq(self._width)
        # The last assignment wins, so the highest zero bit is looked at last.
        for index in range(self._width):
            with m.If(~self.i[index]):
                m.d.comb += self.o.eq(self._width - 1 - index)

        return m


class TableAddresses(wiring.Component):
    """The addresses of a word in both tables.

    Parameters
    ----------
    table : NoiseTable
    laws : sequence of Law
        As `NoiseTables`.

    Members
    -------
    word : In(32)
        A random word, laid out as `facts.noise` says.
    law : In(1)
        A clock after the word: the second one of two laws.
    tables : Out(TablePort)

    Timing
    ------
    Two clocks from a word to its addresses; the entries follow as `NoiseTables` says.

    Reference
    ---------
    `glauber.hdl.facts.noise.NoiseTable.coarse_index` and `.offset_index`.
    """

    word: Signal
    law: Signal
    tables: Any

    def __init__(self, table: NoiseTable, laws: Sequence[Law] = (Law.LOGISTIC,)) -> None:
        self._table = table
        self._laws = laws
        super().__init__(
            {
                "word": In(facts.WORD_BITS),
                "law": In(1),
                "tables": Out(TablePort(table, laws)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        table = self._table
        m.submodules.ones = ones = LeadingOnes(facts.EXPONENT_BITS)

        exponent = Signal.like(ones.o, reset_less=True)
        mantissa = Signal(facts.MANTISSA_BITS, reset_less=True)
        cold = exponent >= facts.COLD_EXPONENT
        top = mantissa[facts.MANTISSA_BITS - table.coarse_bits :]
        fine, end = table.fine_span
        group_start = facts.MANTISSA_BITS - facts.OFFSET_TOP_BITS
        low = exponent[: facts.COLD_EXPONENT_BITS - 1]
        shared = Cat(mantissa[fine + 1 : end], mantissa[group_start:])
        hot_offset, cold_offset = Cat(mantissa[fine], low), mantissa[end:group_start]
        coarse = Signal.like(self.tables.coarse_address, reset_less=True)
        offset = Signal.like(self.tables.offset_address, reset_less=True)

        m.d.comb += [
            ones.i.eq(self.word[facts.MANTISSA_BITS : facts.SIGN_SHIFT]),
            [self.tables.coarse_address.eq(coarse), self.tables.offset_address.eq(offset)],
        ]
        m.d.sync += [
            [exponent.eq(ones.o), mantissa.eq(self.word)],
            coarse.eq(Cat(top[1:], low, Mux(cold, exponent[-1], top[0]), cold)),
            offset[:-1].eq(Cat(shared, Mux(cold, cold_offset, hot_offset))),
            offset[-1].eq(cold),
        ]
        if len(self._laws) > 1:
            law = Signal(reset_less=True)
            m.d.comb += self.tables.law.eq(law)
            m.d.sync += law.eq(self.law)

        return m
