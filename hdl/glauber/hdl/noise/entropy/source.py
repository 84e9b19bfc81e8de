"""The ring-oscillator source as a whole."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect

from ...facts.health import REPETITION_CUTOFF, SAMPLES_PER_WORD, WINDOW
from ...facts.machine import MachineParams
from ..source import NoiseSignature
from .conditioner import Conditioner
from .health import RepetitionTest, WindowTests
from .sampler import RawBits, RingSampler

__all__ = ["EntropySource"]


class EntropySource(wiring.Component):
    """Free-running rings in, tested and conditioned words out.

    Words are given out only after the start-up test: a whole window of raw bits in which no test
    failed. After a failure there are none until `restart`.

    Parameters
    ----------
    params : MachineParams
        `rings` and `ring_divider` are used; there must be rings.

    Members
    -------
    rings : In(rings)
        Outputs of the rings; asynchronous.
    noise : Out(NoiseSignature)
        `health` holds the failures until `restart`. A physical source takes no seed, so `clear`,
        `load` and `inject` have no effect.
    restart : In(1)
        Forgets failures and counts, and begins with the start-up test.
    raw : Out(RawBits)
        The raw bits, tested or not.
    samples : Out(32), longest_run, most_frequent, transitions : Out
        Counters, as `facts.registers.Register` has them.

    Timing
    ------
    A raw bit every `ring_divider` clocks and a word after every `SAMPLES_PER_WORD` of them. A
    failure stands in `health` 2 clocks after its raw bit.

    Reference
    ---------
    `glauber.sim.model.entropy.EntropyModel`, from the raw bits on.
    """

    rings: Signal
    noise: Any
    restart: Signal
    raw: Any
    samples: Signal
    longest_run: Signal
    most_frequent: Signal
    transitions: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "rings": In(params.rings),
                "noise": Out(
                    NoiseSignature(clocks_per_word=params.ring_divider * SAMPLES_PER_WORD)
                ),
                "restart": In(1),
                "raw": Out(RawBits()),
                "samples": Out(32),
                "longest_run": Out(range(REPETITION_CUTOFF + 1)),
                "most_frequent": Out(range(WINDOW + 1)),
                "transitions": Out(range(WINDOW)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.sampler = sampler = RingSampler(self._params.rings, self._params.ring_divider)
        m.submodules.repetition = repetition = RepetitionTest()
        m.submodules.windows = windows = WindowTests()
        m.submodules.conditioner = conditioner = Conditioner()
        connect(m, sampler.raw, repetition.raw)
        connect(m, sampler.raw, windows.raw)
        connect(m, sampler.raw, conditioner.raw)

        ready = Signal()
        found = Cat(repetition.failed, windows.proportion_failed, windows.transition_failed)
        failures = Signal(3)  # the bits of `Health` above READY that are the rings'
        m.d.comb += [
            sampler.rings.eq(self.rings),
            [self.raw.bit.eq(sampler.raw.bit), self.raw.valid.eq(sampler.raw.valid)],
            [repetition.restart.eq(self.restart), windows.restart.eq(self.restart)],
            conditioner.restart.eq(self.restart | ~ready),
            self.noise.health.eq(Cat(ready, failures)),
            self.noise.o.payload.eq(conditioner.o.payload),
            # Not even the word whose last raw bit gives the alarm.
            self.noise.o.valid.eq(conditioner.o.valid & ready & ~found.any()),
            conditioner.o.ready.eq(self.noise.o.ready),
            self.longest_run.eq(repetition.longest),
            self.most_frequent.eq(windows.most_frequent),
            self.transitions.eq(windows.transitions),
        ]
        with m.If(self.restart):
            m.d.sync += [failures.eq(0), ready.eq(0), self.samples.eq(0)]
        with m.Else():
            m.d.sync += failures.eq(failures | found)
            with m.If(failures.any() | found.any()):
                m.d.sync += ready.eq(0)
            with m.Elif(windows.done):
                m.d.sync += ready.eq(1)
            with m.If(sampler.raw.valid & ~self.samples.all()):
                m.d.sync += self.samples.eq(self.samples + 1)

        return m
