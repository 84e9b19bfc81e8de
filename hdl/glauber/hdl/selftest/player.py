"""The self-test: plays a script against a machine and says in plain text what it found."""

from collections.abc import Sequence

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ..facts.selftest import DATA_BITS, UNIT_BITS, Op, check_script
from .reader import ScriptReader
from .record import StepRecord

__all__ = ["SelfTest"]


class SelfTest(wiring.Component):
    """Plays a script of `facts.selftest` against a machine, over and over, and prints.

    Parameters
    ----------
    script : Sequence[int]
    unit_bits : int
        A unit of time is `2**unit_bits` clocks; other than `UNIT_BITS` only in simulation.

    Members
    -------
    o : Out(stream.Signature(8))
        Requests, to the machine. A byte that is not taken in time is withdrawn.
    i : In(stream.Signature(8))
        Replies, from the machine.
    text : Out(stream.Signature(8))
        ASCII for a terminal, with CR LF at line ends. It waits for each character to be taken.
    passed, failed : Out(1)
        How the last round ended; both 0 during the first.
    running : Out(1)
        A round is under way; 0 in the pause behind it.

    Timing
    ------
    Two clocks per word of the script, and what it waits for.

    Reference
    ---------
    `facts.selftest.Op`, word by word.

    Raises `FactError` for a script that cannot be played.
    """

    o: stream.Interface
    i: stream.Interface
    text: stream.Interface
    passed: Signal
    failed: Signal
    running: Signal

    def __init__(self, script: Sequence[int], *, unit_bits: int = UNIT_BITS) -> None:
        check_script(script)
        self._script = script
        self._unit_bits = unit_bits
        streams = {"o": Out(stream.Signature(8)), "text": Out(stream.Signature(8))}
        lamps = {"passed": Out(1), "failed": Out(1), "running": Out(1)}
        super().__init__({"i": In(stream.Signature(8)), **streams, **lamps})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.reader = reader = ScriptReader(self._script)
        m.submodules.record = record = StepRecord()
        data, op = reader.word[:DATA_BITS], reader.word[DATA_BITS:]
        timer = Signal(self._unit_bits + 1)
        late = timer[-1]
        failed, same = record.failed, self.i.payload == data

        m.d.sync += timer.eq(timer + 1)
        # A drain is over a unit after the last byte.
        with m.If(~reader.valid | ((op == Op.DRAIN) & self.i.valid)):
            m.d.sync += timer.eq(0)
        m.d.comb += [
            [self.o.payload.eq(data), self.text.payload.eq(record.character)],
            [record.wanted.eq(data), record.got.eq(self.i.payload)],
            [record.data.eq(data), record.condition.eq(op)],
        ]
        with m.If(reader.valid), m.Switch(op):
            with m.Case(Op.REPEAT):
                m.d.comb += [reader.done.eq(1), reader.repeat.eq(1)]
            with m.Case(Op.SEND):
                m.d.comb += [self.o.valid.eq(~failed), record.late.eq(late & ~self.o.ready)]
                m.d.comb += reader.done.eq(failed | self.o.ready | late)
            with m.Case(Op.EXPECT):
                due = self.i.valid & ~failed
                m.d.comb += [record.match.eq(due & same), record.wrong.eq(due & ~same)]
                m.d.comb += [self.i.ready.eq(due & same), record.late.eq(late & ~self.i.valid)]
                m.d.comb += reader.done.eq(failed | self.i.valid | late)
            with m.Case(Op.WAIT):
                m.d.comb += reader.done.eq(failed | late)
            with m.Case(Op.DRAIN):
                m.d.comb += self.i.ready.eq(failed)
                m.d.comb += reader.done.eq(~failed | (late & ~self.i.valid))
            with m.Case(Op.END):
                m.d.comb += [reader.done.eq(1), record.end.eq(1)]
            with m.Case(Op.VERDICT):
                m.d.comb += [reader.done.eq(1), record.verdict.eq(1)]
                m.d.sync += [self.passed.eq(~record.some), self.failed.eq(record.some)]
                m.d.sync += self.running.eq(0)
            with m.Case(Op.BEGIN):
                m.d.comb += reader.done.eq(1)
                m.d.sync += self.running.eq(1)
            with m.Default():  # it prints
                m.d.comb += self.text.valid.eq(~record.hidden)
                m.d.comb += reader.done.eq(record.hidden | self.text.ready)

        return m
