"""A fabric with measuring and tempering units, walked by the test in place of a sequencer."""

import random
from dataclasses import dataclass, field
from typing import Any

from amaranth.hdl import Module
from amaranth.lib.wiring import connect

from glauber.hdl.fabric.graph import GraphFabric
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import MeasureFlags
from glauber.hdl.facts.program import encode_coupling
from glauber.hdl.measure.unit import MeasureUnit
from glauber.hdl.tempering.unit import TemperingUnit

__all__ = ["MeasuringRig", "Problem"]

PATIENCE = 20_000


@dataclass
class Problem:
    """Rows of slots with random couplings, and random states.

    `rows` holds `(target, slots)`, where `slots[n][lane][k]` is `(pbit, coupling)`; `states` a word
    of replicas per p-bit. Couplings are drawn from `couplings`.
    """

    params: MachineParams
    rng: random.Random
    couplings: list[int]
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    states: list[int] = field(default_factory=list)

    def add_rows(self, count: int, length: int) -> None:
        p, rng = self.params, self.rng
        for _ in range(count):
            slots = [
                [
                    [
                        (rng.randrange(p.pbits), rng.choice(self.couplings))
                        for _ in range(p.couplings_per_slot)
                    ]
                    for _ in range(p.lanes)
                ]
                for _ in range(rng.randint(1, length))
            ]
            self.rows.append((rng.randrange(p.pbits // p.lanes), slots))

    def draw_states(self) -> None:
        self.states = [self.rng.getrandbits(self.params.replicas) for _ in range(self.params.pbits)]

    def agreements(self, target: int, lane: int, pbit: int) -> int:
        """The replicas in which the lane's own p-bit and `pbit` agree, as a word."""
        own = self.states[target * self.params.lanes + lane]
        return ~(own ^ self.states[pbit]) & ((1 << self.params.replicas) - 1)

    def totals(self, rows: list[tuple[int, list[Any]]]) -> list[list[int]]:
        """The totals that the cells of each lane add up over `rows`, for each replica."""
        totals = [[0] * self.params.replicas for _ in range(self.params.lanes)]
        for target, slots in rows:
            for slot in slots:
                for lane, words in enumerate(slot):
                    for pbit, coupling in words:
                        agree = self.agreements(target, lane, pbit)
                        for r in range(self.params.replicas):
                            totals[lane][r] += coupling if agree >> r & 1 else -coupling
        return totals

    def scores(self) -> list[int]:
        totals = self.totals(self.rows)
        return [sum(lane[r] for lane in totals) for r in range(self.params.replicas)]

    def moments(self) -> list[int]:
        """The numbers of agreements of all coupling words, in their order."""
        return [
            self.agreements(target, lane, pbit).bit_count()
            for target, slots in self.rows
            for slot in slots
            for lane, words in enumerate(slot)
            for pbit, _ in words
        ]


class MeasuringRig:
    """The gates, and how a test drives them."""

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.module = m = Module()
        m.submodules.fabric = self.fabric = fabric = GraphFabric(params)
        m.submodules.unit = self.unit = unit = MeasureUnit(params)
        connect(m, unit.lines, fabric.measure)
        m.submodules.tempering = self.tempering = tempering = TemperingUnit(params)
        connect(m, unit.keep, fabric.keep)
        connect(m, unit.exchange, tempering.measure)
        connect(m, tempering.lines, fabric.temper)
        m.d.comb += fabric.best.address.eq(fabric.states.address)  # as a decoder has it
        self.rng = random.Random(params.lanes * 100 + params.replicas)

    async def load(self, ctx: Any, problem: Problem) -> None:
        window, p = self.fabric.program, self.params
        words = [w for _, slots in problem.rows for slot in slots for lane in slot for w in lane]
        assert len(words) <= p.slots * p.lanes * p.couplings_per_slot
        ctx.set(window.enable, 1)
        for address, (pbit, coupling) in enumerate(words):
            ctx.set(window.address, address)
            ctx.set(window.data, encode_coupling(pbit, coupling, p.coupling_bits))
            await ctx.tick()
        ctx.set(window.enable, 0)
        await self.load_states(ctx, problem)

    async def load_states(self, ctx: Any, problem: Problem) -> None:
        bits = sum(word << n * self.params.replicas for n, word in enumerate(problem.states))
        for n in range(self.params.state_words):
            await self.request(ctx, self.fabric.states, n, bits >> 32 * n & 0xFFFFFFFF)

    async def request(self, ctx: Any, bus: Any, address: int, word: int | None = None) -> int:
        """What a bus answers; `BAD_ADDRESS` raises `LookupError`."""
        ctx.set(bus.valid, 1)
        ctx.set(bus.write, word is not None)
        if bus is self.fabric.best:
            ctx.set(self.fabric.states.address, address)
        else:
            ctx.set(bus.address, address)
        ctx.set(bus.w_data, word or 0)
        for _ in range(PATIENCE):
            if ctx.get(bus.ready):
                break
            await ctx.tick()
        result, answer = ctx.get(bus.result), ctx.get(bus.r_data)
        await ctx.tick()
        ctx.set(bus.valid, 0)
        await ctx.tick()
        if result != Result.OK:
            assert result == Result.BAD_ADDRESS
            raise LookupError(address)
        return answer

    async def read(self, ctx: Any, bus: Any, count: int) -> list[int]:
        return [await self.request(ctx, bus, address) for address in range(count)]

    async def read_states(self, ctx: Any, bus: Any) -> list[int]:
        """A word of replicas per p-bit."""
        words = await self.read(ctx, bus, self.params.state_words)
        bits = sum(word << 32 * n for n, word in enumerate(words))
        mask, replicas = (1 << self.params.replicas) - 1, self.params.replicas
        return [bits >> n * replicas & mask for n in range(self.params.pbits)]

    async def idle(self, ctx: Any, clocks: int) -> None:
        """Clocks without a slot, in which everything else about it is rubbish."""
        slot = self.fabric.control.slot
        for _ in range(clocks):
            ctx.set(slot.valid, 0)
            ctx.set(slot.first, 0)
            ctx.set(slot.couple, 1)
            ctx.set(slot.address, self.rng.randrange(self.params.slots))
            ctx.set(slot.target, self.rng.randrange(self.params.pbits // self.params.lanes))
            await ctx.tick()

    async def sweep(self, ctx: Any, problem: Problem) -> None:
        """A sweep of all rows, with as many clocks between them as one may need."""
        slot, address = self.fabric.control.slot, 0
        for target, slots in problem.rows:
            for n in range(len(slots)):
                ctx.set(slot.valid, 1)
                ctx.set(slot.first, n == 0)
                ctx.set(slot.last, n == len(slots) - 1)
                ctx.set(slot.couple, 1)
                ctx.set(slot.address, address)
                ctx.set(slot.target, target)
                await ctx.tick()
                address += 1
            await self.idle(ctx, self.params.drain_clocks)

    async def walk(
        self, ctx: Any, problem: Problem, flags: MeasureFlags, part: int = 0
    ) -> tuple[list[int], int]:
        """Walks in parts of `part` rows. Clocks of each weighing, and `hit`."""
        control, slot = self.unit.control, self.fabric.control.slot
        ctx.set(self.fabric.control.temperature, (1 << 18) - 1)  # noise, if it were not silent
        ctx.set(control.flags, int(flags))
        rows, address = problem.rows, 0
        clocks, hit = [], 0
        part = part or len(rows)
        for start in range(0, len(rows), part):
            ctx.set(control.walking, 1)
            await self.idle(ctx, 1)
            first = 1
            for target, slots in rows[start : start + part]:
                for n in range(len(slots)):
                    ctx.set(slot.valid, 1)
                    ctx.set(slot.first, first)
                    ctx.set(slot.last, n == len(slots) - 1)
                    ctx.set(slot.couple, self.rng.randrange(2))
                    ctx.set(slot.address, address)
                    ctx.set(slot.target, target)
                    await ctx.tick()
                    first, address = 0, address + 1
            await self.idle(ctx, self.params.drain_clocks)
            ctx.set(control.walking, 0)
            if MeasureFlags.SCORES in flags:
                ctx.set(control.weigh, 1)
                ctx.set(control.last, start + part >= len(rows))
                count = 1
                while not ctx.get(control.done):
                    await ctx.tick()
                    ctx.set(control.weigh, 0)
                    ctx.set(control.last, 0)
                    count += 1
                    assert count < PATIENCE
                hit = ctx.get(control.hit)
                clocks.append(count)
                await ctx.tick()
        await self.idle(ctx, 1)
        return clocks, hit
