"""The registers that steer measuring and tempering: what they take, and from which machines."""

from typing import Any

import pytest

from glauber.hdl.control.writable import WritableRegisters
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.rules import modes
from support.streams import simulate

ROWS = 5
LARGEST = (1 << 32) - 1
MEASURED_ROWS, WEIGH_ROWS, TARGET, EXCHANGES = (
    Register.MEASURED_ROWS,
    Register.WEIGH_ROWS,
    Register.TARGET,
    Register.EXCHANGES,
)
TEMPERING = Abilities.SCORES | Abilities.TEMPERING


async def write(ctx: Any, dut: Any, register: Register, word: int) -> Result:
    ctx.set(dut.address, register)
    ctx.set(dut.w_data, word)
    await ctx.tick()
    ctx.set(dut.write, 1)
    result = Result(ctx.get(dut.result))
    await ctx.tick()
    ctx.set(dut.write, 0)
    await ctx.tick().repeat(2)
    return result


@pytest.mark.parametrize(
    ("abilities", "largest"),
    [
        (Abilities.ALL, (ROWS, ROWS, LARGEST, LARGEST)),
        (TEMPERING, (ROWS, ROWS, LARGEST, LARGEST)),
        (Abilities.SCORES, (ROWS, ROWS, LARGEST, 0)),
        (Abilities.MOMENTS, (ROWS, 0, 0, 0)),
        (Abilities.LOOPS, (0, 0, 0, 0)),
        (Abilities.NONE, (0, 0, 0, 0)),
    ],
)
def test_what_a_machine_takes(abilities: Abilities, largest: tuple[int, ...]) -> None:
    dut: Any = WritableRegisters(MachineParams(rows=ROWS, abilities=abilities))

    async def work(ctx: Any) -> None:
        values = dut.measured_rows, dut.weigh_rows, dut.target, dut.tempering.exchanges
        registers = MEASURED_ROWS, WEIGH_ROWS, TARGET, EXCHANGES
        for register, value, top in zip(registers, values, largest, strict=True):
            assert await write(ctx, dut, register, top) == Result.OK
            assert ctx.get(value) == top
            for word in {top + 1, 1 << 31, LARGEST} if top < LARGEST else ():
                assert await write(ctx, dut, register, word) == Result.BAD_VALUE
                assert ctx.get(value) == top
            ctx.set(dut.running, 1)
            assert await write(ctx, dut, register, 0) == Result.BUSY
            assert ctx.get(value) == top
            ctx.set(dut.running, 0)
            assert await write(ctx, dut, register, 0) == Result.OK
            assert ctx.get(value) == 0

    simulate(dut, work, limit=200)


@pytest.mark.parametrize(
    "abilities", [Abilities.NONE, Abilities.SCORES, Abilities.METROPOLIS, TEMPERING, Abilities.ALL]
)
def test_a_mode_needs_its_abilities(abilities: Abilities) -> None:
    dut: Any = WritableRegisters(MachineParams(abilities=abilities))
    illegal = ~int(modes(abilities))

    async def work(ctx: Any) -> None:
        kept = 0
        for word in (3, 2, 1, 0, 3, 4, 7, 1 << 31, LARGEST):
            expected = Result.BAD_VALUE if word & illegal else Result.OK
            assert await write(ctx, dut, Register.MODE, word) == expected
            kept = kept if word & illegal else word
            assert ctx.get(dut.tempering.mode) == kept
        ctx.set(dut.running, 1)
        assert await write(ctx, dut, Register.MODE, 0) == Result.BUSY
        assert ctx.get(dut.tempering.mode) == kept

    simulate(dut, work, limit=200)


def test_exchanges_are_counted_and_wrap() -> None:
    dut: Any = WritableRegisters(MachineParams(abilities=TEMPERING))

    async def work(ctx: Any) -> None:
        assert await write(ctx, dut, EXCHANGES, LARGEST - 1) == Result.OK
        ctx.set(dut.running, 1)
        for expected in (LARGEST, 0, 1):
            ctx.set(dut.tempering.exchanged, 1)
            await ctx.tick()
            ctx.set(dut.tempering.exchanged, 0)
            await ctx.tick().repeat(3)
            assert ctx.get(dut.tempering.exchanges) == expected

    simulate(dut, work, limit=200)
