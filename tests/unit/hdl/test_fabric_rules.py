"""Rules of update, temperatures of replicas and draws for exchanges, against plain integers."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from amaranth.hdl import Module

from glauber.hdl.fabric.graph import GraphFabric
from glauber.hdl.facts.generators import WORD_BITS
from glauber.hdl.facts.health import LIVENESS_WINDOW
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.noise import Law
from glauber.hdl.tempering.lines import TemperLines
from support.measuring import MeasuringRig, Problem
from support.streams import simulate

METROPOLIS, SCORES = Abilities.METROPOLIS, Abilities.SCORES
TEMPERING = Abilities.TEMPERING | SCORES
TARGETS = 8  # rows of the state memory


def machine(lanes: int, replicas: int, draws: int, abilities: Abilities, **changes: Any) -> Any:
    fixed: dict[str, Any] = {"pbits": TARGETS * lanes, "slots": 128, "coupling_bits": 6}
    fixed |= {"field_bits": 12, "abilities": abilities}
    return MachineParams(lanes=lanes, replicas=replicas, draws=draws, **(fixed | changes))


MACHINES = {
    "metropolis": machine(2, 4, 4, METROPOLIS, couplings_per_slot=1),
    "tempering": machine(1, 4, 1, TEMPERING),
    "all, in beats": machine(4, 4, 2, METROPOLIS | TEMPERING, write_bits=8),
}


class Rig(MeasuringRig):
    """A fabric driven by rows, and the same in plain integers."""

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.module = m = Module()
        m.submodules.fabric = self.fabric = GraphFabric(params)
        self.rng = random.Random(params.lanes)
        self.generator = params.source.generator
        self.generators = [0] * params.generators
        self.temperatures = [0] * params.replicas
        self.metropolis = self.ladder = False
        self.problem = Problem(params, self.rng, [31, -31, 1, -1, 7, -5, 0])

    def add_rows(self, count: int) -> None:
        """Rows that may follow each other at once, in any mode: none reads what is under way."""
        p, rng = self.params, self.rng
        self.problem.rows = [
            (
                index % TARGETS,
                [
                    [
                        [
                            # Of rows that are written next.
                            (
                                (index + rng.randint(1, 3)) % TARGETS * p.lanes
                                + rng.randrange(p.lanes),
                                rng.choice(self.problem.couplings),
                            )
                            for _ in range(p.couplings_per_slot)
                        ]
                        for _ in range(p.lanes)
                    ]
                    for _ in range(rng.randint(p.row_min, p.row_min + 2))
                ],
            )
            for index in range(count)
        ]
        self.problem.draw_states()

    async def seed(self, ctx: Any, bits: int = WORD_BITS) -> None:
        window, words = self.fabric.seeds, self.generator.seed_words
        for address in range(self.params.generators * words):
            word = self.rng.getrandbits(bits)
            state = self.generators[address // words] if address % words else 0
            self.generators[address // words] = self.generator.step(state) ^ word
            ctx.set(window.enable, 1)
            ctx.set(window.address, address)
            ctx.set(window.data, word)
            await ctx.tick()
            ctx.set(window.enable, 0)
            await ctx.tick().repeat(3)

    async def set_mode(self, ctx: Any, metropolis: bool, ladder: bool) -> None:
        self.metropolis, self.ladder = metropolis, ladder
        ctx.set(self.fabric.temper.metropolis, metropolis)
        ctx.set(self.fabric.temper.ladder, ladder)
        await ctx.tick()

    async def heat(self, ctx: Any, replica: int, temperature: int) -> None:
        temper = self.fabric.temper
        self.temperatures[replica] = temperature
        ctx.set(temper.write, 1)
        ctx.set(temper.replica, replica)
        ctx.set(temper.temperature, temperature)
        await ctx.tick()
        ctx.set(temper.write, 0)
        ctx.set(temper.replica, self.rng.randrange(self.params.replicas))
        ctx.set(temper.temperature, self.rng.getrandbits(18))

    def take(self, generator: int) -> int:
        state = self.generators[generator]
        self.generators[generator] = self.generator.step(state)
        return self.generator.word(state)

    def update(self, row: tuple[int, list[Any]], temperature: int, couple: bool) -> None:
        """One row in plain integers."""
        p, states = self.params, self.problem.states
        target, slots = row
        new = [0] * p.lanes
        for lane in range(p.lanes):
            words = [self.take(lane * p.units + r // p.draws) for r in range(p.replicas)]
            for r, word in enumerate(words):
                own = states[target * p.lanes + lane] >> r & 1
                t = self.temperatures[r] if self.ladder else temperature
                metropolis = self.metropolis and couple
                noise = noise_of(p, word, t, own if metropolis else None)
                field = sum(
                    coupling * (1 if states[pbit] >> r & 1 else -1)
                    for slot in slots
                    for pbit, coupling in slot[lane]
                )
                new[lane] |= (field * couple + noise >= 0) << r
        states[target * p.lanes : (target + 1) * p.lanes] = new

    async def run_rows(self, ctx: Any) -> None:
        """Rows without a clock between them; every row has its temperature and may not couple."""
        control, p = self.fabric.control, self.params
        address = 0
        issued: Mapping[str, int] = {}
        for row in self.problem.rows:
            target, slots = row
            temperature = self.rng.choice([0, 1, 300, 2000, 9000, (1 << 18) - 1])
            couple = self.rng.random() < 0.7
            for n in range(len(slots)):
                ctx.set(control.draw, n < p.draws)
                ctx.set(control.temperature, temperature)
                await self.pass_slot(ctx, issued)
                ends = {"first": n == 0, "last": n == len(slots) - 1}
                issued = {"valid": 1, "couple": couple, "address": address, "target": target} | ends
                address += 1
            self.update(row, temperature, couple)
        ctx.set(control.draw, 0)
        await self.pass_slot(ctx, issued)
        await self.idle(ctx, p.drain_clocks)

    async def pass_slot(self, ctx: Any, slot: Mapping[str, int]) -> None:
        """A clock in which the slot stands that was issued in the clock before."""
        for name, value in slot.items():
            ctx.set(self.fabric.control.slot[name], value)
        await ctx.tick()


def noise_of(params: MachineParams, word: int, temperature: int, own: int | None) -> int:
    """The noise of a word: by Metropolis of a p-bit in the state `own`, without by heat bath."""
    table, law = params.table, Law.LOGISTIC if own is None else Law.EXPONENTIAL
    field, mantissa = word >> 10 & 0x1FFFFF, word & 0x3FF
    exponent = f"{field:021b}0".index("0")
    code = (
        table.coarse(law)[table.coarse_index(exponent, mantissa)]
        + table.offsets(law)[table.offset_index(exponent, mantissa)]
    )
    magnitude = min(temperature * code >> 19, (1 << (params.field_bits - 2)) - 1)
    negative = word >> 31 if own is None else own
    return -magnitude - 1 if negative else magnitude


def run(params: MachineParams, rows: int, testbench: Any) -> None:
    rig = Rig(params)
    rig.add_rows(rows)

    async def bench(ctx: Any) -> None:
        await rig.load(ctx, rig.problem)
        await rig.seed(ctx)
        await testbench(ctx, rig)

    simulate(rig.module, bench, limit=20_000)


@pytest.mark.parametrize("name", MACHINES)
def test_rows_are_updated_by_the_rule_and_at_the_temperatures_of_the_mode(name: str) -> None:
    params = MACHINES[name]

    async def check(ctx: Any, rig: Rig) -> None:
        rng = random.Random(1)
        for ladder in (False, True) if Abilities.TEMPERING in params.abilities else (False,):
            for metropolis in (True, False) if METROPOLIS in params.abilities else (False,):
                for replica in range(params.replicas) if ladder else ():
                    await rig.heat(ctx, replica, rng.choice([0, 500, 3000, (1 << 18) - 1]))
                await rig.set_mode(ctx, metropolis, ladder)
                before = list(rig.problem.states)
                await rig.run_rows(ctx)
                states = await rig.read_states(ctx, rig.fabric.states)
                assert states == rig.problem.states != before

    run(params, 2 * TARGETS, check)


def test_an_exchange_draws_a_word_of_every_generator_and_does_nothing_else() -> None:
    params = MACHINES["all, in beats"]

    async def check(ctx: Any, rig: Rig) -> None:
        temper, seen = rig.fabric.temper, []
        await rig.set_mode(ctx, metropolis=True, ladder=True)
        for draws in ([1, 0, 0, 1], [1, 1, 1], [1]):
            taken = [[rig.take(g) for g in range(params.generators)] for _ in range(sum(draws))]
            for clock in range(len(draws) + TemperLines.WORD_CLOCKS):
                ctx.set(temper.draw, clock < len(draws) and draws[clock])
                drawn = clock - TemperLines.WORD_CLOCKS
                if drawn >= 0 and draws[drawn]:
                    seen.append(ctx.get(temper.word))
                await ctx.tick()
            assert seen == [words[0] for words in taken]
            seen.clear()
            await rig.heat(ctx, draws[-1], 2000)
            assert await rig.read_states(ctx, rig.fabric.states) == rig.problem.states
            await rig.run_rows(ctx)
            assert await rig.read_states(ctx, rig.fabric.states) == rig.problem.states

    run(params, TARGETS, check)


def test_draws_of_exchanges_count_for_the_liveness_test() -> None:
    rig = Rig(MACHINES["tempering"])
    failed = []

    async def bench(ctx: Any) -> None:
        await rig.seed(ctx, 0)  # generators stand still in the state 0
        ctx.set(rig.fabric.temper.draw, 1)
        for _ in range(LIVENESS_WINDOW + 8):
            failed.append(ctx.get(rig.fabric.generator_failed))
            await ctx.tick()

    simulate(rig.module, bench, limit=1000)
    assert any(failed[LIVENESS_WINDOW:])
    assert not any(failed[:LIVENESS_WINDOW])
