"""Copies states into the stream, word by word, as there is room."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import MachineParams
from ..link.bus import BusSignature

__all__ = ["Emitter"]


class Emitter(wiring.Component):
    """Reads the first words of the states and pushes them into a buffer.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    emit : In(1)
        Begin an emission and go on with it. Held until `done`; if it ends before, the rest of the
        words is given up as soon as `between` is 1.
    words : In(32)
        How many words to emit: 1 or more.
    between : Out(1)
        No word is under way.
    waiting : Out(1)
        The next word is held up, because there is no room or `emit` has ended.
    done : Out(1)
        The emission is over.
    states : Out(BusSignature)
        `Region.STATES`, of which it asks while the machine is at rest.
    room : In(1)
        There is room for a word.
    push : Out(1), word : Out(32)

    Timing
    ------
    `facts.machine.EMIT_CLOCKS` from `emit` to the first word, and `params.emit_word_clocks` for
    each, but for those in which it waits; `done` stands in the last of them.

    Reference
    ---------
    `glauber.sim.model.run.RunModel`.
    """

    emit: Signal
    words: Signal
    between: Signal
    waiting: Signal
    done: Signal
    states: Any
    room: Signal
    push: Signal
    word: Signal

    def __init__(self, params: MachineParams) -> None:
        self._index_shape = range(params.state_words)
        super().__init__(
            {
                "emit": In(1),
                "words": In(32),
                "between": Out(1),
                "waiting": Out(1),
                "done": Out(1),
                "states": Out(BusSignature()),
                "room": In(1),
                "push": Out(1),
                "word": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        index = Signal(self._index_shape, reset_less=True)
        last = Signal(reset_less=True)
        # `done` is registered, for the sequencer goes on with it.
        m.d.sync += [last.eq(index + 1 == self.words), self.done.eq(0)]
        m.d.comb += [self.states.address.eq(index), self.word.eq(self.states.r_data)]
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += self.between.eq(1)
                m.d.sync += index.eq(0)
                with m.If(self.emit):
                    m.next = "ROOM"
            with m.State("ROOM"):
                m.d.comb += [self.between.eq(1), self.waiting.eq(~(self.emit & self.room))]
                with m.If(~self.emit):
                    m.next = "IDLE"
                with m.Elif(self.room):
                    m.next = "READ"
            with m.State("READ"):
                m.d.comb += [self.states.valid.eq(1), self.push.eq(self.states.ready)]
                with m.If(self.states.ready):
                    m.d.sync += [index.eq(index + 1), self.done.eq(last)]
                    m.next = "SETTLE"
            # The buffer knows by the next clock whether there is room for another word.
            with m.State("SETTLE"):
                with m.If(self.done):
                    m.next = "IDLE"
                with m.Else():
                    m.next = "ROOM"

        return m
