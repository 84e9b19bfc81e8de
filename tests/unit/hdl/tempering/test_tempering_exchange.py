"""Exchanges of temperatures in the gates, against plain Python from the facts."""

import random
from collections import deque
from typing import Any

import pytest
from amaranth.hdl import Module, Signal

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import EXCHANGE_CLOCKS, PAIR_CLOCKS, MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.noise import EXPONENT_BITS, MANTISSA_BITS, Law, NoiseTable
from glauber.hdl.facts.rules import Mode
from glauber.hdl.facts.tempering import LadderWords, visited
from glauber.hdl.tempering.lines import TemperLines
from glauber.hdl.tempering.unit import TemperingUnit
from support.streams import simulate

TEMPERING = Abilities.SCORES | Abilities.TEMPERING
LARGEST = (1 << 32) - 1
SCORES = -(1 << 31), (1 << 31) - 1, -1, 0, 1, 1000


def machine(replicas: int, **changes: Any) -> MachineParams:
    changes = {"abilities": TEMPERING} | changes
    return MachineParams(replicas=replicas, draws=1, **changes)


def variate_of(word: int, table: NoiseTable) -> int:
    """The code of the exponential variate of a word."""
    exponents = word >> MANTISSA_BITS & ((1 << EXPONENT_BITS) - 1)
    exponent = EXPONENT_BITS - (exponents ^ (1 << EXPONENT_BITS) - 1).bit_length()
    where = exponent, word & ((1 << MANTISSA_BITS) - 1)
    law = Law.EXPONENTIAL
    return (
        table.coarse(law)[table.coarse_index(*where)]
        + (table.offsets(law)[table.offset_index(*where)])
    )


class Rungs:
    """What an exchange leaves behind, by the facts; all lists are by rung, but `scores`."""

    def __init__(self, params: MachineParams, rng: random.Random) -> None:
        replicas = params.replicas
        self.params, self.rng = params, rng
        self.temperatures = [rng.getrandbits(32) for _ in range(replicas)]
        self.between = [0] * replicas
        self.places = rng.sample(range(replicas), replicas)
        self.accepted = [rng.choice((0, 5, LARGEST)) for _ in range(replicas)]
        self.scores = [0] * replicas
        self.words: list[int] = []
        self.swaps = 0

    @property
    def ladder(self) -> list[int]:
        quarters = {
            LadderWords.TEMPERATURES: self.temperatures,
            LadderWords.EXCHANGE: self.between,
            LadderWords.REPLICAS: self.places,
            LadderWords.ACCEPTED: self.accepted,
        }
        return [word for quarter in sorted(quarters) for word in quarters[quarter]]

    def draw(self, number: int) -> None:
        """Words, exchange temperatures, and scores that are often at the edge of a swap."""
        rng, self.words = self.rng, []
        self.scores = [rng.choice(SCORES) for _ in self.scores]
        self.between = [rng.choice((0, 1, LARGEST, rng.getrandbits(20))) for _ in self.between]
        for rung in visited(number, self.params.replicas):
            ones = rng.randrange(EXPONENT_BITS + 1)
            exponents = ((1 << ones) - 1) << (EXPONENT_BITS - ones)
            self.words.append(
                rng.getrandbits(1) << 31 | exponents << MANTISSA_BITS | rng.getrandbits(10)
            )
            limit = variate_of(self.words[-1], self.params.table) * self.between[rung] >> 19
            if rng.random() < 0.6:
                a, b = (self.places[at] % len(self.scores) for at in (rung, rung + 1))
                base = rng.randrange(-(1 << 31), (1 << 31) - 1 - limit)
                self.scores[a], self.scores[b] = base + limit + rng.choice((0, 1)), base

    def exchange(self, number: int) -> list[tuple[int, int]]:
        """The temperatures that replicas get, in their order."""
        written = []
        for word, rung in zip(self.words, visited(number, self.params.replicas), strict=True):
            a, b = (self.places[at] % len(self.scores) for at in (rung, rung + 1))
            limit = variate_of(word, self.params.table) * self.between[rung] >> 19
            if self.between[rung] and self.scores[a] - self.scores[b] <= limit:
                self.places[rung], self.places[rung + 1] = b, a
                self.accepted[rung] = (self.accepted[rung] + 1) & LARGEST
                for replica, at in ((a, rung + 1), (b, rung)):
                    written.append((replica, self.temperatures[at] & (1 << 18) - 1))
                self.swaps += 1
        return written


class Rig:
    """A tempering unit, with a fabric that draws and a tally that has scores."""

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.module = m = Module()
        m.submodules.dut = dut = TemperingUnit(params)
        self.dut: Any = dut
        m.d.sync += Signal().eq(1)  # for a unit without a clock
        self.rng = random.Random(params.replicas)
        self.words: deque[int] = deque()
        self.looks: deque[int] = deque()
        self.drawn = 0
        self.written: list[tuple[int, int]] = []

    async def clock(self, ctx: Any, rungs: Rungs | None = None) -> None:
        """A clock, in which all is rubbish that nobody asked for."""
        lines, measure, rng = self.dut.lines, self.dut.measure, self.rng
        word, score = rng.getrandbits(32), rng.randrange(-(1 << 31), 1 << 31)
        if rungs:
            if ctx.get(lines.draw):
                word = rungs.words[self.drawn]
                self.drawn += 1
            if ctx.get(measure.look):
                score = rungs.scores[ctx.get(measure.replica)]
        self.words.append(word)
        self.looks.append(score)
        ctx.set(
            lines.word, self.words.popleft() if len(self.words) > TemperLines.WORD_CLOCKS else 0
        )
        ctx.set(measure.score, self.looks.popleft() if len(self.looks) > 2 else 0)
        if ctx.get(lines.write):
            self.written.append((ctx.get(lines.replica), ctx.get(lines.temperature)))
        await ctx.tick()

    async def exchange(self, ctx: Any, rungs: Rungs, number: int) -> int:
        """Does an exchange; its clocks."""
        measure, self.drawn, clocks = self.dut.measure, 0, 0
        ctx.set(self.dut.registers.exchanges, number)
        ctx.set(measure.exchange, 1)
        await self.clock(ctx, rungs)
        ctx.set(measure.exchange, 0)
        while True:
            clocks += 1
            assert clocks < 10_000, "the exchange does not end"
            ended = ctx.get(measure.exchanged)
            assert ctx.get(self.dut.registers.exchanged) == ended
            await self.clock(ctx, rungs)
            if ended:
                return clocks

    async def request(self, ctx: Any, address: int, word: int | None = None) -> tuple[int, int]:
        """Result and word."""
        bus = self.dut.ladder
        for signal, value in ((bus.address, address), (bus.w_data, word or 0), (bus.valid, 1)):
            ctx.set(signal, value)
        ctx.set(bus.write, word is not None)
        for _ in range(10):
            if ctx.get(bus.ready):
                break
            await self.clock(ctx)
        answer = ctx.get(bus.result), ctx.get(bus.r_data)
        await self.clock(ctx)
        ctx.set(bus.valid, 0)
        await self.clock(ctx)
        return answer

    async def load(self, ctx: Any, words: list[int]) -> None:
        for address, word in enumerate(words):
            assert (await self.request(ctx, address, word))[0] == Result.OK

    async def read(self, ctx: Any) -> list[int]:
        answers = [await self.request(ctx, n) for n in range(4 * self.params.replicas)]
        assert all(result == Result.OK for result, _ in answers)
        return [word for _, word in answers]


@pytest.mark.parametrize(
    ("params", "exchanges"),
    [(machine(1), 3), (machine(2), 40), (machine(8, table=NoiseTable(4, 2)), 30)],
    ids=["1", "2", "8"],
)
def test_an_exchange_is_that_of_the_facts(params: MachineParams, exchanges: int) -> None:
    rig = Rig(params)
    rungs = Rungs(params, random.Random(params.replicas))

    async def work(ctx: Any) -> None:
        visits = 0
        for turn in range(exchanges):
            number = turn if turn % 3 else turn + LARGEST - exchanges
            rungs.draw(number)
            await rig.load(ctx, rungs.ladder)
            rig.written.clear()
            clocks = await rig.exchange(ctx, rungs, number)
            pairs = len(visited(number, params.replicas))
            assert rig.drawn == pairs
            assert clocks == EXCHANGE_CLOCKS + pairs * PAIR_CLOCKS
            assert rig.written == rungs.exchange(number)
            assert await rig.read(ctx) == rungs.ladder
            visits += pairs
        assert params.replicas == 1 or 0.2 * visits < rungs.swaps < 0.8 * visits

    simulate(rig.module, work, limit=20_000)


def test_places_mean_replicas_modulo_their_number() -> None:
    """And one that stands at both rungs gets the temperature of the lower one last."""
    params = machine(2)
    rig = Rig(params)
    rungs = Rungs(params, random.Random(0))

    async def work(ctx: Any) -> None:
        for places in ([LARGEST, 4], [6, 3], [8, 2]):
            rungs.places, rungs.scores = places, [3, 3]
            rungs.between, rungs.words = [1, 0], [rig.rng.getrandbits(32)]
            await rig.load(ctx, rungs.ladder)
            rig.written.clear()
            await rig.exchange(ctx, rungs, 0)
            assert rig.written == rungs.exchange(0)
            assert await rig.read(ctx) == rungs.ladder

    simulate(rig.module, work, limit=1000)
    assert rungs.swaps == 3


def test_the_host_writes_temperatures() -> None:
    rig = Rig(machine(8))
    window = rig.dut.temperatures

    async def work(ctx: Any) -> None:
        for replica in (0, 7, 3):
            ctx.set(window.enable, 1)
            ctx.set(window.address, replica)
            ctx.set(window.data, LARGEST - replica)
            await rig.clock(ctx)
        ctx.set(window.enable, 0)
        await rig.clock(ctx)
        assert rig.written == [(n, (1 << 18) - 1 - n) for n in (0, 7, 3)]

    simulate(rig.module, work, limit=100)


@pytest.mark.parametrize("abilities", [Abilities.NONE, Abilities.METROPOLIS, TEMPERING])
def test_what_is_not_there_is_refused(abilities: Abilities) -> None:
    rig = Rig(machine(2, abilities=abilities))
    words = 8 if Abilities.TEMPERING in abilities else 0

    async def work(ctx: Any) -> None:
        for address in (0, words - 1 if words else 1, words, words + 8, 1 << 27):
            expected = Result.OK if address < words else Result.BAD_ADDRESS
            assert (await rig.request(ctx, address))[0] == expected
            assert (await rig.request(ctx, address, 3))[0] == expected

    simulate(rig.module, work, limit=1000)


def test_the_mode_reaches_the_fabric() -> None:
    rig = Rig(machine(2, abilities=Abilities.ALL))

    async def work(ctx: Any) -> None:
        for mode in range(4):
            ctx.set(rig.dut.registers.mode, mode)
            assert ctx.get(rig.dut.lines.metropolis) == bool(mode & Mode.METROPOLIS)
            assert ctx.get(rig.dut.lines.ladder) == bool(mode & Mode.LADDER)
            await rig.clock(ctx)

    simulate(rig.module, work, limit=100)
