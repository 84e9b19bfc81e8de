"""The fabric's memories: the program of a lane, and the copies of the state."""

from amaranth.hdl import Cat, Const, Module, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams
from ..family import has_spram
from .spram import SinglePortMemory

__all__ = ["ProgramMemory", "StateCopy", "StateWrite", "coupling_layout"]


# Slots from which on the few single-port memories of a device are better spent on a program.
_SPRAM_WORTH = 4096


def coupling_layout(params: MachineParams) -> data.StructLayout:
    """A coupling as the program memory holds it; the low bits of a coupling word."""
    return data.StructLayout({"coupling": params.coupling_bits, "pbit": ceil_log2(params.pbits)})


class ProgramMemory(wiring.Component):
    """The coupling words of one lane, a slot per address.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    address : In(ceil_log2(slots))
    couplings : Out(ArrayLayout(coupling_layout, couplings_per_slot))
    write : In(couplings_per_slot)
        Which coupling of the slot `w_address` to replace by `w_data`.
    w_address, w_data : In

    Timing
    ------
    Two clocks from `address` to `couplings`: memory and its output register. Without meaning after
    a write, which comes only while no run is under way, and takes effect a clock later.

    Gates
    -----
    Single-port memories where the device has them and the program is long enough to need them.
    """

    LATENCY = 2

    address: Signal
    couplings: data.View
    write: Signal
    w_address: Signal
    w_data: data.View

    def __init__(self, params: MachineParams) -> None:
        self._depth = params.slots
        self._shape = data.ArrayLayout(coupling_layout(params), params.couplings_per_slot)
        super().__init__(
            {
                "address": In(ceil_log2(params.slots)),
                "couplings": Out(self._shape),
                "write": In(params.couplings_per_slot),
                "w_address": In(ceil_log2(params.slots)),
                "w_data": In(coupling_layout(params)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        # Not reset, so that it can be the output register of the block RAM.
        held = Signal(self._shape, reset_less=True)
        m.d.comb += self.couplings.eq(held)
        # Lanes share the registers of address and data, until they are split for their fan-out.
        write_enable, w_address = Signal.like(self.write), Signal.like(self.w_address)
        w_data = Signal.like(self.w_data)
        m.d.sync += [
            [write_enable.eq(self.write), w_address.eq(self.w_address)],
            w_data.eq(self.w_data),
        ]
        if has_spram(platform) and self._depth >= _SPRAM_WORTH:
            width = len(self.w_data.as_value())
            words = SinglePortMemory(self._depth, len(self.write), width)
            m.submodules.memory = words
            m.d.comb += [
                [words.address.eq(self.address), words.write.eq(write_enable)],
                [words.w_address.eq(w_address), words.w_data.eq(w_data)],
            ]
            m.d.sync += held.eq(words.data)
        else:
            m.submodules.memory = words = memory.Memory(
                shape=self._shape, depth=self._depth, init=[]
            )
            read, write = words.read_port(), words.write_port(granularity=1)
            m.d.comb += [
                [read.addr.eq(self.address), write.addr.eq(w_address)],
                write.en.eq(write_enable),
            ]
            m.d.comb += [write.data[k].eq(w_data) for k in range(len(self.write))]
            m.d.sync += held.eq(read.data)

        return m


class StateWrite(data.StructLayout):
    """A write beat: new states of `beat_pbits` neighbouring p-bits, for all copies at once.

    `enable` says which of the p-bits to write, `beat` is their address divided by `beat_pbits`,
    and `states` holds a word of `replicas` bits each, 1 for +1.
    """

    def __init__(self, params: MachineParams) -> None:
        super().__init__(
            {
                "enable": params.beat_pbits,
                "beat": ceil_log2(params.pbits // params.beat_pbits),
                "states": data.ArrayLayout(unsigned(params.replicas), params.beat_pbits),
            }
        )


class StateCopy(wiring.Component):
    """One copy of all states: wide writes, narrow reads.

    The program is arranged so that a p-bit is never read in the clock in which it is written,
    hence no bypass.

    Parameters
    ----------
    params : MachineParams
    early : bool
        Whether to leave out the last of the registers, because something else stands for it.

    Members
    -------
    address : In(ceil_log2(pbits))
    states : Out(replicas)
    write : In(StateWrite)

    Timing
    ------
    Three clocks from `address` to `states`: memory, its output register, and one on the way to the
    cells. A write can be read by an address one clock later.
    """

    LATENCY = 3
    WRITE_TO_READ = 1

    address: Signal
    states: Signal
    write: data.View

    def __init__(self, params: MachineParams, *, early: bool = False) -> None:
        self._params = params
        self._early = early
        super().__init__(
            {
                "address": In(ceil_log2(params.pbits)),
                "states": Out(params.replicas),
                "write": In(StateWrite(params)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        m.submodules.memory = words = memory.Memory(
            shape=unsigned(params.replicas), depth=params.pbits, init=[]
        )
        read = words.read_port()

        m.d.comb += read.addr.eq(self.address)
        held = Signal.like(self.states, reset_less=True)  # as in `ProgramMemory`
        states = Signal.like(held, reset_less=True)
        m.d.sync += [held.eq(read.data), states.eq(held)]
        m.d.comb += self.states.eq(held if self._early else states)
        # Neighbouring addresses, so that synthesis makes them one wide port of a block RAM.
        for index in range(params.beat_pbits):
            port = words.write_port()
            m.d.comb += [
                port.addr.eq(Cat(Const(index, ceil_log2(params.beat_pbits)), self.write.beat)),
                port.data.eq(self.write.states[index]),
                port.en.eq(self.write.enable[index]),
            ]

        return m
