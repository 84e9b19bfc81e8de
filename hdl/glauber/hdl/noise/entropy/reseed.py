"""Mixes fresh words into the generators while a run is under way, and keeps a record of them."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import memory, stream, wiring
from amaranth.lib.wiring import In, Out

from ...facts.generators import WORD_BITS
from ...facts.health import RESEED_INTERVAL_BITS, RESEED_WORDS, RESEEDS_MISSED_MAX
from ...link.window import MemoryPort

__all__ = ["Reseeder"]


class Reseeder(wiring.Component):
    """XORs a word into all generators at the last draw of every `interval`-th sweep.

    What was mixed in is recorded, a zero where no fresh word was there. From the record, written
    back by the host, a run can be replayed on any machine. When the record is full, nothing more
    is mixed in.

    Members
    -------
    start : In(1)
        Take over `interval` and `replay`, and count sweeps and reseeds from here on.
    interval : In(24)
        Sweeps from reseed to reseed; 0 for none.
    replay : In(1)
        Take the words from the record instead of `i`.
    i : In(stream of 32 bits)
        Fresh words. One is taken as soon as it is there, and held.
    drop : In(1)
        Forget the word that is held: its source is not sound, or not known to be.
    last_draw : In(1)
        All generators deliver the last word of a sweep in this clock.
    inject : Out(32)
        What to XOR into word 0 of the generators' next states: zero but in some such clocks.
    done : Out(range(RESEED_WORDS + 1)), missed : Out(16)
        Reseeds recorded since `start`; those of them, and beyond them, without a fresh word. Both
        stay at their largest.
    port : In(MemoryPort)
        The host's access to the record, while no run is under way.

    Timing
    ------
    `start` at least 4 clocks before a `last_draw`, and two `last_draw` at least 3 from each other.

    Reference
    ---------
    `glauber.sim.model.reseed.Reseeder`.
    """

    start: Signal
    interval: Signal
    replay: Signal
    i: stream.Interface
    drop: Signal
    last_draw: Signal
    inject: Signal
    done: Signal
    missed: Signal
    port: Any

    def __init__(self) -> None:
        super().__init__(
            {
                "start": In(1),
                "interval": In(RESEED_INTERVAL_BITS),
                "replay": In(1),
                "i": In(stream.Signature(WORD_BITS)),
                "drop": In(1),
                "last_draw": In(1),
                "inject": Out(WORD_BITS),
                "done": Out(range(RESEED_WORDS + 1)),
                "missed": Out(RESEEDS_MISSED_MAX.bit_length()),
                "port": In(MemoryPort(RESEED_WORDS)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = record = memory.Memory(shape=WORD_BITS, depth=RESEED_WORDS, init=[])
        write, read = record.write_port(), record.read_port()

        left = Signal.like(self.interval)
        held, have = Signal(WORD_BITS), Signal()
        room = self.done < RESEED_WORDS
        due, active = Signal(), Signal()
        # What the next sweep's end brings, and whether it is the held word: registered, for it
        # goes far.
        word, uses_held = Signal(WORD_BITS), Signal()
        usable = have & ~self.drop
        recorded = Signal(WORD_BITS, reset_less=True)  # can be the output register of the block RAM
        fresh = Mux(self.replay, recorded, Mux(usable, held, 0))
        reseed = self.last_draw & due & room
        m.d.comb += [
            self.i.ready.eq(~have & ~self.replay & active),
            self.inject.eq(Mux(self.last_draw, word, 0)),
            # A clock ahead of `done`, for the next word may be due three clocks after this one.
            read.addr.eq(self.done + reseed),
            [write.addr.eq(self.done), write.data.eq(word)],
            write.en.eq(reseed & ~self.replay),
            self.port.r_data.eq(recorded),
        ]
        with m.If(self.port.enable):
            m.d.comb += [
                [read.addr.eq(self.port.address), write.addr.eq(self.port.address)],
                [write.data.eq(self.port.w_data), write.en.eq(self.port.write)],
            ]
        coming = (left == 1) & room
        m.d.sync += [
            active.eq(self.interval != 0),
            [recorded.eq(read.data), due.eq(left == 1), word.eq(Mux(coming, fresh, 0))],
            uses_held.eq(coming & usable & ~self.replay),
        ]
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [held.eq(self.i.payload), have.eq(1)]
        with m.If(self.last_draw & active):
            m.d.sync += left.eq(Mux(left == 1, self.interval, left - 1))
            with m.If(due):
                with m.If(room):
                    m.d.sync += self.done.eq(self.done + 1)
                with m.If(~room | (word == 0)):
                    m.d.sync += self.missed.eq(self.missed + ~self.missed.all())
        with m.If(self.drop | self.last_draw & uses_held):
            m.d.sync += have.eq(0)
        with m.If(self.start):
            m.d.sync += [left.eq(self.interval), self.done.eq(0), self.missed.eq(0)]

        return m
