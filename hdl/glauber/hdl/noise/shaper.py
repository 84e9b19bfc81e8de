"""From a random word to logistic noise at a temperature."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts import noise as facts
from ..facts.noise import NoiseTable
from ..facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT, noise_limit
from .tables import TablePort

__all__ = ["LeadingOnes", "NoiseShaper"]


class LeadingOnes(wiring.Component):
    """Counts the leading ones of a word: 0 to `width`. Combinational.

    Members
    -------
    i : In(width)
    o : Out(range(width + 1))
    """

    i: Signal
    o: Signal

    def __init__(self, width: int) -> None:
        self._width = width
        super().__init__({"i": In(width), "o": Out(range(width + 1))})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        m.d.comb += self.o.eq(self._width)
        # The last assignment wins, so the highest zero bit is looked at last.
        for index in range(self._width):
            with m.If(~self.i[index]):
                m.d.comb += self.o.eq(self._width - 1 - index)

        return m


class NoiseShaper(wiring.Component):
    """Computes `floor(T * Lambda)` with Lambda a standard logistic variate, one per clock.

    Parameters
    ----------
    field_bits : int
        Width of the result; its magnitude saturates at `facts.numbers.noise_limit(field_bits)`.
    table : NoiseTable
        The split of the table.

    Members
    -------
    word : In(32)
        A random word, laid out as `facts.noise` says.
    temperature : In(18)
        T in `TEMPERATURE_FORMAT`; used `TEMPERATURE_LATENCY` clocks after the word came in.
    silence : In(1)
        The noise is 0 in the next clock.
    noise : Out(signed(field_bits))
    tables : Out(TablePort)
        Where the logits of words are looked up.

    Timing
    ------
    A word per clock; `noise` belongs to the word of `LATENCY` clocks before.

    Numbers
    -------
    The magnitude is `(T * logit) >> 19` of the two codes, which are unsigned. The sign bit
    complements it: `-magnitude - 1` is the floor of the negative product wherever that is no
    integer, and makes both signs equally likely where it is one.

    Reference
    ---------
    `glauber.sim.model.noise.magnitudes`.
    """

    TEMPERATURE_LATENCY = 6
    LATENCY = 10

    word: Signal
    temperature: Signal
    silence: Signal
    noise: Signal
    tables: Any

    def __init__(self, field_bits: int, table: NoiseTable) -> None:
        self._limit = noise_limit(field_bits)
        self._table = table
        super().__init__(
            {
                "word": In(facts.WORD_BITS),
                "temperature": In(TEMPERATURE_FORMAT.width),
                "silence": In(1),
                "noise": Out(signed(field_bits)),
                "tables": Out(TablePort(table)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.addresses = addresses = _Addresses(self._table)
        connect(m, addresses.tables, flipped(self.tables))

        # Registers before, in and behind the multiplication, as multipliers of FPGAs have them.
        # These are far from the tables, so the summands and the sum have registers of their own.
        coarse = Signal.like(self.tables.coarse, reset_less=True)
        offset = Signal.like(self.tables.offset, reset_less=True)
        logit = Signal(LOGIT_FORMAT.width, reset_less=True)
        first, second = Signal.like(logit), Signal.like(self.temperature, reset_less=True)
        unfinished = Signal(LOGIT_FORMAT.width + TEMPERATURE_FORMAT.width, reset_less=True)
        product = Signal.like(unfinished)
        magnitude = product[LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits :]
        sign = Signal(self.LATENCY - 1, reset_less=True)
        m.d.comb += addresses.word.eq(self.word)
        m.d.sync += [
            sign.eq(Cat(self.word[facts.SIGN_SHIFT], sign)),
            [coarse.eq(self.tables.coarse), offset.eq(self.tables.offset)],
            logit.eq(coarse + offset),
            [first.eq(logit), second.eq(self.temperature)],
            [unfinished.eq(first * second), product.eq(unfinished)],
            self.noise.eq(
                Mux(magnitude > self._limit, self._limit, magnitude)
                ^ sign[-1].replicate(len(self.noise))
            ),
        ]
        with m.If(self.silence):  # the reset input of the flip-flops
            m.d.sync += self.noise.eq(0)

        return m


class _Addresses(wiring.Component):
    """The addresses of a word in both tables, two clocks later."""

    word: Signal
    tables: Any

    def __init__(self, table: NoiseTable) -> None:
        self._table = table
        super().__init__({"word": In(facts.WORD_BITS), "tables": Out(TablePort(table))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        table = self._table
        m.submodules.ones = ones = LeadingOnes(facts.EXPONENT_BITS)

        exponent = Signal.like(ones.o, reset_less=True)
        mantissa = Signal(facts.MANTISSA_BITS, reset_less=True)
        cold = exponent >= facts.COLD_EXPONENT
        top = mantissa[facts.MANTISSA_BITS - table.coarse_bits :]
        fine, end = table.fine_span
        group_start = facts.MANTISSA_BITS - facts.OFFSET_TOP_BITS
        low = exponent[: facts.COLD_EXPONENT_BITS - 1]
        shared = Cat(mantissa[fine + 1 : end], mantissa[group_start:])
        hot_offset, cold_offset = Cat(mantissa[fine], low), mantissa[end:group_start]
        coarse = Signal.like(self.tables.coarse_address, reset_less=True)
        offset = Signal.like(self.tables.offset_address, reset_less=True)

        m.d.comb += [
            ones.i.eq(self.word[facts.MANTISSA_BITS : facts.SIGN_SHIFT]),
            [self.tables.coarse_address.eq(coarse), self.tables.offset_address.eq(offset)],
        ]
        m.d.sync += [
            [exponent.eq(ones.o), mantissa.eq(self.word)],
            coarse.eq(Cat(top[1:], low, Mux(cold, exponent[-1], top[0]), cold)),
            offset[:-1].eq(Cat(shared, Mux(cold, cold_offset, hot_offset))),
            offset[-1].eq(cold),
        ]

        return m
