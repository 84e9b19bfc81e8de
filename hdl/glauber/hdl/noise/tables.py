"""The two tables of the logistic noise, which share block RAMs between two readers."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from ..facts.noise import NoiseTable
from ..facts.numbers import LOGIT_FORMAT

__all__ = ["NoiseTables", "TablePort"]


class TablePort(wiring.Signature):
    """A reader's access to both tables.

    Members
    -------
    coarse_address, offset_address : Out
    coarse, offset : In
        The entries, two clocks later.
    """

    def __init__(self, table: NoiseTable) -> None:
        super().__init__(
            {
                "coarse_address": Out(table.coarse_address_bits),
                "offset_address": Out(table.offset_address_bits),
                "coarse": In(LOGIT_FORMAT.width),
                "offset": In(max(table.offsets()).bit_length()),
            }
        )


class NoiseTables(wiring.Component):
    """Both tables of a `NoiseTable`, for one or two readers: a block RAM has two ports.

    Parameters
    ----------
    table : NoiseTable
    readers : int

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

    def __init__(self, table: NoiseTable, readers: int) -> None:
        self._table = table
        super().__init__({"ports": In(TablePort(table)).array(readers)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        table = self._table
        for name, entries in (("coarse", table.coarse()), ("offset", table.offsets())):
            width = max(entries).bit_length()
            m.submodules[name] = rom = memory.Memory(shape=width, depth=len(entries), init=entries)
            for port in self.ports:
                read = rom.read_port()
                # Not reset, so that it can be the output register of the block RAM.
                held = Signal(width, reset_less=True)
                m.d.sync += held.eq(read.data)
                m.d.comb += [
                    read.addr.eq(getattr(port, f"{name}_address")),
                    getattr(port, name).eq(held),
                ]
        return m
