"""The stream of a machine: emitter and buffer between states, bus and registers."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.frames import Result
from ..facts.machine import MachineParams
from ..link.bus import BusSignature
from .buffer import StreamBuffer
from .emitter import Emitter
from .registers import StreamRegisters

__all__ = ["EmitControl", "StreamUnit"]


class EmitControl(wiring.Signature):
    """The interface from the sequencer to what emits.

    Members
    -------
    emit : Out(1), between : In(1), done : In(1)
        As in `Emitter`.
    ready : In(1)
        There is something to emit; constant in a run.
    """

    def __init__(self) -> None:
        super().__init__({"emit": Out(1), "between": In(1), "done": In(1), "ready": In(1)})


class StreamUnit(wiring.Component):
    """Emits states when the sequencer says so, and hands them to the host.

    Parameters
    ----------
    params : MachineParams
        Without `stream_words` it is nothing but wires.

    Members
    -------
    control : In(EmitControl)
    waiting : Out(1)
        An emission waits for room in this clock.
    start : In(1)
        A run begins.
    registers : Out(StreamRegisters)
    bus : In(BusSignature)
        `Region.STREAM`.
    host : In(BusSignature), states : Out(BusSignature)
        `Region.STATES`: the host's requests, none of them in a run, and where the states are.

    Timing
    ------
    As its parts; adds no clock to the requests of the host.
    """

    control: Any
    waiting: Signal
    start: Signal
    registers: Any
    bus: Any
    host: Any
    states: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "control": In(EmitControl()),
                "waiting": Out(1),
                "start": In(1),
                "registers": Out(StreamRegisters()),
                "bus": In(BusSignature()),
                "host": In(BusSignature()),
                "states": Out(BusSignature()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        registers = self.registers

        connect(m, flipped(self.host), flipped(self.states))
        if not self._params.stream_words:
            m.d.comb += [self.bus.ready.eq(1), self.bus.result.eq(Result.BAD_ADDRESS)]
            m.d.comb += registers.legal.eq(registers.word == 0)
            return m

        m.submodules.buffer = buffer = StreamBuffer(self._params.stream_words)
        m.submodules.emitter = emitter = Emitter(self._params)
        connect(m, flipped(self.bus), buffer.bus)
        m.d.sync += self.control.ready.eq(registers.emit_words != 0)
        m.d.comb += [
            [emitter.emit.eq(self.control.emit), emitter.words.eq(registers.emit_words)],
            [self.control.between.eq(emitter.between), self.control.done.eq(emitter.done)],
            self.waiting.eq(emitter.waiting),
            [emitter.room.eq(buffer.room), buffer.push.eq(emitter.push)],
            [buffer.word.eq(emitter.word), buffer.clear.eq(self.start)],
            [registers.head.eq(buffer.head), registers.tail.eq(buffer.tail)],
            [buffer.next_tail.eq(registers.word), registers.legal.eq(buffer.legal)],
            buffer.release.eq(registers.release),
            [
                emitter.states.ready.eq(self.states.ready),
                emitter.states.r_data.eq(self.states.r_data),
            ],
        ]
        with m.If(emitter.states.valid):
            m.d.comb += [
                [self.states.valid.eq(1), self.states.write.eq(0)],
                self.states.address.eq(emitter.states.address),
            ]

        return m
