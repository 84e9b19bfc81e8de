"""cocotb: the physical source on behavioural rings, against its model, sample by sample."""

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import ReadOnly, RisingEdge

from glauber.hdl.facts.health import RAW_WORDS, REPETITION_CUTOFF, WINDOW, Health
from glauber.hdl.facts.registers import Register
from glauber.hdl.noise.entropy.sampler import RingSampler
from glauber.sim.model.entropy import EntropyModel
from glauber.sim.rings import RingModel, Rings

RINGS, DIVIDER = 8, 16
COUNTERS = (Register.SAMPLES, Register.LONGEST_RUN, Register.MOST_FREQUENT, Register.TRANSITIONS)
SETTLED = 8  # clocks after the last raw bit of a word in which all counters have it


class Bench:
    """The gates, rings and the model, which gets the gates' own raw bits, 32 at a time."""

    def __init__(self, dut, seed: int) -> None:
        self.dut = dut
        self.rings = Rings(RingModel(RINGS, DIVIDER, jitter=0.05, seed=seed))
        self.model = EntropyModel()
        self.outputs = np.zeros(0, np.uint64)
        self.words: list[int] = []
        self.raw = np.zeros(0, np.uint8)

    async def start(self) -> None:
        dut = self.dut
        for name in ("restart", "reseed_start", "reseed"):
            self.port(name).value = 0
        for port in (dut.last_draw, dut.raw__address, dut.raw__enable, dut.raw__write):
            port.value = 0
        dut.reseeds__enable.value = dut.rings.value = 0
        dut.rst.value = 1
        Clock(dut.clk, 10, "ns").start()
        await RisingEdge(dut.clk)
        await RisingEdge(dut.clk)
        dut.rst.value = 0

    def port(self, name: str):
        return getattr(self.dut, f"registers__{name}")

    def read(self, register: Register) -> int:
        return int(self.port(register.name.lower()).value)

    async def clocks(self, count: int) -> None:
        outputs = self.rings.run(count)
        self.outputs = np.concatenate([self.outputs, outputs])
        for value in outputs.tolist():
            self.dut.rings.value = value
            await RisingEdge(self.dut.clk)

    async def word(self, spent: int = 0) -> None:
        """32 raw bits more, which the model gets too; then gates and model must agree.

        Of their clocks `spent` have passed already.
        """
        number = len(self.raw) // 32
        if not number:
            await self.clocks(SETTLED)
        self.dut.raw__address.value = number % RAW_WORDS
        await self.clocks(32 * DIVIDER - 1 - spent)
        await ReadOnly()
        assert self.read(Register.RAW_COUNT) == number + 1
        word = int(self.dut.raw__r_data.value)
        bits = np.unpackbits(np.array([word], "<u4").view(np.uint8), bitorder="little")
        self.raw = np.concatenate([self.raw, bits])
        self.words += self.model.take(bits)
        counters = self.model.registers()
        assert Health(self.read(Register.HEALTH)) == self.model.health, len(self.raw)
        assert {name: self.read(name) for name in COUNTERS} == {
            name: counters[name] for name in COUNTERS
        }
        assert self.read(Register.ENTROPY_COUNT) == len(self.words)
        if self.words:
            assert self.read(Register.ENTROPY_WORD) == self.words[-1]
        await RisingEdge(self.dut.clk)

    async def recorded(self, number: int) -> np.ndarray:
        """The raw bits of a word of the record; takes three clocks."""
        self.dut.raw__address.value = number % RAW_WORDS
        await self.clocks(2)
        await ReadOnly()
        word = np.array([int(self.dut.raw__r_data.value)], "<u4")
        await RisingEdge(self.dut.clk)
        return np.unpackbits(word.view(np.uint8), bitorder="little")

    async def samples(self, count: int) -> None:
        for _ in range(count // 32):
            await self.word()


@cocotb.test()
async def raw_bits_are_the_sum_of_the_rings_when_they_were_sampled(dut):
    bench = Bench(dut, 1)
    await bench.start()
    await bench.clocks(4000)
    await ReadOnly()
    count = int(bench.port("raw_count").value)
    assert count == (4000 - 1) // DIVIDER // 32
    parity = np.bitwise_count(bench.outputs) & 1
    # The clock before the first edge that sees `rst` low counts as clock 0.
    expected = parity[DIVIDER - RingSampler.LATENCY :: DIVIDER][: 32 * count]
    await RisingEdge(dut.clk)
    got = []
    for number in range(count):
        dut.raw__address.value = number
        await RisingEdge(dut.clk)
        await RisingEdge(dut.clk)
        await ReadOnly()
        word = np.array([int(dut.raw__r_data.value)], "<u4").view(np.uint8)
        got += np.unpackbits(word, bitorder="little").tolist()
        await RisingEdge(dut.clk)
    assert got == expected.tolist()


async def fail(dut, fault: str, seed: int, healthy: int, within: int) -> Health:
    """Sound rings, then a fault; what had failed `within` samples later."""
    bench = Bench(dut, seed)
    await bench.start()
    await bench.samples(healthy)
    assert bench.model.health is Health.READY, "sound rings must pass"
    words = len(bench.words)
    assert words == (healthy - WINDOW) // 256
    bench.rings.change(RingModel(RINGS, DIVIDER, jitter=0.05, seed=seed, fault=fault))
    await bench.samples(-(-within // 32) * 32)
    assert bench.model.health & Health.FAILURES
    await bench.samples(512)
    assert len(bench.words) - words <= within // 256, "no words after an alarm"
    return bench.model.health


@cocotb.test()
async def stuck_rings_fail_the_repetition_count(dut):
    for seed, fault in enumerate(("stuck0", "stuck1", "dead", "locked")):
        health = await fail(dut, fault, 10 + seed, 1536, REPETITION_CUTOFF)
        assert health & Health.REPETITION


@cocotb.test()
async def a_heavy_bias_fails_the_proportion_test(dut):
    health = await fail(dut, "biased", 20, 1536, 2 * WINDOW)
    assert health & Health.PROPORTION


@cocotb.test()
async def rings_in_step_with_the_clock_fail_the_transition_count(dut):
    health = await fail(dut, "alternating", 30, 1536, 2 * WINDOW)
    assert health == Health.TRANSITION


@cocotb.test()
async def a_word_goes_to_the_reseeds_or_to_the_host(dut):
    """The first is wanted by the reseeds, and comes at the end of the third sweep, once."""
    bench = Bench(dut, 50)
    await bench.start()
    await bench.samples(WINDOW)
    bench.port("reseed").value = 3
    bench.port("reseed_start").value = 1
    await bench.clocks(1)
    bench.port("reseed_start").value = 0
    await bench.clocks(32 * DIVIDER - 1)
    bench.words += bench.model.take(await bench.recorded(WINDOW // 32))
    for number in range(WINDOW // 32 + 1, WINDOW // 32 + 17):
        await bench.clocks(32 * DIVIDER - 3)
        bench.words += bench.model.take(await bench.recorded(number))
    assert len(bench.words) == 2
    assert bench.read(Register.ENTROPY_COUNT) == 1
    assert bench.read(Register.ENTROPY_WORD) == bench.words[1]
    injected = []
    for _ in range(7):
        dut.last_draw.value = 1
        await ReadOnly()
        injected.append(int(dut.inject.value))
        await RisingEdge(dut.clk)
        dut.last_draw.value = 0
        await bench.clocks(4)
    assert injected == [0, 0, bench.words[0], 0, 0, 0, 0]
    assert bench.read(Register.RESEEDS) == 2
    assert bench.read(Register.RESEEDS_MISSED) == 1


@cocotb.test()
async def a_word_from_before_an_alarm_is_not_mixed_in(dut):
    bench = Bench(dut, 60)
    await bench.start()
    bench.port("reseed").value = 1
    bench.port("reseed_start").value = 1
    await bench.clocks(1)
    bench.port("reseed_start").value = 0
    await bench.clocks((WINDOW + 300) * DIVIDER)  # a word is made, and held
    bench.rings.change(RingModel(RINGS, DIVIDER, fault="dead"))
    await bench.clocks((REPETITION_CUTOFF + 1) * DIVIDER)
    await ReadOnly()
    assert Health(bench.read(Register.HEALTH)) == Health.REPETITION
    await RisingEdge(dut.clk)
    bench.port("restart").value = 1
    await bench.clocks(1)
    bench.port("restart").value = 0
    await bench.clocks(4)
    dut.last_draw.value = 1
    await ReadOnly()
    assert int(dut.inject.value) == 0
    await RisingEdge(dut.clk)
    dut.last_draw.value = 0
    await bench.clocks(2)
    assert bench.read(Register.RESEEDS_MISSED) == 1


@cocotb.test()
async def tests_begin_anew_when_told(dut):
    bench = Bench(dut, 40)
    bench.rings.change(RingModel(RINGS, DIVIDER, fault="stuck0"))
    await bench.start()
    await bench.samples(128)
    assert bench.model.health & Health.REPETITION
    bench.rings.change(RingModel(RINGS, DIVIDER, jitter=0.05))
    bench.port("restart").value = 1
    await bench.clocks(1)
    bench.port("restart").value = 0
    bench.model.restart()
    await bench.word(spent=1)
    assert bench.model.health == Health(0)
    await bench.samples(1600)
    assert bench.model.health is Health.READY
    assert bench.words
