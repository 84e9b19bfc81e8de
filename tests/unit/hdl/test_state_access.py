import random
from typing import Any

import pytest
from amaranth.hdl import Module

from glauber.hdl.fabric.access import StateAccess
from glauber.hdl.fabric.memories import StateCopy
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import REGION_SHIFT, Region, region_base
from support.streams import simulate

BASE = region_base(Region.STATES)
WORD = (1 << 32) - 1


def machine(replicas: int, lanes: int) -> MachineParams:
    pbits = max(2 * lanes, 32 // replicas, 16)
    return MachineParams(lanes=lanes, replicas=replicas, draws=1, pbits=pbits)


MACHINES = [machine(replicas, lanes) for replicas in (1, 4, 32, 64) for lanes in (1, 8)]
every_machine = pytest.mark.parametrize(
    "params", MACHINES, ids=[f"{p.replicas}x{p.lanes}" for p in MACHINES]
)


class Dut:
    """The host's access with a state copy behind it, and another copy that the test reads."""

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.module = m = Module()
        m.submodules.access = access = StateAccess(params)
        m.submodules.copy = copy = StateCopy(params)
        m.submodules.probe = self.probe = StateCopy(params)
        m.d.comb += [
            copy.address.eq(access.address),
            copy.write.eq(access.write),
            self.probe.write.eq(access.write),
            access.states.eq(copy.states),
        ]
        self.bus = access.bus
        self.per_word = max(1, 32 // params.replicas)
        self.parts = max(1, params.replicas // 32)

    def run(self, testbench: Any) -> None:
        simulate(self.module, testbench, limit=20_000)

    async def request(
        self, ctx: Any, address: int, word: int | None = None
    ) -> tuple[Result, int, int]:
        """`(result, r_data, clocks)` of a read, or of the write of a word; clocks to `ready`."""
        ctx.set(self.bus.valid, 1)
        ctx.set(self.bus.write, word is not None)
        ctx.set(self.bus.address, address)
        ctx.set(self.bus.w_data, word or 0)
        clocks = 0
        while not ctx.get(self.bus.ready):
            await ctx.tick()
            clocks += 1
        answer = Result(ctx.get(self.bus.result)), ctx.get(self.bus.r_data), clocks
        await ctx.tick()
        ctx.set(self.bus.valid, 0)
        ctx.set(self.bus.w_data, 0x5A5A5A5A)
        return answer

    async def read(self, ctx: Any, index: int) -> int:
        result, word, clocks = await self.request(ctx, BASE + index)
        assert (result, clocks) == (Result.OK, 4 * self.per_word + 1)
        return word

    async def write(self, ctx: Any, index: int, word: int) -> None:
        result, _, clocks = await self.request(ctx, BASE + index, word)
        assert (result, clocks) == (Result.OK, self.per_word + 1)

    async def memory(self, ctx: Any) -> list[int]:
        """The states of all p-bits, `pbit * replicas + replica`."""
        bits = []
        for pbit in range(self.params.pbits):
            ctx.set(self.probe.address, pbit)
            for _ in range(StateCopy.LATENCY):
                await ctx.tick()
            states = ctx.get(self.probe.states)
            bits += [states >> replica & 1 for replica in range(self.params.replicas)]
        return bits


def to_bits(word: int) -> list[int]:
    return [word >> n & 1 for n in range(32)]


@every_machine
def test_words_are_one_array_of_bits(params: MachineParams) -> None:
    dut = Dut(params)
    rng = random.Random(params.replicas)
    words = [rng.getrandbits(32) for _ in range(params.state_words)]

    async def check(ctx: Any) -> None:
        for index, word in enumerate(words):
            await dut.write(ctx, index, word)
        assert await dut.memory(ctx) == [bit for word in words for bit in to_bits(word)]
        order = list(range(params.state_words))
        rng.shuffle(order)
        for index in order:
            assert await dut.read(ctx, index) == words[index]
            for _ in range(rng.randrange(3)):
                await ctx.tick()

    dut.run(check)


@every_machine
def test_a_write_changes_its_pbits_only(params: MachineParams) -> None:
    dut = Dut(params)
    rng = random.Random(params.lanes)
    bits = [0] * (params.pbits * params.replicas)

    async def check(ctx: Any) -> None:
        for _ in range(12):
            first = rng.randrange(params.state_words) // dut.parts * dut.parts
            for index in range(first, first + dut.parts):
                word = rng.getrandbits(32)
                bits[32 * index : 32 * index + 32] = to_bits(word)
                await dut.write(ctx, index, word)
        assert await dut.memory(ctx) == bits
        assert any(bits)

    dut.run(check)


def test_the_last_word_of_a_pbit_takes_effect_for_all() -> None:
    dut = Dut(machine(64, 2))

    async def check(ctx: Any) -> None:
        await dut.write(ctx, 4, 0x01234567)
        await dut.write(ctx, 5, 0x89ABCDEF)
        await dut.write(ctx, 4, 0xFFFFFFFF)
        assert await dut.read(ctx, 4) == 0x01234567
        assert await dut.read(ctx, 5) == 0x89ABCDEF
        await dut.write(ctx, 5, 0x11111111)
        assert await dut.read(ctx, 4) == 0xFFFFFFFF
        assert await dut.read(ctx, 5) == 0x11111111

    dut.run(check)


@every_machine
def test_addresses_beyond_the_states_are_refused(params: MachineParams) -> None:
    dut = Dut(params)

    async def check(ctx: Any) -> None:
        for index in range(params.state_words):
            await dut.write(ctx, index, WORD)
        for offset in (params.state_words, params.state_words + 1, (1 << REGION_SHIFT) - 1):
            for word in (None, 0):
                result, _, clocks = await dut.request(ctx, BASE + offset, word)
                assert (result, clocks) == (Result.BAD_ADDRESS, 1)
        assert all(await dut.memory(ctx))
        assert await dut.read(ctx, params.state_words - 1) == WORD

    dut.run(check)
