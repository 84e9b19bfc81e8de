"""What all images have in common: the clock and its reset, the serial line, a lamp."""

from amaranth.build.res import ResourceError
from amaranth.hdl import ClockSignal, Module, ResetSignal, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import In, Out

from ..boards.board import Board
from ..clocks.family import make_clock
from ..clocks.plan import ClockPlan
from ..clocks.startup import StartUp
from ..errors import BoardError
from ..untyped import Platform, Port
from .lamp import Lamp

__all__ = ["SerialPins", "SyncDomain"]


class SyncDomain(wiring.Component):
    """Drives clock and reset of the domain `sync`, which the image must define.

    Parameters
    ----------
    board : Board
    plan : ClockPlan
        What `plan_clock` says of this board.
    """

    def __init__(self, board: Board, plan: ClockPlan) -> None:
        self._board = board
        self._plan = plan
        super().__init__({})

    def elaborate(self, platform: Platform) -> Module:
        m = Module()
        plan = self._plan
        pin = platform.request(platform.default_clk, dir="-")
        m.submodules.source = source = make_clock(self._board.family, platform, plan, pin)
        m.submodules.start_up = start_up = StartUp(plan.clock_hz)
        button = Signal()
        if platform.default_rst is not None:
            reset_pin = platform.request(platform.default_rst, dir="-")
            m.submodules.reset_buffer = reset_buffer = io.Buffer(io.Direction.Input, reset_pin)
            m.d.comb += button.eq(reset_buffer.i)
        m.d.comb += [
            ClockSignal("sync").eq(source.clk),
            start_up.hold.eq(~source.locked | button),
            ResetSignal("sync").eq(start_up.reset),
        ]
        return m


class SerialPins(wiring.Component):
    """The pins of the board's serial line, and a lamp that shows that something happens on it.

    The input of the resource `uart` is the line from the host, whatever its name: boards do not
    agree on whose `rx` it is.

    Parameters
    ----------
    board : Board
    clock_hz : int
        Frequency of `sync`.

    Members
    -------
    rx : Out(1)
        From the host, asynchronous.
    tx : In(1)
        To the host.

    Raises `BoardError` when it is elaborated, if the board has no such resource.
    """

    rx: Signal
    tx: Signal

    def __init__(self, board: Board, clock_hz: int) -> None:
        self._board = board
        self._clock_hz = clock_hz
        super().__init__({"rx": Out(1), "tx": In(1)})

    def elaborate(self, platform: Platform) -> Module:
        m = Module()
        source, sink = serial_ports(platform, self._board.name)
        m.submodules.input = input_buffer = io.Buffer(io.Direction.Input, source)
        m.submodules.output = output_buffer = io.Buffer(io.Direction.Output, sink)
        m.d.comb += [self.rx.eq(input_buffer.i), output_buffer.o.eq(self.tx)]

        m.submodules.lamp = lamp = Lamp(self._clock_hz)
        m.d.comb += lamp.active.eq(~self.tx)
        led = lamp_port(platform)
        if led is not None:
            m.submodules.led = led_buffer = io.Buffer(io.Direction.Output, led)
            m.d.comb += led_buffer.o.eq(lamp.o)
        return m


def serial_ports(platform: Platform, board: str) -> tuple[Port, Port]:
    """Input and output of the resource `uart`. Raises `BoardError` if there is none."""
    try:
        group = platform.request("uart", 0, dir="-")
        ports = {group.rx.direction: group.rx, group.tx.direction: group.tx}
        return ports[io.Direction.Input], ports[io.Direction.Output]
    except (ResourceError, AttributeError, KeyError) as error:
        raise BoardError(
            f"the platform of the board {board} has no usable resource `uart` ({error}); it must "
            "have the subsignals rx and tx, one of them an input and the other an output"
        ) from error


def lamp_port(platform: Platform) -> Port | None:
    """A lamp of the board; None if there is none, or its pin has another use."""
    for name in ("led", "rgb_led"):
        try:
            port = platform.request(name, 0, dir="-")
        except ResourceError:
            continue
        return port.g if name == "rgb_led" else port
    return None
