"""Issues the slots of rows."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..fabric.control import FabricControl
from ..facts import program as facts
from ..facts.machine import MachineParams
from ..facts.numbers import TEMPERATURE_FORMAT

__all__ = ["SlotIssue"]


class SlotIssue(wiring.Component):
    """Issues a slot in every clock of a row, and the row's draws in the first of them.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    word : In(32)
        A row word.
    advance : In(1)
        Its row begins in the next clock.
    opens : In(1)
        In that clock, `first` is 1.
    sweeps : In(1)
        The rows are those of a sweep: their states are written.
    draws : In(1)
        Beside `advance`: random words are drawn for the row.
    wrapped : In(1)
        The row is the last one of a sweep.
    temperature, couple : In
        As in `FabricControl`.
    rewind : In(1)
        The program's first slot is in the next clock.
    hold : In(1)
        The address stays.
    ending : Out(1)
        No slot of the row follows the one of this clock.
    control : Out(FabricControl)
    """

    word: Signal
    advance: Signal
    opens: Signal
    sweeps: Signal
    draws: Signal
    wrapped: Signal
    temperature: Signal
    couple: Signal
    rewind: Signal
    hold: Signal
    ending: Signal
    control: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "word": In(32),
                "advance": In(1),
                "opens": In(1),
                "sweeps": In(1),
                "draws": In(1),
                "wrapped": In(1),
                "temperature": In(TEMPERATURE_FORMAT.width),
                "couple": In(1),
                "rewind": In(1),
                "hold": In(1),
                "ending": Out(1, init=1),
                "control": Out(FabricControl(params)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        slot = self.control.slot
        left = Signal(facts.ROW_LENGTH_BITS)
        draws_left = Signal(range(self._params.draws + 1))
        length = self.word[: len(left)]
        m.d.comb += [
            [slot.valid.eq(left != 0), slot.last.eq(self.sweeps & self.ending)],
            [slot.couple.eq(self.couple), self.control.temperature.eq(self.temperature)],
            self.control.draw.eq(draws_left != 0),
            self.control.last_draw.eq((draws_left == 1) & self.wrapped),
        ]
        m.d.sync += [
            slot.first.eq(self.opens),
            left.eq(Mux(left == 0, 0, left - 1)),
            self.ending.eq(Mux(self.advance, length <= 1, left <= 2)),
            draws_left.eq(Mux(draws_left == 0, 0, draws_left - 1)),
            slot.address.eq(Mux(self.rewind, 0, slot.address + ~self.hold)),
        ]
        with m.If(self.advance):
            m.d.sync += Cat(left, slot.target).eq(self.word)
        with m.If(self.draws):
            m.d.sync += draws_left.eq(self._params.draws)

        return m
