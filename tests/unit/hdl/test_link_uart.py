import random
from typing import Any

import pytest
from amaranth.hdl import Module

from glauber.hdl.link.uart import UartReceiver, UartTransmitter
from support.refusal import assert_refused
from support.streams import Stalls, collect, every_stall, put_all, simulate


def line(data: bytes, *, stop: int = 1) -> list[int]:
    """The bits of some bytes without a gap."""
    return [bit for byte in data for bit in (0, *(byte >> n & 1 for n in range(8)), stop)]


def receive(
    divisor: int, bits: list[int], *, baud: float = 1.0, phase: float = 0.0, take: bool = True
) -> tuple[bytes, int, int]:
    """Bytes, errors and overflows from a line with `bits` at `baud` times the nominal rate."""
    dut: Any = UartReceiver(divisor)
    out: list[int] = []
    errors = overflows = 0
    bits = [1, *bits, 1, 1]
    clocks = int(len(bits) * divisor / baud) - 1

    async def drive(ctx: Any) -> None:
        nonlocal errors, overflows
        for clock in range(clocks):
            ctx.set(dut.pin, bits[int((clock + phase) * baud / divisor)])
            ctx.set(dut.o.ready, take or clock == clocks - 1)
            *_, valid, payload, error, overflow = await ctx.tick().sample(
                dut.o.valid & dut.o.ready, dut.o.payload, dut.error, dut.overflow
            )
            errors += error
            overflows += overflow
            if valid:
                out.append(payload)

    simulate(dut, drive, limit=clocks + 10, watched=[dut.o])
    return bytes(out), errors, overflows


@pytest.mark.parametrize("divisor", [4, 5, 7])
@pytest.mark.parametrize("baud", [0.98, 1.0, 1.02])
@pytest.mark.parametrize("phase", [0.0, 0.9])
def test_receiver_bears_two_per_cent(divisor: int, baud: float, phase: float) -> None:
    data = b"\x00\xff\x55\xaa" + random.Random(divisor).randbytes(8)
    assert receive(divisor, line(data), baud=baud, phase=phase) == (data, 0, 0)


@pytest.mark.parametrize("divisor", [4, 5, 12])
@every_stall
def test_loopback(divisor: int, stalls: Stalls) -> None:
    m = Module()
    m.submodules.transmitter = transmitter = UartTransmitter(divisor)
    m.submodules.receiver = receiver = UartReceiver(divisor)
    m.d.comb += receiver.pin.eq(transmitter.pin)
    data = b"\x00\xff" + random.Random(divisor).randbytes(8)
    out: list[int] = []
    simulate(
        m,
        put_all(transmitter.i, data, stalls.source),
        collect(receiver.o, out, len(data), stall=stalls.sink),
        limit=20 * divisor * len(data),
        watched=[receiver.o],
    )
    assert bytes(out) == data


@pytest.mark.parametrize("divisor", [4, 9])
def test_transmitter_line(divisor: int) -> None:
    dut: Any = UartTransmitter(divisor)
    data = b"\x00\xff\x35"
    samples: list[int] = []

    async def sample(ctx: Any) -> None:
        await ctx.tick()
        for _ in range(divisor * 31):
            samples.append(ctx.get(dut.pin))
            await ctx.tick()

    simulate(dut, put_all(dut.i, data), sample, limit=400)
    assert samples == [bit for bit in [*line(data), 1] for _ in range(divisor)]


@pytest.mark.parametrize("divisor", [4, 16])
def test_framing_error_drops_the_byte(divisor: int) -> None:
    bits = [*line(b"a"), *line(b"b", stop=0), 1, *line(b"c")]
    assert receive(divisor, bits) == (b"ac", 1, 0)


def test_held_line_is_one_error() -> None:
    assert receive(8, [*line(b"a"), *[0] * 45, 1, 1, *line(b"c")]) == (b"ac", 1, 0)


def test_glitch_is_no_start_bit() -> None:
    """Nor does it set the phase in which the next byte, from a fast sender, is sampled."""
    divisor, fast = 8, 1.03
    samples: list[int] = []
    for gap in range(divisor):
        samples += [0, 0] + [1] * (2 * divisor + gap)
        bits = [*line(b"\x55"), 1]
        samples += [bits[int(n * fast / divisor)] for n in range(int(len(bits) * divisor / fast))]
    dut: Any = UartReceiver(divisor)
    out: list[int] = []

    async def drive(ctx: Any) -> None:
        for sample in samples:
            ctx.set(dut.pin, sample)
            *_, error = await ctx.tick().sample(dut.error)
            assert not error

    simulate(dut, drive, collect(dut.o, out, divisor), limit=3000)
    assert bytes(out) == b"\x55" * divisor


def test_overflow_keeps_the_first_byte_and_is_reported() -> None:
    assert receive(4, line(b"abc"), take=False) == (b"a", 0, 2)


@pytest.mark.parametrize("component", [UartReceiver, UartTransmitter])
def test_divisor_is_checked(component: Any) -> None:
    for divisor in (3, 0, -1, 4.5, 1 << 21):
        assert_refused(
            lambda divisor=divisor: component(divisor),
            rf"divisor .* is {divisor}, .* 4 to 1048576; .*whole number",
        )
