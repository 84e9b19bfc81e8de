"""A cocotb driver for a component with the two byte streams of a machine, `i` and `o`."""

import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import Event, ReadOnly, RisingEdge, with_timeout

__all__ = ["BytePort"]

CLOCK_NS = 10


class BytePort:
    """Sends and receives bytes, with pauses.

    Parameters
    ----------
    dut
        The cocotb handle of a top module with ports `clk`, `rst`, `i__*` and `o__*`.
    stall_i, stall_o : float
        Chances, per clock, that no byte is offered and that none is taken.
    seed : int
        Of the pauses.

    Attributes
    ----------
    cycles : int
        Clocks since `start`.
    """

    def __init__(self, dut: Any, *, stall_i: float = 0, stall_o: float = 0, seed: int = 1) -> None:
        self._dut = dut
        self._stall_i = stall_i
        self._stall_o = stall_o
        self._random = random.Random(seed)
        self._outbox = bytearray()
        self._inbox = bytearray()
        self._arrived = Event()
        self.cycles = 0

    async def start(self) -> None:
        """Start the clock, reset the component and begin to move bytes."""
        dut = self._dut
        dut.rst.value = 1
        dut.i__valid.value = 0
        dut.i__payload.value = 0
        dut.o__ready.value = 0
        Clock(dut.clk, CLOCK_NS, "ns").start()
        for _ in range(2):
            await RisingEdge(dut.clk)
        dut.rst.value = 0
        cocotb.start_soon(self._move())

    async def write(self, data: bytes) -> None:
        """Queue `data`; it goes out while the caller awaits something else."""
        self._outbox += data

    async def read(self, count: int, *, timeout_us: float = 1000) -> bytes:
        """Wait for `count` bytes; raises cocotb's `SimTimeoutError` if they do not come."""
        return await with_timeout(self._take(lambda: count), timeout_us, "us")

    async def read_until(self, delimiter: int = 0, *, timeout_us: float = 1000) -> bytes:
        """As `read`, up to and with the first `delimiter`."""
        return await with_timeout(
            self._take(lambda: self._inbox.find(delimiter) + 1), timeout_us, "us"
        )

    @property
    def arrived(self) -> bytes:
        """What came and was not read."""
        return bytes(self._inbox)

    async def wait(self, cycles: int) -> None:
        """Let clocks pass."""
        for _ in range(cycles):
            await RisingEdge(self._dut.clk)

    async def _take(self, wanted: Any) -> bytes:
        while not 0 < (count := wanted()) <= len(self._inbox):
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._inbox[:count])
        del self._inbox[:count]
        return data

    async def _move(self) -> None:
        dut = self._dut
        offering = False
        while True:
            if not offering and self._outbox and self._random.random() >= self._stall_i:
                offering = True
                dut.i__payload.value = self._outbox[0]
            ready = self._random.random() >= self._stall_o
            dut.i__valid.value = offering
            dut.o__ready.value = ready
            await ReadOnly()  # the answer to these inputs, before the edge
            if ready and dut.o__valid.value == 1:
                self._inbox.append(dut.o__payload.value.to_unsigned())
                self._arrived.set()
            if offering and dut.i__ready.value == 1:
                del self._outbox[0]
                offering = False
            await RisingEdge(dut.clk)
            self.cycles += 1
