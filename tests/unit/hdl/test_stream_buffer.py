"""The ring of emitted words, against the model's."""

import dataclasses
import random
from typing import Any

import numpy as np
import pytest
from amaranth.sim import Simulator

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.stream.buffer import StreamBuffer
from glauber.hdl.stream.unit import StreamUnit
from glauber.sim.model.stream import StreamModel
from support.streams import simulate

BASE = region_base(Region.STREAM)
MASK28, MASK32 = (1 << 28) - 1, (1 << 32) - 1


async def request(ctx: Any, bus: Any, address: int, *, write: bool = False) -> tuple[Result, int]:
    ctx.set(bus.valid, 1)
    ctx.set(bus.write, write)
    ctx.set(bus.address, address)
    while not ctx.get(bus.ready):
        await ctx.tick()
    answer = Result(ctx.get(bus.result)), ctx.get(bus.r_data)
    await ctx.tick()
    ctx.set(bus.valid, 0)
    return answer


@pytest.mark.parametrize("words", [2, 8, 64])
@pytest.mark.parametrize("first", [0, MASK32 - 20], ids=["reset", "wrapping"])
def test_words_are_held_until_they_are_given_free(words: int, first: int) -> None:
    dut: Any = StreamBuffer(words)
    model = StreamModel(dataclasses.replace(MachineParams(), stream_words=words))
    rng = random.Random(words)

    async def compare(ctx: Any) -> None:
        for _ in range(3):
            await ctx.tick()
        assert (ctx.get(dut.head), ctx.get(dut.tail)) == (model.head, model.tail)
        assert ctx.get(dut.room) == (model.level < words)
        for index in {model.tail, model.head - 1, model.head, model.tail - 1, rng.getrandbits(32)}:
            expected = model.read(index & MASK28, 1)
            result, word = await request(ctx, dut.bus, BASE + (index & MASK28))
            if expected is None:
                assert result is Result.BAD_ADDRESS
            else:
                assert (result, word) == (Result.OK, int(expected[0]))
        assert (await request(ctx, dut.bus, BASE, write=True))[0] is Result.BAD_ADDRESS

    async def acknowledge(ctx: Any) -> None:
        near = model.tail + rng.randint(-2, words + 2)
        tail = rng.choice((near, near, near, rng.getrandbits(32))) & MASK32
        ctx.set(dut.next_tail, tail)
        await ctx.tick()
        legal = model.release(tail)
        assert ctx.get(dut.legal) == legal
        ctx.set(dut.release, legal)
        await ctx.tick()
        ctx.set(dut.release, 0)

    async def work(ctx: Any) -> None:
        ctx.set(dut.head, first)
        ctx.set(dut.tail, first)
        model.head = model.tail = first
        await ctx.tick()
        for _ in range(120):
            action = rng.randrange(9)
            if action < 5 and model.level < words:
                word = rng.getrandbits(32)
                assert model.push(np.array([word], np.uint32)) == 1
                ctx.set(dut.word, word)
                ctx.set(dut.push, 1)
                await ctx.tick()
                ctx.set(dut.push, 0)
            elif action < 8:
                await acknowledge(ctx)
            else:
                ctx.set(dut.clear, 1)
                model.drop()
                await ctx.tick()
                ctx.set(dut.clear, 0)
            await compare(ctx)

    simulate(dut, work, limit=20_000)
    assert first == 0 or model.head < first


def test_without_a_buffer_there_is_nothing() -> None:
    dut: Any = StreamUnit(dataclasses.replace(MachineParams(), stream_words=0))

    async def work(ctx: Any) -> None:
        ctx.set(dut.bus.valid, 1)
        for write in (0, 1):
            ctx.set(dut.bus.write, write)
            assert ctx.get(dut.bus.ready)
            assert ctx.get(dut.bus.result) == Result.BAD_ADDRESS
        for word in (0, 1, MASK32):
            ctx.set(dut.registers.word, word)
            assert ctx.get(dut.registers.legal) == (word == 0)
        ctx.set(dut.registers.emit_words, 5)
        assert not ctx.get(dut.control.ready)

    simulator = Simulator(dut)  # it has no clock
    simulator.add_testbench(work)
    simulator.run()
