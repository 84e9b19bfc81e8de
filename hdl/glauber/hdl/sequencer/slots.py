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

    A slot leaves a clock after it is issued, beside no draw of its own: what decides on rows and
    sweeps is then not on the way to the address, and the fabric has slots wait for their noise
    anyway.

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
        In that clock, the first slot of a row is issued.
    sweeps : In(1)
        The rows are those of a sweep: their states are written.
    draws : In(1)
        Beside `advance`: random words are drawn for the row.
    wrapped : In(1)
        The row is the last one of a sweep.
    temperature, couple : In
        As in `FabricControl`.
    rewind : In(1)
        The program's first slot is issued in the next clock.
    hold : In(1)
        No slot is issued in the next clock: the address stays.
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
        first, rewound, held = Signal(), Signal(), Signal()
        target = Signal.like(slot.target)
        draws_left = Signal(range(self._params.draws + 1))
        length = self.word[: len(left)]
        m.d.comb += [
            self.control.temperature.eq(self.temperature),
            self.control.draw.eq(draws_left != 0),
            self.control.last_draw.eq((draws_left == 1) & self.wrapped),
        ]
        m.d.sync += [
            [first.eq(self.opens), rewound.eq(self.rewind), held.eq(self.hold)],
            [slot.valid.eq(left != 0), slot.last.eq(self.sweeps & self.ending)],
            [slot.first.eq(first), slot.couple.eq(self.couple), slot.target.eq(target)],
            left.eq(Mux(left == 0, 0, left - 1)),
            self.ending.eq(Mux(self.advance, length <= 1, left <= 2)),
            draws_left.eq(Mux(draws_left == 0, 0, draws_left - 1)),
            slot.address.eq(Mux(rewound, 0, slot.address + ~held)),
        ]
        with m.If(self.advance):
            m.d.sync += Cat(left, target).eq(self.word)
        with m.If(self.draws):
            m.d.sync += draws_left.eq(self._params.draws)

        return m
