"""The image of a machine that tests itself, and tells a terminal what it found."""

from collections.abc import Callable, Sequence

from amaranth.build.res import ResourceError
from amaranth.hdl import ClockDomain, Elaboratable, Module, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import In, connect

from glauber.hdl.core import Machine
from glauber.hdl.facts.header import HeaderWords
from glauber.hdl.link.uart import UartTransmitter
from glauber.hdl.noise.rings import RingOscillators
from glauber.hdl.selftest import SelfTest

from ..boards.board import Board
from ..clocks.baud import uart_divisor
from ..clocks.family import plan_clock
from ..untyped import Platform
from .base import SyncDomain, serial_ports
from .sampler import ring_stages

__all__ = ["SelftestImage"]

# By the number of the board's `led`.
LAMPS = {"passed": 0, "failed": 1, "running": 2}


class SelftestPins(wiring.Component):
    """The output of the board's serial line, and those of its first three LEDs that there are.

    Members
    -------
    tx : In(1)
        To the terminal.
    passed, failed, running : In(1)
        As of `SelfTest`.

    Raises `BoardError` when it is elaborated, if the board has no serial line.
    """

    tx: Signal
    passed: Signal
    failed: Signal
    running: Signal

    def __init__(self, board: Board) -> None:
        self._board = board
        super().__init__({"tx": In(1), **{name: In(1) for name in LAMPS}})

    def elaborate(self, platform: Platform) -> Module:
        m = Module()
        _, line = serial_ports(platform, self._board.name)
        m.submodules.tx = output = io.Buffer(io.Direction.Output, line)
        m.d.comb += output.o.eq(self.tx)
        for name, number in LAMPS.items():
            try:
                pin = platform.request("led", number, dir="-")
            except ResourceError:
                continue
            m.submodules[name] = buffer = io.Buffer(io.Direction.Output, pin)
            m.d.comb += buffer.o.eq(getattr(self, name))
        return m


class SelftestImage(Elaboratable):
    """A machine on a board that no host drives: a `SelfTest` does, and prints on the serial line.

    Parameters
    ----------
    board : Board
        Its preset says which machine.
    build_id : int
        For the header.
    script : Callable[[HeaderWords], Sequence[int]]
        Makes the script for a machine with this header, whose clock is known only to the image.

    Raises `ClockError` when it is elaborated, if clock or baud rate cannot be made; `BoardError` if
    the board has no serial line; `FactError` for a script that cannot be played.
    """

    def __init__(
        self, board: Board, build_id: int, script: Callable[[HeaderWords], Sequence[int]]
    ) -> None:
        self._board = board
        self._build_id = build_id
        self._script = script

    def elaborate(self, platform: Platform) -> Module:
        m = Module()
        board, preset = self._board, self._board.preset
        m.domains.sync = ClockDomain()
        plan = plan_clock(board.family, platform, preset.clock_hz)
        m.submodules.machine = machine = Machine(
            preset.params, build_id=self._build_id, clock_hz=plan.clock_hz, board=board.name
        )
        m.submodules.selftest = selftest = SelfTest(self._script(machine.header))
        divisor = uart_divisor(plan.clock_hz, preset.baud)
        m.submodules.transmitter = transmitter = UartTransmitter(divisor)
        m.submodules.clock = SyncDomain(board, plan)
        m.submodules.pins = pins = SelftestPins(board)

        connect(m, selftest.o, machine.i)
        connect(m, machine.o, selftest.i)
        connect(m, selftest.text, transmitter.i)
        m.d.comb += pins.tx.eq(transmitter.pin)
        m.d.comb += [getattr(pins, name).eq(getattr(selftest, name)) for name in LAMPS]
        if count := preset.params.rings:
            m.submodules.rings = rings = RingOscillators(board.family, ring_stages(count))
            m.d.comb += [rings.enable.eq(1), machine.rings.eq(rings.o)]

        return m
