"""The interface of every noise source."""

from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..facts.noise import WORD_BITS

__all__ = ["SEED_BITS", "SourceSignature"]

SEED_BITS = 64


class SourceSignature(wiring.Signature):
    """What the fabric sees of a noise source.

    Members
    -------
    o : Out(stream.Signature(32, always_valid=True))
        A fresh word in every clock; taking it (`ready`) advances the source.
    clear : In(1)
        Sets the state to zero. Takes precedence over `load` and `o.ready`.
    load : In(1)
        Advances the source once, as `o.ready` does.
    inject : In(64)
        XORed into the next state. After `clear`, one `load` with the injection that
        `catalog.seed_injection` gives for a state puts the source into that state. Zero when not seeding.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "o": Out(stream.Signature(WORD_BITS, always_valid=True)),
                "clear": In(1),
                "load": In(1),
                "inject": In(SEED_BITS),
            }
        )
