"""The registers that tell of the stream, and those that steer it."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["StreamRegisters"]


class StreamRegisters(wiring.Signature):
    """The registers of the stream, seen from the side that has it.

    Members
    -------
    head, tail : Out(32)
        As `facts.registers.Register` says.
    word : In(32)
        What may be written to `STREAM_TAIL`.
    legal : Out(1)
        Whether `word` is a legal value for it, a clock after the word.
    release : In(1)
        `word` is the new tail.
    emit_words : In(32)
        The word of `Register.EMIT_WORDS`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "head": Out(32),
                "tail": Out(32),
                "word": In(32),
                "legal": Out(1),
                "release": In(1),
                "emit_words": In(32),
            }
        )
