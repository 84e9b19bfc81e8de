"""The host's access to the states, while no run is under way."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.frames import Result
from ..facts.machine import MachineParams
from ..facts.registers import REGION_SHIFT, Region, region_words
from ..link.bus import BusSignature
from .memories import StateWrite

__all__ = ["StateAccess"]


class StateAccess(wiring.Component):
    """The bus side of `Region.STATES`: 32-bit words on one side, p-bits on the other.

    With fewer than 32 replicas a word holds several p-bits, which are handled one after the other;
    with more, a p-bit takes several words, of which the last written one takes effect for all.

    Members
    -------
    bus : In(BusSignature)
    address : Out(ceil_log2(pbits))
        The p-bit to read.
    states : In(replicas)
        Its states, two clocks later.
    write : Out(StateWrite)

    Timing
    ------
    A write takes one clock per p-bit and one more, a read four clocks per p-bit and one more.
    """

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
        params = self._params
        narrow = min(params.replicas, 32)
        per_word = 32 // narrow  # p-bits in a word
        parts = params.replicas // narrow  # words of a p-bit

        word = Signal(32)
        held = Signal(params.replicas)  # words of a p-bit, the newest in the high bits
        index = Signal(range(per_word + 1))
        wait = Signal(range(4))
        part = self.bus.address[: ceil_log2(parts)]
        pbit = Cat(index[: ceil_log2(per_word)], self.bus.address[ceil_log2(parts) :])
        position = pbit[: ceil_log2(params.beat_pbits)]
        chosen = (self.states >> (part << 5))[:narrow]
        in_region = self.bus.address[:REGION_SHIFT] < region_words(Region.STATES, params)

        m.d.comb += [
            self.bus.result.eq(Result.BAD_ADDRESS),
            self.bus.r_data.eq(word),
            self.address.eq(pbit),
            self.write.beat.eq(pbit >> ceil_log2(params.beat_pbits)),
            self.write.states.eq(
                Cat((held if parts > 1 else word[:narrow]) for _ in range(params.beat_pbits))
            ),
        ]
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [index.eq(0), wait.eq(0)]
                m.d.comb += self.bus.ready.eq(self.bus.valid & ~in_region)
                with m.If(self.bus.valid & in_region):
                    m.d.sync += word.eq(self.bus.w_data)
                    with m.If(self.bus.write):
                        m.d.sync += held.eq(Cat(held, self.bus.w_data)[-params.replicas :])
                        m.next = "WRITE"
                    with m.Else():
                        m.next = "READ"
            with m.State("WRITE"):
                with m.If(part == parts - 1):
                    m.d.comb += self.write.enable.eq(1 << position)
                m.d.sync += [index.eq(index + 1), word.eq(word >> narrow)]
                with m.If(index == per_word - 1):
                    m.next = "DONE"
            with m.State("READ"):
                m.d.sync += wait.eq(wait + 1)
                with m.If(wait == 3):
                    m.d.sync += [index.eq(index + 1), word.eq(Cat(word, chosen)[-32:])]
                    with m.If(index == per_word - 1):
                        m.next = "DONE"
            with m.State("DONE"):
                m.d.comb += [self.bus.ready.eq(1), self.bus.result.eq(Result.OK)]
                m.next = "IDLE"

        return m
