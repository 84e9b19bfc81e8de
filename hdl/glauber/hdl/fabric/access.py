"""The host's access to the states, while no run is under way."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.frames import Result
from ..facts.machine import MachineParams
from ..facts.regions import Region, region_words
from ..link.bus import BusSignature
from ..link.window import is_within
from .memories import StateWrite

__all__ = ["StateAccess"]


class StateAccess(wiring.Component):
    """The bus side of `Region.STATES`: 32-bit words on one side, p-bits on the other.

    With fewer than 32 replicas a word holds several p-bits, which are handled one after the other;
    with more, a p-bit takes several words, of which the last written one takes effect for all.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    bus : In(BusSignature)
    address : Out(ceil_log2(pbits))
        The p-bit to read.
    states : In(replicas)
        Its states, three clocks later.
    write : Out(StateWrite)

    Timing
    ------
    A write's `ready` follows its request by one clock per p-bit of the word and one more, a read's
    by four clocks per p-bit and one more, that of a refused address by one.
    """

    bus: Any
    address: Signal
    states: Signal
    write: data.View

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "bus": In(BusSignature()),
                "address": Out(ceil_log2(params.pbits)),
                "states": In(params.replicas),
                "write": Out(StateWrite(params)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params, bus = self._params, self.bus
        narrow = min(params.replicas, 32)
        per_word = 32 // narrow  # p-bits in a word
        parts = params.replicas // narrow  # words of a p-bit
        word = Signal(
            32, reset_less=True
        )  # p-bits leave it at the low end or enter at the high one
        held = Signal(params.replicas)  # words of a p-bit, the newest in the high bits
        index = Signal(range(per_word), reset_less=True)
        wait = Signal(range(4), reset_less=True)
        part = bus.address[: ceil_log2(parts)]
        pbit = Cat(index, bus.address[ceil_log2(parts) :])
        states = held if parts > 1 else word[:narrow]
        chosen = (self.states >> (part << 5))[:narrow]
        found = Signal(reset_less=True)  # from the second clock on
        m.d.sync += found.eq(is_within(bus.address, region_words(Region.STATES, params)))

        m.d.comb += [
            [bus.result.eq(Result.BAD_ADDRESS), bus.r_data.eq(word)],
            self.address.eq(pbit),
            self.write.beat.eq(pbit >> ceil_log2(params.beat_pbits)),
            self.write.states.eq(states.replicate(params.beat_pbits)),
        ]
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [index.eq(0), wait.eq(0), word.eq(bus.w_data)]
                with m.If(bus.valid):
                    with m.If(bus.write):
                        m.d.sync += held.eq(Cat(held, bus.w_data)[-params.replicas :])
                    m.next = "MOVE"
            with m.State("MOVE"):
                m.d.sync += wait.eq(wait + 1)
                with m.If(found & bus.write & (part == parts - 1)):
                    m.d.comb += self.write.enable.eq(1 << pbit[: ceil_log2(params.beat_pbits)])
                with m.If(~found):
                    m.d.comb += bus.ready.eq(1)
                    m.next = "IDLE"
                with m.Elif(bus.write | (wait == 3)):
                    m.d.sync += [index.eq(index + 1), word.eq(Cat(word, chosen)[-32:])]
                    with m.If(index == per_word - 1):
                        m.next = "DONE"
            with m.State("DONE"):
                m.d.comb += [bus.ready.eq(1), bus.result.eq(Result.OK)]
                m.next = "IDLE"

        return m
