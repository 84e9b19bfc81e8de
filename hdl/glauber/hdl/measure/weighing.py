"""Weighs the totals of all cells, bit by bit."""

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..fabric.delay import Delay
from ..facts.machine import TALLY_CLOCKS, WEIGH_BIT_CLOCKS, MachineParams
from .count import OnesCounter

__all__ = ["Horner", "TellLayout", "WeighSteps"]


class TellLayout(data.StructLayout):
    """One clock in which the lanes tell a bit of the total of a replica."""

    def __init__(self, params: MachineParams) -> None:
        super().__init__(
            {
                "valid": 1,
                "first": 1,  # the top bit
                "last": 1,  # the lowest bit
                "replica": range(params.replicas),
            }
        )


class WeighSteps(wiring.Component):
    """What is done in which clock of a weighing.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    start : In(1)
    tell : Out(TellLayout)
        The replica of which all lanes tell a bit in this clock.
    weighing : Out(1)
        The neighbours of the cells follow their totals.
    hold : Out(1)
        They do not in this clock.
    weight : Out(coupling_bits)
        What is taken off all totals that are not negative, and added to the others.

    Timing
    ------
    From the clock after `start` on, for each bit, max(`replicas`, `WEIGH_BIT_CLOCKS`) clocks of
    telling and then those of `params.weights`; of the last bit `TALLY_CLOCKS` clocks for each
    replica, in which `tell` stands, valid in the first. `tell` follows by two clocks, all else by
    one. The totals follow `weight` by two clocks.
    """

    start: Signal
    tell: data.View
    weighing: Signal
    hold: Signal
    weight: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "start": In(1),
                "tell": Out(TellLayout(params)),
                "weighing": Out(1),
                "hold": Out(1),
                "weight": Out(params.coupling_bits),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        m.submodules.told = told = Delay(TellLayout(params), 2)
        tell = told.i
        telling = max(params.replicas, WEIGH_BIT_CLOCKS)
        clock = Signal(range(max(telling, TALLY_CLOCKS * params.replicas)), reset_less=True)
        # The bit that is weighed next, and how often the largest weight still goes into it.
        top = params.field_bits - 2
        bit, left = Signal(top + 1, reset_less=True), Signal(range(1 << top), reset_less=True)
        large = bit >> (params.coupling_bits - 1)
        tally_bits = ceil_log2(TALLY_CLOCKS)

        m.d.comb += [self.tell.eq(told.o), tell.last.eq(bit == 0)]
        m.d.sync += [self.weighing.eq(1), self.hold.eq(0), self.weight.eq(0), clock.eq(clock + 1)]
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [self.weighing.eq(self.start), clock.eq(0), bit.eq(1 << top)]
                m.d.sync += tell.first.eq(1)
                with m.If(self.start):
                    m.next = "TELL"
            with m.State("TELL"):
                m.d.sync += left.eq(large)
                m.d.comb += [
                    tell.valid.eq(
                        Mux(tell.last, ~clock[:tally_bits].any(), clock < params.replicas)
                    ),
                    tell.replica.eq(Mux(tell.last, clock >> tally_bits, clock)),
                ]
                with m.If(tell.last & (clock == TALLY_CLOCKS * params.replicas - 1)):
                    m.next = "IDLE"
                with m.Elif(~tell.last & (clock == telling - 1)):
                    m.next = "ADD"
            with m.State("ADD"):
                m.d.sync += [self.hold.eq(1), self.weight.eq(bit), left.eq(left - 1)]
                m.d.sync += self.weight[-1].eq(large.any())
                with m.If(left <= 1):
                    m.d.sync += [bit.eq(bit >> 1), clock.eq(0), tell.first.eq(0)]
                    m.next = "TELL"

        return m


class Horner(wiring.Component):
    """Adds up the bits of all lanes, for each replica.

    The bits of a total T, told from the top by its signs, are those of T + 2**(field_bits - 1).
    With `ones` lanes telling a 1, A <- 2 A + `ones` makes A the sum of these over all lanes, which
    is that of the totals and lanes * 2**(field_bits - 1). This is the highest bit of A, so that A
    with this bit turned is the sum of the totals in two's complement.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    told : In(lanes)
    tell : In(TellLayout)
        A clock before `told`.
    scored : Out(1), replica : Out(range(replicas)), score : Out(signed)
        The sum of a replica is there; it stands for `TALLY_CLOCKS`.

    Timing
    ------
    `scored` follows `tell` by `count_clocks(lanes) + 3` clocks. Four clocks from a bit of a replica
    to its next one.
    """

    told: Signal
    tell: data.View
    scored: Signal
    replica: Signal
    score: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        self._bits = params.field_bits + ceil_log2(params.lanes)
        super().__init__(
            {
                "told": In(params.lanes),
                "tell": In(TellLayout(params)),
                "scored": Out(1),
                "replica": Out(range(params.replicas)),
                "score": Out(signed(self._bits)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.counter = counter = OnesCounter(self._params.lanes)
        m.submodules.memory = words = memory.Memory(
            shape=self._bits, depth=self._params.replicas, init=[]
        )
        # Beside the address of a sum, its value, that and the count in registers, and the new sum.
        stages = [self.tell]
        for index, clocks in enumerate((counter.latency, 1, 1, 1)):
            m.submodules[f"stage{index}"] = stage = Delay(self.tell.shape(), clocks)
            m.d.comb += stage.i.eq(stages[-1])
            stages.append(stage.o)
        addressed, read_out, _, summed = stages[1:]
        read, write = words.read_port(), words.write_port()
        before = Signal(self._bits, reset_less=True)
        total = Signal(self._bits, reset_less=True)
        ones = Signal.like(counter.o, reset_less=True)

        m.d.comb += [
            [counter.i.eq(self.told), read.addr.eq(addressed.replica)],
            [write.addr.eq(summed.replica), write.data.eq(total)],
            write.en.eq(summed.valid & ~summed.last),
            self.scored.eq(summed.valid & summed.last),
            self.replica.eq(summed.replica),
            self.score.eq(total ^ 1 << (self._bits - 1)),
        ]
        m.d.sync += [
            [before.eq(Mux(read_out.first, 0, read.data)), ones.eq(counter.o)],
            total.eq((before << 1) + ones),
        ]

        return m
