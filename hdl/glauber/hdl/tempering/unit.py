"""The rule of update and the temperatures of replicas, as far as they are not in the fabric."""

from typing import Any

from amaranth.hdl import Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.frames import Result
from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from ..facts.regions import Region, region_words
from ..facts.rules import Mode
from ..link.bus import BusSignature
from ..link.window import WindowSignature
from ..measure.lines import ExchangeLines
from .exchange import Exchange
from .ladder import LadderMemory
from .lines import TemperLines
from .registers import TemperRegisters
from .variate import ExponentialVariate

__all__ = ["TemperingUnit"]


class TemperingUnit(wiring.Component):
    """Has replicas exchange their temperatures, and passes on those that the host writes.

    Parameters
    ----------
    params : MachineParams
        Without `Abilities.TEMPERING` it is nothing but wires.

    Members
    -------
    registers : Out(TemperRegisters)
    measure : In(ExchangeLines)
        From what measures.
    lines : Out(TemperLines)
        To the fabric.
    ladder : In(BusSignature), temperatures : In(WindowSignature)
        `Region.LADDER` and `Region.TEMPERATURES`; not in a run.

    Timing
    ------
    As `Exchange`.
    """

    registers: Any
    measure: Any
    lines: Any
    ladder: Any
    temperatures: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        words = region_words(Region.TEMPERATURES, params)
        super().__init__(
            {
                "registers": Out(TemperRegisters()),
                "measure": In(ExchangeLines(params)),
                "lines": Out(TemperLines(params)),
                "ladder": In(BusSignature()),
                "temperatures": In(WindowSignature(words)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params, lines, mode, host = self._params, self.lines, self.registers.mode, self.temperatures
        m.d.comb += lines.metropolis.eq((mode & Mode.METROPOLIS).any())
        if Abilities.TEMPERING not in params.abilities:
            m.d.comb += [self.ladder.ready.eq(1), self.ladder.result.eq(Result.BAD_ADDRESS)]
            return m

        m.submodules.exchange = exchange = Exchange(params)
        m.submodules.variate = variate = ExponentialVariate(params.table)
        m.submodules.memory = memory = LadderMemory(params)
        connect(m, flipped(self.measure), exchange.measure)
        connect(m, exchange.ladder, memory.port)
        connect(m, flipped(self.ladder), memory.bus)
        m.d.comb += [
            [exchange.odd.eq(self.registers.exchanges[0]), variate.word.eq(lines.word)],
            [exchange.variate.eq(variate.variate), lines.draw.eq(exchange.draw)],
            self.registers.exchanged.eq(self.measure.exchanged),
            [
                lines.ladder.eq((mode & Mode.LADDER).any()),
                lines.write.eq(exchange.write | host.enable),
            ],
            lines.replica.eq(Mux(exchange.write, exchange.replica, host.address)),
            lines.temperature.eq(Mux(exchange.write, exchange.temperature, host.data)),
        ]

        return m
