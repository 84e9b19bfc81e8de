"""The interface of every noise source."""

from abc import abstractmethod

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..facts.noise import WORD_BITS

__all__ = ["SEED_BITS", "NoiseSource"]

SEED_BITS = 64


class NoiseSource(wiring.Component):
    """What the fabric sees of a noise source; a source derives from it.

    Members
    -------
    o : Out(stream of 32 bits, always_valid)
        A fresh word in every clock; taking it (`ready`) advances the source.
    clear : In(1)
        Sets the state to zero. Takes precedence over `load` and `o.ready`.
    load : In(1)
        Advances the source once, as `o.ready` does.
    inject : In(64)
        XORed into the next state; zero when not seeding. After `clear`, one `load` with the
        injection that `catalog.seed_injection` gives for a state puts the source into that state.
    """

    o: stream.Interface
    clear: Signal
    load: Signal
    inject: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "o": Out(stream.Signature(WORD_BITS, always_valid=True)),
                "clear": In(1),
                "load": In(1),
                "inject": In(SEED_BITS),
            }
        )

    @abstractmethod
    def elaborate(self, platform: object) -> Module:
        """The generator, by the source that derives from this."""
