"""The link as a whole: bytes in, bytes out, and the register bus."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..facts.frames import buffer_bytes
from ..facts.machine import MachineParams
from .bus import BusSignature
from .executor import Executor
from .receiver import FrameReceiver
from .transmitter import FrameTransmitter

__all__ = ["Link"]


class Link(wiring.Component):
    """Answers the frames of `facts.frames` from a register bus.

    Requests wait in a queue; one that finds no room there is dropped and counted.

    Parameters
    ----------
    params : MachineParams
        `burst_words` is used.

    Members
    -------
    i : In(stream of 8 bits)
        Bytes from the requester; `ready` is 1 in every second clock at least.
    o : Out(stream of 8 bits)
        Bytes to the requester.
    bus : Out(BusSignature)
        The register bus.
    frames_bad : Out(32)
        Frames dropped without a reply; wraps.
    writes : Out(16)
        The number of the next write.
    heard : Out(1)
        1 for one clock per good frame.

    Timing
    ------
    Takes one byte per two clocks; while a reply is sent, gives at least one byte per five clocks on
    average.
    """

    i: stream.Interface
    o: stream.Interface
    bus: Any
    frames_bad: Signal
    writes: Signal
    heard: Signal

    def __init__(self, params: MachineParams) -> None:
        self._burst_words = params.burst_words
        self._depth = buffer_bytes(params)
        super().__init__(
            {
                "i": In(stream.Signature(8)),
                "o": Out(stream.Signature(8)),
                "bus": Out(BusSignature()),
                "frames_bad": Out(32),
                "writes": Out(16),
                "heard": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.receiver = receiver = FrameReceiver(self._depth)
        m.submodules.executor = executor = Executor(self._burst_words, self._depth)
        m.submodules.transmitter = transmitter = FrameTransmitter()
        wiring.connect(m, wiring.flipped(self.i), receiver.i)
        wiring.connect(m, receiver.o, executor.i)
        wiring.connect(m, executor.bus, wiring.flipped(self.bus))
        wiring.connect(m, executor.o, transmitter.i)
        wiring.connect(m, transmitter.o, wiring.flipped(self.o))
        m.d.comb += [executor.length.eq(receiver.length), self.writes.eq(executor.writes)]
        m.d.comb += self.heard.eq(receiver.heard)
        with m.If(receiver.bad):
            m.d.sync += self.frames_bad.eq(self.frames_bad + 1)
        return m
