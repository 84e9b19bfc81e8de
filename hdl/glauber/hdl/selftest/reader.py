"""Holds the script of a self-test, and walks it."""

from collections.abc import Sequence

from amaranth.hdl import Module, Signal
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from ..facts.selftest import DATA_BITS, GROUP_WORDS, SCRIPT_BITS

__all__ = ["ScriptReader"]


class ScriptReader(wiring.Component):
    """Gives the words of a script one by one, over and over.

    Behind the script, up to a power of two, stand zeros, which do nothing.

    Parameters
    ----------
    script : Sequence[int]
        Words of `facts.selftest`.

    Members
    -------
    word : Out(SCRIPT_BITS), valid : Out(1)
        The word to be carried out.
    done : In(1)
        It has been carried out.
    repeat : In(1)
        With `done`: the group that follows comes as many times more as the data of the word says.

    Timing
    ------
    A word is valid two clocks after the one before it was done.
    """

    word: Signal
    valid: Signal
    done: Signal
    repeat: Signal

    def __init__(self, script: Sequence[int]) -> None:
        self._script = list(script)
        orders = {"done": In(1), "repeat": In(1)}
        super().__init__({"word": Out(SCRIPT_BITS), "valid": Out(1), **orders})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        depth = max(2 * GROUP_WORDS, 1 << ceil_log2(len(self._script)))
        m.submodules.rom = rom = memory.Memory(shape=SCRIPT_BITS, depth=depth, init=self._script)
        read = rom.read_port()
        place = Signal(range(depth))
        left = Signal(DATA_BITS)  # how often the group comes again
        in_group, group = place[: exact_log2(GROUP_WORDS)], place[exact_log2(GROUP_WORDS) :]
        last, again = Signal(), Signal()

        m.d.comb += [
            [read.addr.eq(place), read.en.eq(~self.valid), self.word.eq(read.data)],
            [last.eq(in_group.all()), again.eq(last & (left != 0))],
        ]
        with m.If(~self.valid):
            m.d.sync += [self.valid.eq(1), in_group.eq(in_group + 1), left.eq(left - again)]
            m.d.sync += group.eq(group + (last & ~again))
        with m.Elif(self.done):
            m.d.sync += self.valid.eq(0)
            with m.If(self.repeat):
                m.d.sync += left.eq(self.word[:DATA_BITS])

        return m
