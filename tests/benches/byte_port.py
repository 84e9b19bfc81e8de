"""Benches for `InvertingEcho`: the smoke test of cocotb, Verilator and the driver."""

import os

import cocotb
from cocotb.triggers import SimTimeoutError

from support.byte_port import BytePort

STALLS = (0.0, 0.7)
DATA = bytes(range(256))


@cocotb.test()
@cocotb.parametrize(stall_i=STALLS, stall_o=STALLS)
async def every_byte_comes_back_inverted(dut, stall_i: float, stall_o: float) -> None:
    port = BytePort(dut, stall_i=stall_i, stall_o=stall_o)
    await port.start()
    await port.write(DATA)
    assert await port.read(len(DATA)) == bytes(255 - byte for byte in DATA)
    await port.wait(64)
    assert port.arrived == b""
    assert port.cycles > len(DATA) / (1 - max(stall_i, stall_o)) / 2


@cocotb.test()
async def read_until_stops_behind_the_delimiter(dut) -> None:
    port = BytePort(dut)
    await port.start()
    await port.write(bytes([1, 2, 255, 4]))
    assert await port.read_until(0) == bytes([254, 253, 0])
    assert await port.read(1) == bytes([251])


@cocotb.test(expect_error=SimTimeoutError)
async def a_byte_that_never_comes_is_a_timeout(dut) -> None:
    port = BytePort(dut)
    await port.start()
    await port.read(1, timeout_us=5)


@cocotb.test(skip="GLAUBER_BENCH_FAILS" not in os.environ)
async def a_failing_test(dut) -> None:
    port = BytePort(dut)
    await port.start()
    await port.write(b"\0")
    assert await port.read(1) == b"\0"
