"""The noise of a machine as its registers see it: health, counters, entropy, reseeds."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.generators import WORD_BITS
from ..facts.health import RAW_WORDS, RESEED_WORDS, Health
from ..facts.machine import MachineParams
from ..link.bus import BusSignature
from ..link.window import MemoryWindow
from .entropy.unit import EntropyUnit
from .registers import NOISE_REGISTERS, NoiseRegisters

__all__ = ["NoiseControl"]


class NoiseControl(wiring.Component):
    """Health of all sources, and the physical source if the machine has one.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    registers : Out(NoiseRegisters)
    raw, reseeds : In(BusSignature)
        `Region.RAW` and `Region.RESEEDS`.
    generator_failed : In(1)
        A generator failed its liveness test; a pulse.
    last_draw : In(1)
        As `Reseeder`.
    inject : Out(32)
        As `Reseeder`.
    fault : Out(1)
        A test has failed: the machine must not run.
    rings : In(rings)
        Outputs of the ring oscillators, asynchronous; only if `params.rings` is not 0.

    Timing
    ------
    `fault` follows `generator_failed` by a clock, and the raw bit that makes a test fail by 2.
    """

    registers: Any
    raw: Any
    reseeds: Any
    generator_failed: Signal
    last_draw: Signal
    inject: Signal
    fault: Signal
    rings: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "registers": Out(NoiseRegisters()),
                "raw": In(BusSignature()),
                "reseeds": In(BusSignature()),
                "generator_failed": In(1),
                "last_draw": In(1),
                "inject": Out(WORD_BITS),
                "fault": Out(1),
                **({"rings": In(params.rings)} if params.rings else {}),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        rings = self._params.rings
        m.submodules.raw_window = raw = MemoryWindow(RAW_WORDS if rings else 0, writable=False)
        m.submodules.reseed_window = reseeds = MemoryWindow(
            RESEED_WORDS if rings else 0, writable=True
        )
        connect(m, flipped(self.raw), raw.bus)
        connect(m, flipped(self.reseeds), reseeds.bus)

        generators = Signal(Health)  # their failures, until they are cleared
        health = Signal.like(self.registers.health)
        with m.If(self.registers.restart):
            m.d.sync += generators.eq(0)
        with m.Elif(self.generator_failed):
            m.d.sync += generators.eq(Health.LIVENESS)
        m.d.comb += [
            self.registers.health.eq(health | generators),
            self.fault.eq((self.registers.health & Health.FAILURES) != 0),
        ]
        if rings:
            m.submodules.entropy = entropy = EntropyUnit(self._params)
            connect(m, raw.port, entropy.raw)
            connect(m, reseeds.port, entropy.reseeds)
            m.d.comb += [
                entropy.rings.eq(self.rings),
                entropy.last_draw.eq(self.last_draw),
                self.inject.eq(entropy.inject),
                health.eq(entropy.registers.health),
                entropy.registers.restart.eq(self.registers.restart),
                entropy.registers.reseed_start.eq(self.registers.reseed_start),
                entropy.registers.reseed.eq(self.registers.reseed),
            ]
            for name in (register.name.lower() for register in NOISE_REGISTERS[1:]):
                m.d.comb += getattr(self.registers, name).eq(getattr(entropy.registers, name))

        return m
