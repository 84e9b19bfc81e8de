"""The two tables of noise, which share block RAMs between two readers."""

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from ..facts.noise import Law, NoiseTable
from ..facts.numbers import LOGIT_FORMAT

__all__ = ["NoiseTables", "TablePort"]


class TablePort(wiring.Signature):
    """A reader's access to both tables.

    Parameters
    ----------
    table, laws
        As `NoiseTables`.

    Members
    -------
    coarse_address, offset_address : Out
    law : Out(1)
        Beside the addresses, which of two laws; only where there are two.
    coarse, offset : In
        The entries, two clocks later.
    """

    def __init__(self, table: NoiseTable, laws: Sequence[Law] = (Law.LOGISTIC,)) -> None:
        super().__init__(
            {
                "coarse_address": Out(table.coarse_address_bits),
                "offset_address": Out(table.offset_address_bits),
                "coarse": In(LOGIT_FORMAT.width),
                "offset": In(max(max(table.offsets(law)) for law in laws).bit_length()),
                **({"law": Out(1)} if len(laws) > 1 else {}),
            }
        )


class NoiseTables(wiring.Component):
    """Both tables of a `NoiseTable`, for one or two readers: a block RAM has two ports.

    Parameters
    ----------
    table : NoiseTable
    readers : int
    laws : sequence of Law
        One or two; the law is the top bit of the address where there are two.

    Members
    -------
    ports : array of In(TablePort), one per reader

    Timing
    ------
    Two clocks, block RAM and its output register; a lookup per clock and reader.

    Reference
    ---------
    `glauber.hdl.facts.noise.NoiseTable.coarse` and `.offsets`.
    """

    ports: Any

    def __init__(
        self, table: NoiseTable, readers: int, laws: Sequence[Law] = (Law.LOGISTIC,)
    ) -> None:
        self._table = table
        self._laws = laws
        super().__init__({"ports": In(TablePort(table, laws)).array(readers)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        of_law = {"coarse": self._table.coarse, "offset": self._table.offsets}
        for name, of in of_law.items():
            entries = [entry for law in self._laws for entry in of(law)]
            width = max(entries).bit_length()
            m.submodules[name] = rom = memory.Memory(shape=width, depth=len(entries), init=entries)
            for port in self.ports:
                read = rom.read_port()
                # Not reset, so that it can be the output register of the block RAM.
                held = Signal(width, reset_less=True)
                m.d.sync += held.eq(read.data)
                law = port.law if len(self._laws) > 1 else Const(0, 0)
                m.d.comb += [
                    read.addr.eq(Cat(getattr(port, f"{name}_address"), law)),
                    getattr(port, name).eq(held),
                ]
        return m
