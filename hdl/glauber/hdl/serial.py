"""The machine behind a serial line: what an image connects to two pins."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect

from .core import Machine
from .facts.frames import DELIMITER
from .facts.line import FALL_BACK_BITS
from .link.rate import LineRate
from .link.uart import UartReceiver, UartTransmitter

__all__ = ["SerialMachine"]


class SerialMachine(wiring.Component):
    """A `Machine` with a UART.

    A byte that the line damages or the machine misses spoils its frame, which the machine counts
    in `FRAMES_BAD` and the host repeats.

    Parameters
    ----------
    machine : Machine
    divisor : int
        Clocks per bit of the line, 4 or more, until the host asks for others: see `facts.line`.
    fall_back_bits : int
        As of `LineRate`.

    Members
    -------
    rx : In(1)
        From the host; idle at 1. May be asynchronous.
    tx : Out(1)
        To the host.
    rings : In(rings)
        As `Machine`.

    Raises `FactError` for a divisor out of range.
    """

    rx: Signal
    tx: Signal
    rings: Signal

    def __init__(
        self, machine: Machine, divisor: int, fall_back_bits: int = FALL_BACK_BITS
    ) -> None:
        self._machine = machine
        self._receiver = UartReceiver(divisor)
        self._transmitter = UartTransmitter(divisor)
        self._rate = LineRate(divisor, fall_back_bits)
        rings = {"rings": In(len(machine.rings))} if machine.params.rings else {}
        super().__init__({"rx": In(1, init=1), "tx": Out(1), **rings})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.machine = self._machine
        m.submodules.receiver = self._receiver
        m.submodules.transmitter = transmitter = self._transmitter
        m.submodules.rate = rate = self._rate

        m.d.comb += [self._receiver.pin.eq(self.rx), self.tx.eq(self._transmitter.pin)]
        connect(m, self._receiver.o, self._machine.i)
        connect(m, self._machine.o, self._transmitter.i)
        sent = transmitter.i
        m.d.comb += [
            [self._receiver.period.eq(rate.period), transmitter.period.eq(rate.period)],
            [rate.asked.eq(self._machine.line), self._machine.line_fall_back.eq(rate.fall_back)],
            rate.ends.eq(sent.valid & sent.ready & (sent.payload == DELIMITER)),
            [rate.idle.eq(sent.ready), rate.heard.eq(self._machine.heard)],
            rate.low.eq(self._receiver.low),
        ]
        if self._machine.params.rings:
            m.d.comb += self._machine.rings.eq(self.rings)

        return m
