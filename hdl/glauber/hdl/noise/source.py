"""The interface of every noise source, and the source that feeds p-bits."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.generators import WORD_BITS, Source
from ..facts.health import Health
from .generators import create_engine
from .liveness import LivenessTest

__all__ = ["GeneratorSource", "NoiseSignature"]


class NoiseSignature(wiring.Signature):
    """What everything that delivers random words offers.

    Parameters
    ----------
    fresh_bits : int
        Bits of a word that have not been part of the word before it.
    clocks_per_word : int
        1 for a source that has a word in every clock; else about how long a word takes.

    Members
    -------
    o : Out(stream of 32 bits)
        Random words, each used once; `always_valid` if there is one in every clock. Taking a word
        (`ready`) is what advances a generator.
    clear : In(1)
        Sets the state to zero. Takes precedence over `load` and `o.ready`.
    load : In(1)
        Advances the source once, as `o.ready` does.
    inject : In(32)
        XORed into word 0 of the next state whenever the source advances: seed words after `clear`,
        entropy in operation, else zero.
    health : Out(5)
        Bits of `facts.health.Health`: `READY` while the source may be used, and a failure for a
        clock at least; who needs it longer keeps it.
    """

    def __init__(self, fresh_bits: int = WORD_BITS, clocks_per_word: int = 1) -> None:
        self.fresh_bits = fresh_bits
        self.clocks_per_word = clocks_per_word
        always_valid = clocks_per_word == 1
        super().__init__(
            {
                "o": Out(stream.Signature(WORD_BITS, always_valid=always_valid)),
                "clear": In(1),
                "load": In(1),
                "inject": In(WORD_BITS),
                "health": Out(unsigned(max(Health).bit_length())),
            }
        )


class GeneratorSource(wiring.Component):
    """A generator of the kind `source`, watched for liveness.

    Parameters
    ----------
    source : Source

    Members
    -------
    noise : Out(NoiseSignature)
    window : In(1)
        As `LivenessTest`.

    Timing
    ------
    A word per clock; the word after a taken one is there in the next clock.

    Reference
    ---------
    The definition is `source.generator`, the model `glauber.sim.model.generators`.
    """

    noise: Any
    window: Signal

    def __init__(self, source: Source) -> None:
        self._source = source
        generator = source.generator
        super().__init__({"noise": Out(NoiseSignature(generator.fresh_bits)), "window": In(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.engine = engine = create_engine(self._source)
        m.submodules.liveness = liveness = LivenessTest()

        connect(m, flipped(self.noise.o), engine.o)
        m.d.comb += [
            engine.clear.eq(self.noise.clear),
            engine.load.eq(self.noise.load),
            engine.inject.eq(self.noise.inject),
            liveness.bit.eq(engine.o.payload[-1]),
            liveness.taken.eq(self.noise.o.ready),
            liveness.window.eq(self.window),
            self.noise.health.eq(
                Mux(liveness.failed, Health.LIVENESS | Health.READY, Health.READY)
            ),
        ]

        return m
