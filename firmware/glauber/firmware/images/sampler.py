"""The image of a machine that samples what the host loads."""

from amaranth.hdl import ClockDomain, Elaboratable, Module

from glauber.hdl.core import Machine
from glauber.hdl.noise.rings import RING_STAGES, RingOscillators
from glauber.hdl.serial import SerialMachine

from ..boards.board import Board
from ..clocks.baud import uart_divisor
from ..clocks.family import plan_clock
from ..untyped import Platform
from .base import SerialPins, SyncDomain

__all__ = ["SamplerImage", "ring_stages"]


def ring_stages(count: int) -> tuple[int, ...]:
    """The lengths of `count` ring oscillators."""
    return (RING_STAGES * count)[:count]


class SamplerImage(Elaboratable):
    """A machine on a board.

    Parameters
    ----------
    board : Board
        Its preset says which machine.
    build_id : int
        For the header.

    Raises `ClockError` when it is elaborated, if clock or baud rate cannot be made.
    """

    def __init__(self, board: Board, build_id: int) -> None:
        self._board = board
        self._build_id = build_id

    def elaborate(self, platform: Platform) -> Module:
        m = Module()
        board, preset = self._board, self._board.preset
        m.domains.sync = ClockDomain()
        plan = plan_clock(board.family, platform, preset.clock_hz)
        machine = Machine(
            preset.params, build_id=self._build_id, clock_hz=plan.clock_hz, board=board.name
        )
        divisor = uart_divisor(plan.clock_hz, preset.baud)
        m.submodules.machine = serial = SerialMachine(machine, divisor)
        m.submodules.clock = SyncDomain(board, plan)
        m.submodules.pins = pins = SerialPins(board, plan.clock_hz)
        m.d.comb += [serial.rx.eq(pins.rx), pins.tx.eq(serial.tx)]

        if count := preset.params.rings:
            m.submodules.rings = rings = RingOscillators(board.family, ring_stages(count))
            m.d.comb += [rings.enable.eq(1), serial.rings.eq(rings.o)]

        return m
