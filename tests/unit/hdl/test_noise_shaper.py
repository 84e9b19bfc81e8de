import random
from typing import Any

import pytest
from amaranth.hdl import Elaboratable, Module
from amaranth.lib.wiring import connect
from amaranth.sim import Simulator

from glauber.hdl.facts.noise import Law, NoiseTable
from glauber.hdl.noise.addresses import LeadingOnes
from glauber.hdl.noise.shaper import NoiseShaper
from glauber.hdl.noise.tables import NoiseTables
from support.streams import simulate

TABLES = [NoiseTable(6, 4), NoiseTable(4, 2)]
BOTH = Law.LOGISTIC, Law.EXPONENTIAL
TEMPERATURES = [0, 1, 255, 256, 7001, (1 << 18) - 1]


def reference(
    word: int, temperature: int, field_bits: int, table: NoiseTable, law: Law = Law.LOGISTIC
) -> tuple[int, bool]:
    """The noise of a word in plain integers, and whether it is saturated."""
    sign, field, mantissa = word >> 31, word >> 10 & 0x1FFFFF, word & 0x3FF
    exponent = f"{field:021b}0".index("0")
    logit = (
        table.coarse(law)[table.coarse_index(exponent, mantissa)]
        + table.offsets(law)[table.offset_index(exponent, mantissa)]
    )
    limit = (1 << (field_bits - 2)) - 1
    magnitude = temperature * logit >> 19
    noise = min(magnitude, limit)
    return -noise - 1 if sign or law is Law.EXPONENTIAL else noise, magnitude > limit


def corner_words() -> list[int]:
    """All numbers of leading ones, with the first, the last and some other mantissa."""
    fields = [(1 << 21) - (1 << (21 - ones)) for ones in range(22)]
    dense = [field | (1 << max(0, 20 - ones)) - 1 for ones, field in enumerate(fields)]
    return [0, (1 << 32) - 1] + [
        sign << 31 | field << 10 | mantissa
        for sign in (0, 1)
        for field in fields + dense
        for mantissa in (0, 0x2A5, 0x3FF)
    ]


class ShaperWithTables(Elaboratable):
    """A shaper at the second port of its tables."""

    LATENCY = NoiseShaper.LATENCY
    TEMPERATURE_LATENCY = NoiseShaper.TEMPERATURE_LATENCY

    def __init__(
        self, field_bits: int, table: NoiseTable, laws: tuple[Law, ...] = (Law.LOGISTIC,)
    ) -> None:
        self.shaper: Any = NoiseShaper(field_bits, table, laws)
        self.tables = NoiseTables(table, 2, laws)
        self.word, self.temperature = self.shaper.word, self.shaper.temperature
        self.noise = self.shaper.noise

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules += [self.shaper, self.tables]
        connect(m, self.shaper.tables, self.tables.ports[1])
        return m


def shape(
    words: list[int],
    temperatures: list[int],
    field_bits: int,
    table: NoiseTable,
    laws: list[Law] | None = None,
) -> Any:
    """The noise of the words, the n-th of them at the n-th temperature, and by the n-th law."""
    dut: Any = ShaperWithTables(field_bits, table, BOTH if laws else BOTH[:1])
    noise = []

    async def run(ctx: Any) -> None:
        for clock in range(len(words) + dut.LATENCY):
            ctx.set(dut.word, words[clock] if clock < len(words) else 0)
            if laws and 0 <= clock - 1 < len(laws):
                ctx.set(dut.shaper.law, laws[clock - 1])
            if 0 <= clock - dut.TEMPERATURE_LATENCY < len(words):
                ctx.set(dut.temperature, temperatures[clock - dut.TEMPERATURE_LATENCY])
            if clock >= dut.LATENCY:
                noise.append(ctx.get(dut.noise))
            await ctx.tick()

    simulate(dut, run, limit=len(words) + 20)
    return noise


@pytest.mark.parametrize("table", TABLES, ids=["6+4", "4+2"])
@pytest.mark.parametrize("field_bits", [12, 16, 20])
def test_noise_matches_plain_integers(field_bits: int, table: NoiseTable) -> None:
    rng = random.Random(field_bits)
    words = [rng.getrandbits(32) for _ in range(2000)]
    temperatures = [rng.choice(TEMPERATURES) for _ in words]
    for temperature in TEMPERATURES:
        corners = corner_words()
        words += corners
        temperatures += [temperature] * len(corners)
    expected = [
        reference(word, temperature, field_bits, table)
        for word, temperature in zip(words, temperatures, strict=True)
    ]
    assert shape(words, temperatures, field_bits, table) == [noise for noise, _ in expected]
    # 15 bits of magnitude cannot exceed the limit of the widest field.
    assert any(saturated for _, saturated in expected) == (field_bits < 17)


@pytest.mark.parametrize("table", TABLES, ids=["6+4", "4+2"])
def test_every_word_has_the_noise_of_its_law(table: NoiseTable) -> None:
    rng = random.Random(1)
    words = corner_words()
    words += words[::-1] + [rng.getrandbits(32) for _ in range(1000)]
    temperatures = [rng.choice(TEMPERATURES) for _ in words]
    laws = [rng.choice(BOTH) for _ in words]
    expected = [
        reference(word, temperature, 14, table, law)[0]
        for word, temperature, law in zip(words, temperatures, laws, strict=True)
    ]
    assert shape(words, temperatures, 14, table, laws) == expected


def test_noise_comes_after_exactly_the_stated_clocks() -> None:
    dut: Any = ShaperWithTables(16, TABLES[0])
    word, temperature = 0x7FFF_FC00, 1 << 12
    noise, saturated = reference(word, temperature, 16, TABLES[0])
    assert noise > 0
    assert not saturated
    seen = []

    async def run(ctx: Any) -> None:
        for clock in range(14):
            ctx.set(dut.word, word if clock == 0 else 0)
            ctx.set(dut.temperature, temperature if clock == dut.TEMPERATURE_LATENCY else 0)
            seen.append(ctx.get(dut.noise))
            await ctx.tick()

    simulate(dut, run, limit=50)
    assert seen == [noise if clock == dut.LATENCY else 0 for clock in range(14)]


@pytest.mark.parametrize("width", [1, 5, 21])
def test_leading_ones(width: int) -> None:
    dut: Any = LeadingOnes(width)
    rng = random.Random(width)
    words = [rng.getrandbits(width) for _ in range(50)]
    words += [(1 << width) - (1 << low) for low in range(width + 1)]

    async def run(ctx: Any) -> None:
        for word in words:
            ctx.set(dut.i, word)
            assert ctx.get(dut.o) == f"{word:0{width}b}0".index("0")

    simulator = Simulator(dut)
    simulator.add_testbench(run)
    simulator.run()
