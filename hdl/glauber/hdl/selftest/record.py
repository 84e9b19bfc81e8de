"""What there is to tell of a step of a self-test."""

from amaranth.hdl import Array, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.selftest import DATA_BITS, DIGIT_FLAG, Digit

__all__ = ["StepRecord"]


class StepRecord(wiring.Component):
    """Notes how a step went, and gives the characters to print.

    Members
    -------
    match, wrong, late : In(1)
        A byte was as expected; another one came; none came, or was taken, in time.
    wanted, got : In(8)
        The byte expected, which is kept from `wrong` on, and the one that is there, which is not.
    end : In(1)
        The step is over. It is counted if it failed.
    verdict : In(1)
        The round is over.
    data : In(8), condition : In(3)
        To be printed, and the low bits of the operation.
    failed, some : Out(1)
        The step has failed, and a step of this round.
    character : Out(8)
        In the same clock.
    hidden : Out(1)
        Nothing is to be printed: the condition does not hold, or it is a leading zero.

    Timing
    ------
    One clock from an event to what it changes.
    """

    match: Signal
    wrong: Signal
    late: Signal
    wanted: Signal
    got: Signal
    end: Signal
    verdict: Signal
    data: Signal
    condition: Signal
    failed: Signal
    some: Signal
    character: Signal
    hidden: Signal

    def __init__(self) -> None:
        events = {name: In(1) for name in ("match", "wrong", "late", "end", "verdict")}
        bytes_in = {name: In(DATA_BITS) for name in ("wanted", "got", "data")}
        found = {"failed": Out(1), "some": Out(1), "character": Out(8), "hidden": Out(1)}
        super().__init__({**events, **bytes_in, "condition": In(3), **found})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        silent, kept, failures = Signal(), Signal(8, reset_less=True), Signal(4)
        ones, tens, hundreds = number = (Signal(4), Signal(4), Signal(4))

        carry = self.match
        for digit in number:
            full = Signal()
            m.d.comb += full.eq(carry & (digit == 9))
            m.d.sync += digit.eq(Mux(self.end | full, 0, digit + carry))
            carry = full
        with m.If(self.wrong):
            m.d.sync += kept.eq(self.wanted)
        m.d.sync += [
            self.failed.eq(~self.end & (self.failed | self.wrong | self.late)),
            silent.eq(~self.end & (silent | self.late)),
            failures.eq(Mux(self.verdict, 0, failures + (self.end & self.failed))),
        ]

        shown = Signal(4)
        is_digit = (self.data & DIGIT_FLAG) != 0
        which = self.data[:3]  # a `Digit`
        got, wanted = (self.got[4:], self.got[:4]), (kept[4:], kept[:4])
        leading = (hundreds == 0) & ((tens == 0) | (which == Digit.HUNDREDS))
        wrong, quiet = self.failed & ~silent, self.failed & silent
        # In the order of the operations from `Op.PRINT` on.
        holds = Array((1, ~self.failed, self.failed, wrong, quiet, ~self.some, self.some, 0))
        m.d.comb += [
            self.some.eq(failures != 0),
            shown.eq(Array((hundreds, tens, ones, *got, *wanted, failures))[which]),
            self.character.eq(self.data),
            self.hidden.eq(~holds[self.condition] | (is_digit & (which <= Digit.TENS) & leading)),
        ]
        with m.If(is_digit):
            m.d.comb += self.character.eq(shown + Mux(shown > 9, ord("A") - 10, ord("0")))

        return m
