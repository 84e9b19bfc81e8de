"""Bytes on a serial line: start bit, eight data bits with the lowest first, stop bit, no parity."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Member, Out
from amaranth.utils import bits_for

from ..facts.errors import FactError
from ..facts.line import DIVISOR_RANGE

__all__ = ["UartReceiver", "UartTransmitter"]

DIVISOR_MIN = DIVISOR_RANGE[0]
DIVISOR_MAX = 1 << 20


def _check_divisor(divisor: int) -> int:
    if not isinstance(divisor, int) or not DIVISOR_MIN <= divisor <= DIVISOR_MAX:
        raise FactError.out_of_range(
            "the UART divisor (clocks per bit)",
            divisor,
            DIVISOR_MIN,
            DIVISOR_MAX,
            "choose a whole number in that range: a lower baud rate or a faster clock raises it",
        )
    return divisor


def _period(divisor: int) -> Member:
    bits = max(bits_for(divisor - 1), bits_for(DIVISOR_RANGE[1]))
    return In(bits, init=divisor - 1)


class UartReceiver(wiring.Component):
    """Takes bytes from a serial line.

    Parameters
    ----------
    divisor : int
        Clocks per bit. `FactError` outside 4 to 2**20.

    Members
    -------
    period : In(bits of a divisor)
        Clocks per bit less one, where they can change; by default those of `divisor`.
    pin : In(1)
        The line, asynchronous; 1 when idle.
    o : Out(stream of 8 bits)
        The bytes.
    overflow : Out(1)
        1 for one clock when a byte is lost because the one before it has not been taken.
    error : Out(1)
        1 for one clock when a byte is dropped because its stop bit is 0. The receiver then waits
        for an idle line, so that a line held at 0 gives one error.
    low : Out(1)
        The line is at 0.

    Timing
    ------
    Two clocks of synchronisation; then each bit is sampled in its middle, counted from the edge of
    the start bit. The byte stands at `o` half a bit before its stop bit ends, and can be taken
    until the next one is complete.
    """

    period: Signal
    pin: Signal
    o: stream.Interface
    overflow: Signal
    error: Signal
    low: Signal

    def __init__(self, divisor: int) -> None:
        _check_divisor(divisor)
        super().__init__(
            {
                "period": _period(divisor),
                "pin": In(1, init=1),
                "o": Out(stream.Signature(8)),
                "overflow": Out(1),
                "error": Out(1),
                "low": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        line = Signal(init=1)
        m.submodules.synchronizer = FFSynchronizer(self.pin, line, init=1)
        timer, half = (Signal.like(self.period, reset_less=True) for _ in range(2))
        # Filled with ones and shifted towards bit 0. The start bit is the only 0 that can arrive
        # first, and when it has reached bit 0 the eight data bits stand above it.
        shift = Signal(9, reset_less=True)

        with m.If(self.o.ready):
            m.d.sync += self.o.valid.eq(0)
        m.d.comb += self.low.eq(~line)
        m.d.sync += half.eq((self.period - 1) >> 1)
        m.d.sync += timer.eq(Mux(timer == 0, self.period, timer - 1))
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [timer.eq(half), shift.eq(~0)]
                with m.If(~line):
                    m.next = "BITS"
            with m.State("BITS"), m.If(timer == 0):
                m.d.sync += shift.eq(Cat(shift[1:], line))
                with m.If(shift.all() & line):
                    m.next = "IDLE"  # a glitch, too short for a start bit
                with m.Elif(~shift[0]):
                    m.d.comb += self.error.eq(~line)
                    m.d.comb += self.overflow.eq(line & self.o.valid & ~self.o.ready)
                    with m.If(line & (~self.o.valid | self.o.ready)):
                        m.d.sync += [self.o.payload.eq(shift[1:]), self.o.valid.eq(1)]
                    # At once, for the next start bit of a fast sender may be half a bit away.
                    m.next = "IDLE"
                    with m.If(~line):
                        m.next = "LOW"
            with m.State("LOW"), m.If(line):
                m.next = "IDLE"
        return m


class UartTransmitter(wiring.Component):
    """Puts bytes on a serial line.

    Parameters
    ----------
    divisor : int
        Clocks per bit. `FactError` outside 4 to 2**20.

    Members
    -------
    period : In(bits of a divisor)
        Clocks per bit less one, where they can change; by default those of `divisor`.
    i : In(stream of 8 bits)
        The bytes.
    pin : Out(1)
        The line, from a flip-flop; 1 when idle.

    Timing
    ------
    One byte per `10 * divisor` clocks, without a gap if the next byte stands ready.
    """

    period: Signal
    i: stream.Interface
    pin: Signal

    def __init__(self, divisor: int) -> None:
        _check_divisor(divisor)
        super().__init__({"period": _period(divisor), "i": In(stream.Signature(8)), "pin": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timer = Signal.like(self.period, init=0)
        # Zeros follow the stop bit, so it is the last bit when no other one is set.
        shift = Signal(10, init=1)
        m.d.comb += self.pin.eq(shift[0])
        with m.If(timer != 0):
            m.d.sync += timer.eq(timer - 1)
        with m.Elif(shift[1:].any()):
            m.d.sync += [shift.eq(shift >> 1), timer.eq(self.period)]
        with m.Else():
            m.d.comb += self.i.ready.eq(1)
            with m.If(self.i.valid):
                m.d.sync += shift.eq(Cat(0, self.i.payload, 1))
                m.d.sync += timer.eq(self.period)
        return m
