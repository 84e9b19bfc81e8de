"""From a random word to logistic noise at a temperature."""

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from ..facts import noise as facts
from ..facts.noise import NoiseTable
from ..facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT, noise_limit

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
    noise : Out(signed(field_bits))

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

    TEMPERATURE_LATENCY = 4
    LATENCY = 6

    word: Signal
    temperature: Signal
    noise: Signal

    def __init__(self, field_bits: int, table: NoiseTable) -> None:
        self._limit = noise_limit(field_bits)
        self._table = table
        super().__init__(
            {
                "word": In(facts.WORD_BITS),
                "temperature": In(TEMPERATURE_FORMAT.width),
                "noise": Out(signed(field_bits)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.lookup = lookup = _Lookup(self._table)

        logit = Signal(LOGIT_FORMAT.width, reset_less=True)
        product = Signal(LOGIT_FORMAT.width + TEMPERATURE_FORMAT.width, reset_less=True)
        magnitude = product[LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits :]
        sign = Signal(self.LATENCY - 1, reset_less=True)
        m.d.comb += lookup.word.eq(self.word)
        m.d.sync += [
            sign.eq(Cat(self.word[facts.SIGN_SHIFT], sign)),
            logit.eq(lookup.coarse + lookup.offset),
            product.eq(logit * self.temperature),
            self.noise.eq(
                Mux(magnitude > self._limit, self._limit, magnitude)
                ^ sign[-1].replicate(len(self.noise))
            ),
        ]

        return m


class _Lookup(wiring.Component):
    """The coarse and the offset entry of a word, 3 clocks later."""

    word: Signal
    coarse: Signal
    offset: Signal

    def __init__(self, table: NoiseTable) -> None:
        self._table = table
        super().__init__(
            {
                "word": In(facts.WORD_BITS),
                "coarse": Out(LOGIT_FORMAT.width),
                "offset": Out(max(table.offsets()).bit_length()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        table = self._table
        m.submodules.ones = ones = LeadingOnes(facts.EXPONENT_BITS)
        m.submodules.coarse = coarse = memory.Memory(
            shape=len(self.coarse), depth=1 << table.coarse_address_bits, init=table.coarse()
        )
        m.submodules.offset = offset = memory.Memory(
            shape=len(self.offset), depth=1 << table.offset_address_bits, init=table.offsets()
        )
        coarse_port, offset_port = coarse.read_port(), offset.read_port()

        exponent = Signal.like(ones.o, reset_less=True)
        mantissa = Signal(facts.MANTISSA_BITS, reset_less=True)
        cold = exponent >= facts.COLD_EXPONENT
        # Mantissa bits that the coarse entry resolves, and the fine bits below them.
        hot_top = mantissa[facts.MANTISSA_BITS - table.coarse_bits :]
        cold_top = mantissa[facts.MANTISSA_BITS - table.coarse_bits + 1 :]
        hot_fine = mantissa[: -table.coarse_bits][-table.fine_bits :]
        cold_fine = mantissa[: 1 - table.coarse_bits][-table.fine_bits :]
        group = mantissa[-facts.OFFSET_TOP_BITS :]
        hot_exponent = exponent[: facts.COLD_EXPONENT_BITS - 1]
        cold_exponent = (exponent - facts.COLD_EXPONENT)[: facts.COLD_EXPONENT_BITS]
        hot_offset = Cat(hot_fine, group, hot_exponent)
        cold_offset = Cat(cold_fine, cold_top)
        width = table.offset_address_bits - 1

        m.d.comb += [
            ones.i.eq(self.word[facts.MANTISSA_BITS : facts.SIGN_SHIFT]),
            coarse_port.addr.eq(
                Mux(cold, Cat(cold_top, cold_exponent, 1), Cat(hot_top, hot_exponent, 0))
            ),
            offset_port.addr[:width].eq(Mux(cold, cold_offset, hot_offset)),
            offset_port.addr[width].eq(cold),
        ]
        m.d.sync += [
            exponent.eq(ones.o),
            mantissa.eq(self.word),
            self.coarse.eq(coarse_port.data),
            self.offset.eq(offset_port.data),
        ]

        return m
