"""From a random word to noise at a temperature."""

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts import noise as facts
from ..facts.noise import Law, NoiseTable
from ..facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT, noise_limit
from .addresses import TableAddresses
from .tables import TablePort

__all__ = ["NoiseShaper"]


class NoiseShaper(wiring.Component):
    """Computes the noise of one word per clock, of one law or, by choice, of two.

    It is `floor(T * Lambda)` with `Lambda` a standard logistic variate; by the exponential law, the
    complement of `floor(T * X)` with `X` an exponential one.

    Parameters
    ----------
    field_bits : int
        Width of the result; its magnitude saturates at `facts.numbers.noise_limit(field_bits)`.
    table : NoiseTable
        The split of the table.
    laws : sequence of Law
        As `NoiseTables`.

    Members
    -------
    word : In(32)
        A random word, laid out as `facts.noise` says.
    law : In(1)
        A clock after the word: by the exponential law; only where there are both.
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
    integer, and makes both signs equally likely where it is one. By the exponential law the
    complement is always taken, whatever the sign bit is.

    Reference
    ---------
    `glauber.sim.model.noise.magnitudes`.
    """

    TEMPERATURE_LATENCY = 6
    LATENCY = 10

    word: Signal
    law: Signal
    temperature: Signal
    silence: Signal
    noise: Signal
    tables: Any

    def __init__(
        self, field_bits: int, table: NoiseTable, laws: Sequence[Law] = (Law.LOGISTIC,)
    ) -> None:
        self._limit = noise_limit(field_bits)
        self._table = table
        self._laws = laws
        super().__init__(
            {
                "word": In(facts.WORD_BITS),
                "law": In(1),
                "temperature": In(TEMPERATURE_FORMAT.width),
                "silence": In(1),
                "noise": Out(signed(field_bits)),
                "tables": Out(TablePort(table, laws)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.addresses = addresses = TableAddresses(self._table, self._laws)
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
        complemented = self.law if len(self._laws) > 1 else 0
        m.d.comb += [addresses.word.eq(self.word), addresses.law.eq(self.law)]
        m.d.sync += [
            sign.eq(Cat(self.word[facts.SIGN_SHIFT], sign[0] | complemented, sign[1:])),
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
