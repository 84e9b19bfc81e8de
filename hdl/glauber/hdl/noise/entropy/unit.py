"""The physical source with its users: the record, the host's register, and the reseeds."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ...facts.generators import WORD_BITS
from ...facts.health import RAW_WORDS, RESEED_REPLAY, RESEED_WORDS
from ...facts.machine import MachineParams
from ...link.window import MemoryPort
from ..registers import NoiseRegisters
from .record import RawRecord
from .reseed import Reseeder
from .source import EntropySource

__all__ = ["EntropyUnit"]


class EntropyUnit(wiring.Component):
    """Rings in; registers, records and injections out.

    A fresh word goes to the reseeds if they want one, and else to the host's register. No word goes
    to both, or twice.

    Parameters
    ----------
    params : MachineParams
        There must be rings.

    Members
    -------
    rings : In(rings)
        As `EntropySource`.
    registers : Out(NoiseRegisters)
        `health` holds what the rings' tests say.
    raw, reseeds : In(MemoryPort)
        The host's, of `Region.RAW` and `Region.RESEEDS`.
    last_draw : In(1), inject : Out(32)
        As `Reseeder`.

    Timing
    ------
    As its parts.
    """

    rings: Signal
    registers: Any
    raw: Any
    reseeds: Any
    last_draw: Signal
    inject: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "rings": In(params.rings),
                "registers": Out(NoiseRegisters()),
                "raw": In(MemoryPort(RAW_WORDS)),
                "reseeds": In(MemoryPort(RESEED_WORDS)),
                "last_draw": In(1),
                "inject": Out(WORD_BITS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.source = source = EntropySource(self._params)
        m.submodules.record = record = RawRecord()
        m.submodules.reseeder = reseeder = Reseeder()
        connect(m, source.raw, record.raw)
        connect(m, flipped(self.raw), record.port)
        connect(m, flipped(self.reseeds), reseeder.port)

        registers, words = self.registers, source.noise.o
        m.d.comb += [
            source.rings.eq(self.rings),
            source.restart.eq(registers.restart),
            registers.health.eq(source.noise.health),
            registers.samples.eq(source.samples),
            registers.longest_run.eq(source.longest_run),
            registers.most_frequent.eq(source.most_frequent),
            registers.transitions.eq(source.transitions),
            registers.raw_count.eq(record.count),
            words.ready.eq(1),
            [reseeder.i.payload.eq(words.payload), reseeder.i.valid.eq(words.valid)],
            reseeder.start.eq(registers.reseed_start),
            reseeder.drop.eq(registers.restart | ~source.noise.health[0]),
            reseeder.interval.eq(registers.reseed),
            reseeder.replay.eq((registers.reseed & RESEED_REPLAY) != 0),
            reseeder.last_draw.eq(self.last_draw),
            self.inject.eq(reseeder.inject),
            [registers.reseeds.eq(reseeder.done), registers.reseeds_missed.eq(reseeder.missed)],
        ]
        with m.If(words.valid & ~reseeder.i.ready):
            m.d.sync += [
                registers.entropy_word.eq(words.payload),
                registers.entropy_count.eq(registers.entropy_count + 1),
            ]

        return m
