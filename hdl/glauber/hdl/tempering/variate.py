"""The exponential variate of a random word."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect

from ..facts.generators import WORD_BITS
from ..facts.noise import Law, NoiseTable
from ..facts.numbers import LOGIT_FORMAT
from ..noise.addresses import TableAddresses
from ..noise.tables import NoiseTables

__all__ = ["ExponentialVariate"]


class ExponentialVariate(wiring.Component):
    """Looks up the exponential variate of a word, in tables of its own.

    Parameters
    ----------
    table : NoiseTable
        The split of the table.

    Members
    -------
    word : In(32)
    variate : Out(16)
        Of the word of `LATENCY` clocks before, in `LOGIT_FORMAT`.

    Reference
    ---------
    `facts.noise`, with `Law.EXPONENTIAL`.
    """

    LATENCY = 5

    word: Signal
    variate: Signal

    def __init__(self, table: NoiseTable) -> None:
        self._table = table
        super().__init__({"word": In(WORD_BITS), "variate": Out(LOGIT_FORMAT.width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        laws = (Law.EXPONENTIAL,)
        m.submodules.addresses = addresses = TableAddresses(self._table, laws)
        m.submodules.tables = tables = NoiseTables(self._table, 1, laws)

        port: Any = tables.ports[0]
        connect(m, addresses.tables, port)
        m.d.comb += addresses.word.eq(self.word)
        m.d.sync += self.variate.eq(port.coarse + port.offset)

        return m
