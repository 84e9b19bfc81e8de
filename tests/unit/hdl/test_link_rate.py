from typing import Any

import pytest
from cobs import cobs

from glauber.hdl.core import Machine
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.frames import Kind, Result, seal, unseal
from glauber.hdl.facts.line import fall_back_clocks, line_divisor
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.registers import Register
from glauber.hdl.serial import SerialMachine
from support.streams import simulate

PARAMS = MachineParams(
    lanes=1, replicas=1, draws=1, couplings_per_slot=1, pbits=32, slots=16, rows=8, steps=8
)
DEFAULT, FAST, BITS = 6, 4, 9
FALL_BACK = fall_back_clocks(DEFAULT, BITS)


class Host:
    """The other side of the pins, at a rate of its own."""

    def __init__(self, ctx: Any, dut: SerialMachine) -> None:
        self.ctx, self.dut = ctx, dut
        self.divisor = DEFAULT
        self.writes = 0

    async def send(self, data: bytes) -> None:
        for byte in data:
            for bit in (0, *((byte >> index) & 1 for index in range(8)), 1):
                self.ctx.set(self.dut.rx, bit)
                await self.ctx.tick().repeat(self.divisor)

    async def frame(self, patience: int = 4000) -> bytes | None:
        data = bytearray()
        while not data or data[-1]:
            while self.ctx.get(self.dut.tx):
                await self.ctx.tick()
                patience -= 1
                if not patience:
                    return None
            await self.ctx.tick().repeat(self.divisor // 2)
            bits = []
            for _ in range(9):
                await self.ctx.tick().repeat(self.divisor)
                bits.append(self.ctx.get(self.dut.tx))
            data.append(sum(bit << index for index, bit in enumerate(bits[:8])))
        return bytes(data[:-1])

    async def ask(self, kind: Kind, address: int, tail: int, size: int) -> bytes | None:
        """The result and the words of the reply to a request; None if none comes."""
        body = int(address).to_bytes(4, "little") + tail.to_bytes(size, "little")
        await self.send(b"\0" + cobs.encode(seal(kind, self.writes, body)) + b"\0")
        if (frame := await self.frame()) is None:
            return None
        content = unseal(cobs.decode(frame))
        assert content is not None
        self.writes += kind == Kind.WRITE and content[2][0] == Result.OK
        return content[2]

    async def set_line(self, divisor: int) -> bytes | None:
        return await self.ask(Kind.WRITE, Register.LINE, divisor, 4)

    async def line(self) -> int | None:
        answer = await self.ask(Kind.READ, Register.LINE, 1, 2)
        return None if answer is None else int.from_bytes(answer[1:], "little")


def play(scene: Any) -> None:
    dut = SerialMachine(Machine(PARAMS), DEFAULT, BITS)

    async def run(ctx: Any) -> None:
        await ctx.tick().repeat(20)
        await scene(Host(ctx, dut))

    simulate(dut, run, limit=100_000)


def test_the_rate_changes_behind_the_reply_and_stays_once_it_is_used() -> None:
    async def scene(host: Host) -> None:
        assert await host.line() == 0
        assert await host.set_line(FAST) == bytes((Result.OK,))  # at the old rate
        host.divisor = FAST
        assert await host.line() == FAST
        await host.ctx.tick().repeat(2 * FALL_BACK)
        assert await host.line() == FAST
        assert await host.set_line(0) == bytes((Result.OK,))
        host.divisor = DEFAULT
        assert await host.line() == 0

    play(scene)


def test_a_rate_that_nobody_uses_is_given_up() -> None:
    async def scene(host: Host) -> None:
        assert await host.set_line(FAST) == bytes((Result.OK,))
        await host.ctx.tick().repeat(FALL_BACK + 10)
        assert await host.line() == 0
        assert await host.line() == 0

    play(scene)


def test_a_break_brings_the_default_rate_back() -> None:
    async def scene(host: Host) -> None:
        assert await host.set_line(FAST) == bytes((Result.OK,))
        host.divisor = FAST
        assert await host.line() == FAST
        for low, left in ((FALL_BACK // 2, FAST), (FALL_BACK + 10, 0)):
            host.ctx.set(host.dut.rx, 0)
            await host.ctx.tick().repeat(low)
            host.ctx.set(host.dut.rx, 1)
            await host.ctx.tick().repeat(50)
            host.divisor = left or DEFAULT
            assert await host.line() == left

    play(scene)


def test_a_rate_out_of_range_is_refused() -> None:
    async def scene(host: Host) -> None:
        for divisor in (1, 3, 1024, 1 << 31):
            assert await host.set_line(divisor) == bytes((Result.BAD_VALUE,))
        assert await host.set_line(1023) == bytes((Result.OK,))

    play(scene)


def test_divisors_are_within_two_per_cent() -> None:
    assert line_divisor(48_000_000, 3_000_000) == 16
    assert line_divisor(24_000_000, 6_100_000) == 4
    for clock, rate, near in (
        (25_000_000, 3_000_000, "24438 to 6250000 baud, .* such as 2777778 or 3125000"),
        (24_000_000, 12_000_000, "23461 to 6000000 baud, .* such as 6000000"),
        (90_000_000, 9600, "87977 to 22500000 baud, .* such as 87977 or 88062"),
    ):
        with pytest.raises(FactError, match=f"the rate is {rate}, but .* within 2% .* {near}"):
            line_divisor(clock, rate)
