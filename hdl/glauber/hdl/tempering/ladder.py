"""The memory of the rungs of all ladders."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.machine import MachineParams
from ..facts.regions import Region, region_words
from ..facts.tempering import LadderWords
from ..link.bus import BusSignature
from ..link.window import MemoryWindow

__all__ = ["LadderMemory", "LadderPort"]


class LadderPort(wiring.Signature):
    """Access to the words of rungs.

    Members
    -------
    quarter, rung : Out
        The word that is read: one of `LadderWords`, and whose it is.
    r_data : In(32)
        It, two clocks later.
    write : Out(1)
        `w_data` is written in this clock.
    w_quarter, w_rung, w_data : Out
    """

    def __init__(self, params: MachineParams) -> None:
        quarter, rung = Out(LadderWords), Out(range(params.replicas))
        super().__init__(
            {
                "quarter": quarter,
                "rung": rung,
                "r_data": In(32),
                "write": Out(1),
                "w_quarter": quarter,
                "w_rung": rung,
                "w_data": Out(32),
            }
        )


class LadderMemory(wiring.Component):
    """`Region.LADDER`: one block RAM for the host and for exchanges.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    bus : In(BusSignature)
        `Region.LADDER`, while there is no exchange.
    port : In(LadderPort)
    """

    bus: Any
    port: Any

    def __init__(self, params: MachineParams) -> None:
        self._words = region_words(Region.LADDER, params)
        super().__init__({"bus": In(BusSignature()), "port": In(LadderPort(params))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.window = window = MemoryWindow(self._words, writable=True)
        m.submodules.memory = words = memory.Memory(shape=unsigned(32), depth=self._words, init=[])
        read, write = words.read_port(), words.write_port()
        connect(m, flipped(self.bus), window.bus)
        port, host = self.port, window.port

        # Not reset, so that it can be the output register of the block RAM.
        held = Signal(32, reset_less=True)
        m.d.sync += held.eq(read.data)
        m.d.comb += [
            read.addr.eq(Mux(host.enable, host.address, Cat(port.rung, port.quarter))),
            [port.r_data.eq(held), host.r_data.eq(held)],
            write.en.eq(host.write | port.write),
            write.addr.eq(Mux(port.write, Cat(port.w_rung, port.w_quarter), host.address)),
            write.data.eq(Mux(port.write, port.w_data, host.w_data)),
        ]

        return m
