"""The registers that steer what is measured: what they take, and from which machines."""

from typing import Any

import pytest

from glauber.hdl.control.writable import WritableRegisters
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.registers import Register
from support.streams import simulate

ROWS = 5
LARGEST = (1 << 32) - 1
MEASURED_ROWS, WEIGH_ROWS, TARGET = (
    Register.MEASURED_ROWS,
    Register.WEIGH_ROWS,
    Register.TARGET,
)


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
        (Abilities.ALL, (ROWS, ROWS, LARGEST)),
        (Abilities.SCORES, (ROWS, ROWS, LARGEST)),
        (Abilities.MOMENTS, (ROWS, 0, 0)),
        (Abilities.LOOPS, (0, 0, 0)),
        (Abilities.NONE, (0, 0, 0)),
    ],
)
def test_what_a_machine_takes(abilities: Abilities, largest: tuple[int, int, int]) -> None:
    dut: Any = WritableRegisters(MachineParams(rows=ROWS, abilities=abilities))

    async def work(ctx: Any) -> None:
        values = dut.measured_rows, dut.weigh_rows, dut.target
        registers = MEASURED_ROWS, WEIGH_ROWS, TARGET
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
