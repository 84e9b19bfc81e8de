"""The seed loader, the liveness test, and a source as the fabric sees it."""

import random
from typing import Any

import pytest
from amaranth.hdl import Module

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.health import LIVENESS_WINDOW, Health
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.seeding import seed_words
from glauber.hdl.noise.liveness import LivenessTest, LivenessWindow
from glauber.hdl.noise.seeding import SeedLoader
from glauber.hdl.noise.source import GeneratorSource
from support.plain_model import PlainGenerator
from support.streams import simulate

every_source = pytest.mark.parametrize("source", Source)


@every_source
def test_a_word_stays_until_it_is_taken(source: Source) -> None:
    dut: Any = GeneratorSource(source)
    rng = random.Random(3)
    taken = []

    async def run(ctx: Any) -> None:
        for _ in range(200):
            ready = rng.random() < 0.4
            ctx.set(dut.noise.o.ready, ready)
            *_, valid, word = await ctx.tick().sample(dut.noise.o.valid, dut.noise.o.payload)
            assert valid
            if ready:
                taken.append(word)

    simulate(dut, run, limit=400, watched=[dut.noise.o])
    plain = PlainGenerator(source.generator)  # as after reset
    assert taken == [plain.draw() for _ in taken]
    assert dut.noise.signature.fresh_bits == source.generator.fresh_bits
    assert dut.noise.signature.clocks_per_word == 1


@every_source
def test_seed_loader_puts_every_generator_into_its_state(source: Source) -> None:
    params = MachineParams(lanes=2, replicas=4, draws=2, pbits=16, source=source)
    m = Module()
    m.submodules.loader = loader = dut = SeedLoader(params)
    sources: list[Any] = []
    for index in range(params.generators):
        m.submodules[f"source{index}"] = unit = GeneratorSource(source)
        m.d.comb += [
            unit.noise.clear.eq(loader.clear[index]),
            unit.noise.load.eq(loader.load[index]),
            unit.noise.inject.eq(loader.inject),
        ]
        sources.append(unit)
    plains = [PlainGenerator(source.generator) for _ in sources]
    spacing = 2 + source.generator.warmup  # the fastest that words can come

    async def put(ctx: Any, address: int, word: int) -> None:
        ctx.set(dut.window.enable, 1)
        ctx.set(dut.window.address, address)
        ctx.set(dut.window.data, word)
        await ctx.tick()
        ctx.set(dut.window.enable, 0)
        await ctx.tick().repeat(spacing - 1)

    async def run(ctx: Any) -> None:
        for index in (3, 1, 0, 2):
            words = seed_words(source, 7, index)
            plains[index].seed(words)
            for k, word in enumerate(words):
                await put(ctx, index * len(words) + k, word)
        await ctx.tick()
        for _ in range(5):
            words = [plain.draw() for plain in plains]
            assert [ctx.get(unit.noise.o.payload) for unit in sources] == words
            for unit in sources:
                ctx.set(unit.noise.o.ready, 1)
            await ctx.tick()
            for unit in sources:
                ctx.set(unit.noise.o.ready, 0)
        ctx.set(dut.window.address, 1)  # an address without `enable` has no effect
        for _ in range(4):
            await ctx.tick()
            assert ctx.get(dut.clear) == ctx.get(dut.load) == 0

    simulate(m, run, limit=300)


@every_source
def test_an_injection_is_added_to_the_next_state(source: Source) -> None:
    dut: Any = GeneratorSource(source)
    plain = PlainGenerator(source.generator)

    async def run(ctx: Any) -> None:
        ctx.set(dut.noise.o.ready, 1)
        for index in range(40):
            word = 0xDEADBEEF * (index % 7 == 3)
            ctx.set(dut.noise.inject, word)
            assert ctx.get(dut.noise.o.payload) == plain.draw()
            plain.state ^= word
            await ctx.tick()

    simulate(dut, run, limit=50)


def liveness() -> tuple[Module, Any, Any]:
    m = Module()
    m.submodules.window = window = LivenessWindow()
    m.submodules.test = test = LivenessTest()
    m.d.comb += [test.taken.eq(window.taken), test.window.eq(window.window)]
    return m, window, test


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("dies_at", [0, 1, 40, 63, 64, 100, 127])
def test_a_dead_generator_is_found_within_two_windows(value: int, dies_at: int) -> None:
    m, window, test = liveness()
    bits = [value if index >= dies_at else index % 2 for index in range(4 * LIVENESS_WINDOW)]
    found = []

    async def run(ctx: Any) -> None:
        ctx.set(window.taken, 1)
        for index, bit in enumerate(bits):
            ctx.set(test.bit, bit)
            *_, failed = await ctx.tick().sample(test.failed)
            if failed:
                found.append(index)

    simulate(m, run, limit=500)
    starts = range(0, len(bits), LIVENESS_WINDOW)
    constant = [at for at in starts if len(set(bits[at : at + LIVENESS_WINDOW])) == 1]
    # `failed` follows the last word of its window by a clock.
    assert found[0] == constant[0] + LIVENESS_WINDOW
    assert found[0] <= dies_at + 2 * LIVENESS_WINDOW


def test_a_generator_that_changes_once_in_a_window_is_alive() -> None:
    m, window, test = liveness()

    async def run(ctx: Any) -> None:
        rng = random.Random(1)
        taken = 0
        for _ in range(2000):
            ready = rng.random() < 0.7
            ctx.set(window.taken, ready)
            ctx.set(test.bit, taken % LIVENESS_WINDOW == 17)
            *_, failed = await ctx.tick().sample(test.failed)
            assert not failed
            taken += ready

    simulate(m, run, limit=2100)


def test_words_before_a_restart_do_not_count() -> None:
    m, window, test = liveness()

    async def run(ctx: Any) -> None:
        ctx.set(window.taken, 1)
        ctx.set(test.bit, 1)
        await ctx.tick().repeat(30)
        ctx.set(window.taken, 0)
        ctx.set(window.restart, 1)
        await ctx.tick()
        ctx.set(window.restart, 0)
        ctx.set(window.taken, 1)
        ctx.set(test.bit, 0)
        for index in range(LIVENESS_WINDOW + 1):
            *_, failed = await ctx.tick().sample(test.failed)
            assert failed == (index == LIVENESS_WINDOW)

    simulate(m, run, limit=200)


def test_a_source_reports_that_it_stands_still() -> None:
    dut: Any = GeneratorSource(Source.XOROSHIRO64)

    async def run(ctx: Any) -> None:
        assert ctx.get(dut.noise.health) == Health.READY
        ctx.set(dut.noise.clear, 1)
        await ctx.tick()
        ctx.set(dut.noise.clear, 0)
        ctx.set(dut.noise.o.ready, 1)
        await ctx.tick().repeat(10)
        ctx.set(dut.window, 1)
        await ctx.tick()
        assert ctx.get(dut.noise.health) == Health.READY | Health.LIVENESS

    simulate(dut, run, limit=50)
