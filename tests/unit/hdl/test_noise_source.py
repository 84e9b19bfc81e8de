import random
from collections.abc import Iterator
from typing import Any

import pytest
from amaranth.hdl import Const, Module, Signal

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import Source, expand_seed
from glauber.hdl.noise.catalog import create_source, seed_injection
from glauber.hdl.noise.seeding import SeedLoader
from glauber.hdl.noise.xoroshiro import Xoroshiro64
from support.streams import simulate

MASK = (1 << 32) - 1


def rotl(word: int, count: int) -> int:
    return (word << count | word >> (32 - count)) & MASK


def words(state: int) -> Iterator[int]:
    """The words of the generator as `facts.noise.Xoroshiro` defines them."""
    s0, s1 = state & MASK, state >> 32
    while True:
        yield s0
        t = s0 ^ s1
        s0, s1 = rotl(s0, 26) ^ t ^ (t << 9 & MASK), rotl(t, 13)


def seeded(dut: Any) -> tuple[Module, Signal]:
    """`dut` with the injection of the state in the signal."""
    m = Module()
    state = Signal(64)
    m.submodules.dut = dut
    m.d.comb += dut.inject.eq(seed_injection(Source.XOROSHIRO64, state) & dut.load.replicate(64))
    return m, state


async def seed(ctx: Any, dut: Any, state: Signal, value: int) -> None:
    ctx.set(state, value)
    ctx.set(dut.clear, 1)
    await ctx.tick()
    ctx.set(dut.clear, 0)
    ctx.set(dut.load, 1)
    await ctx.tick()
    ctx.set(dut.load, 0)


@pytest.mark.parametrize("state", [1, 1 << 32, 0x8000_0001 << 31, expand_seed(1, 0), (1 << 64) - 1])
def test_words_after_seeding_match_the_definition(state: int) -> None:
    dut: Any = create_source(Source.XOROSHIRO64)
    m, wanted = seeded(dut)
    got = []

    async def run(ctx: Any) -> None:
        ctx.set(dut.o.ready, 1)
        for _ in range(3):
            await ctx.tick()
        ctx.set(dut.o.ready, 0)
        await seed(ctx, dut, wanted, state)
        ctx.set(dut.o.ready, 1)
        for _ in range(1000):
            got.append(ctx.get(dut.o.payload))
            await ctx.tick()

    simulate(m, run, limit=1100)
    expected = words(state)
    assert got == [next(expected) for _ in range(1000)]


def test_a_word_stays_until_it_is_taken() -> None:
    dut: Any = Xoroshiro64()
    rng = random.Random(3)
    taken, offered = [], []

    async def run(ctx: Any) -> None:
        for _ in range(300):
            ready = rng.random() < 0.4
            ctx.set(dut.o.ready, ready)
            *_, valid, payload = await ctx.tick().sample(dut.o.valid, dut.o.payload)
            assert valid
            offered.append(payload)
            if ready:
                taken.append(payload)

    simulate(dut, run, limit=400, watched=[dut.o])
    expected = words(1 << 32 | 1)  # the state after reset
    assert taken == [next(expected) for _ in range(len(taken))]
    assert len(set(offered)) in (len(taken), len(taken) + 1)


def test_clear_takes_precedence_and_zero_is_left_by_seeding_only() -> None:
    dut: Any = Xoroshiro64()
    m, wanted = seeded(dut)

    async def run(ctx: Any) -> None:
        ctx.set(dut.o.ready, 1)
        ctx.set(dut.load, 1)
        ctx.set(dut.clear, 1)
        await ctx.tick()
        ctx.set(dut.clear, 0)
        for _ in range(5):
            assert ctx.get(dut.o.payload) == 0
            await ctx.tick()
        ctx.set(dut.o.ready, 0)
        await seed(ctx, dut, wanted, expand_seed(5, 6))
        expected = words(expand_seed(5, 6))
        ctx.set(dut.o.ready, 1)
        for _ in range(5):
            assert ctx.get(dut.o.payload) == next(expected)
            await ctx.tick()

    simulate(m, run, limit=50)


def test_a_load_without_injection_is_one_step() -> None:
    dut: Any = Xoroshiro64()

    async def run(ctx: Any) -> None:
        expected = words(1 << 32 | 1)
        ctx.set(dut.load, 1)
        for _ in range(10):
            assert ctx.get(dut.o.payload) == next(expected)
            await ctx.tick()

    simulate(dut, run, limit=50)


def test_seed_loader_puts_every_generator_into_its_state() -> None:
    params = MachineParams(lanes=2, replicas=4, draws=2, pbits=16)
    m = Module()
    m.submodules.loader = loader = dut = SeedLoader(params)
    sources: list[Any] = []
    for index in range(params.generators):
        m.submodules[f"source{index}"] = source = create_source(params.source)
        m.d.comb += [
            source.clear.eq(loader.clear[index]),
            source.load.eq(loader.load[index]),
            source.inject.eq(loader.inject),
            source.o.ready.eq(Const(0)),
        ]
        sources.append(source)
    states = [expand_seed(7, index) for index in range(params.generators)]

    async def run(ctx: Any) -> None:
        # In every clock a word: the fastest that pairs can come.
        for index in (3, 1, 0, 2):
            for half in range(2):
                ctx.set(dut.window.enable, 1)
                ctx.set(dut.window.address, 2 * index + half)
                ctx.set(dut.window.data, states[index] >> 32 * half & MASK)
                await ctx.tick()
        ctx.set(dut.window.enable, 0)
        for _ in range(2):
            await ctx.tick()
        assert [ctx.get(source.o.payload) for source in sources] == [s & MASK for s in states]
        ctx.set(dut.window.address, 1)  # an address without `enable` has no effect
        for _ in range(4):
            await ctx.tick()
            assert ctx.get(dut.clear) == ctx.get(dut.load) == ctx.get(dut.inject) == 0
        assert [ctx.get(source.o.payload) for source in sources] == [s & MASK for s in states]

    simulate(m, run, limit=50)
