import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from amaranth.hdl import Cat
from cobs import cobs

from glauber.hdl.facts.frames import QUEUE_FRAMES, Kind, Result, seal, unseal
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.link.executor import Executor
from glauber.hdl.link.link import Link
from support.refusal import assert_refused
from support.streams import Stalls, every_stall, put, simulate, wait

BURST = 4
BASE = 0x1FFF_FFFE  # a write that runs on from here carries into the top bits of the address
REFUSED = {0x30: Result.BAD_ADDRESS, 0x40: Result.BUSY}


def read(seq: int, address: int, count: int) -> bytes:
    return seal(Kind.READ, seq, address.to_bytes(4, "little") + count.to_bytes(2, "little"))


def write(seq: int, address: int, *words: int) -> bytes:
    body = b"".join(word.to_bytes(4, "little") for word in (address, *words))
    return seal(Kind.WRITE, seq, body)


def coded(frame: bytes) -> bytes:
    return cobs.encode(frame) + b"\0"


def reply(kind: int, seq: int, result: Result, *words: int) -> bytes:
    return bytes((kind | 0x80, seq & 255, seq >> 8, result)) + b"".join(
        w.to_bytes(4, "little") for w in words
    )


@dataclass
class Bench:
    """A link with a memory on its bus and a requester at its other end."""

    stalls: Stalls = field(default_factory=Stalls)
    burst_words: int = BURST
    seed: int = 11
    memory: dict[int, int] = field(default_factory=dict)
    accesses: list[tuple[int, int]] = field(default_factory=list)  # write, address
    replies: list[bytes] = field(default_factory=list)
    frames_bad: int = 0

    async def slave(self, ctx: Any) -> None:
        rng, bus = random.Random(self.seed), self.bus
        while True:
            ready = rng.random() < 0.5
            ctx.set(bus.ready, 0)
            if ctx.get(bus.valid) and ready:
                address, is_write = ctx.get(bus.address), ctx.get(bus.write)
                result = REFUSED.get(address, Result.OK)
                ctx.set(bus.ready, 1)
                ctx.set(bus.result, result)
                ctx.set(bus.r_data, 0xDEAD_BEEF)
                self.accesses.append((is_write, address))
                if result == Result.OK and is_write:
                    self.memory[address] = ctx.get(bus.w_data)
                elif result == Result.OK:
                    ctx.set(bus.r_data, self.memory.get(address, ~address & 0xFFFF_FFFF))
            await ctx.tick()

    async def sink(self, ctx: Any) -> None:
        rng = random.Random(self.seed + 1)
        line = bytearray()
        while True:
            ctx.set(self.dut.o.ready, rng.random() >= self.stalls.sink)
            *_, taken, byte = await ctx.tick().sample(
                self.dut.o.valid & self.dut.o.ready, self.dut.o.payload
            )
            if taken and byte:
                line.append(byte)
            elif taken:
                unsealed = unseal(cobs.decode(bytes(line)))
                assert unsealed is not None
                self.replies.append(cobs.decode(bytes(line))[:-4])
                line.clear()

    def run(self, *pieces: bytes, silent: tuple[int, ...] = (), limit: int = 30_000) -> int:
        """Sends pieces, and awaits a reply to each whose number is not in `silent`."""
        rng = random.Random(self.seed + 2)
        self.dut: Any = Link(MachineParams(burst_words=self.burst_words))
        self.bus = self.dut.bus
        request = SimpleNamespace(
            valid=self.bus.valid,
            ready=self.bus.ready,
            payload=Cat(self.bus.write, self.bus.address, self.bus.write & self.bus.w_data),
        )

        async def source(ctx: Any) -> None:
            due = 0
            for n, piece in enumerate(pieces):
                for byte in piece:
                    while rng.random() < self.stalls.source:
                        await ctx.tick()
                    if not ctx.get(self.dut.i.ready):
                        await ctx.tick()
                    assert ctx.get(self.dut.i.ready)
                    await put(ctx, self.dut.i, byte)
                due += n not in silent
                while len(self.replies) < due:
                    await ctx.tick()
            await wait(ctx, 100)
            self.frames_bad = ctx.get(self.dut.frames_bad)

        return simulate(
            self.dut,
            source,
            limit=limit,
            watched=[self.dut.o, request],
            background=[self.slave, self.sink],
        )


@every_stall
def test_reads_and_writes(stalls: Stalls) -> None:
    bench = Bench(stalls)
    words = [0, 0xFFFF_FFFF, 0x0102_0304, 0x8000_0000]
    bench.run(
        coded(write(0, BASE, *words)),
        b"\0\0" + coded(read(2, BASE, 4)),
        coded(write(1, 5, 0xCAFE)),
        coded(read(0xABCD, 5, 1)),
        coded(read(0, BASE + 1, 3)),
    )
    assert bench.memory == {BASE + n: word for n, word in enumerate(words)} | {5: 0xCAFE}
    assert bench.replies == [
        reply(Kind.WRITE, 0, Result.OK),
        reply(Kind.READ, 2, Result.OK, *words),
        reply(Kind.WRITE, 1, Result.OK),
        reply(Kind.READ, 0xABCD, Result.OK, 0xCAFE),
        reply(Kind.READ, 0, Result.OK, *words[1:]),
    ]
    assert bench.accesses[4:8] == [(0, BASE + n) for n in range(4)]
    assert bench.frames_bad == 0


@every_stall
def test_bus_refusals_end_a_request(stalls: Stalls) -> None:
    bench = Bench(stalls)
    bench.run(
        coded(read(1, 0x30, 1)),
        coded(read(2, 0x2E, 4)),
        coded(write(0, 0x3E, 1, 2, 3, 4)),
        coded(write(0, 0x40, 9)),
        coded(write(0, 0x50, 6)),
        coded(read(6, 0x50, 1)),
    )
    assert bench.replies == [
        reply(Kind.READ, 1, Result.BAD_ADDRESS),
        reply(Kind.READ, 2, Result.BAD_ADDRESS),
        reply(Kind.WRITE, 0, Result.BUSY),
        reply(Kind.WRITE, 0, Result.BUSY),
        reply(Kind.WRITE, 0, Result.OK),
        reply(Kind.READ, 6, Result.OK, 6),
    ]
    assert bench.memory == {0x3E: 1, 0x3F: 2, 0x50: 6}
    assert (1, 0x41) not in bench.accesses


@every_stall
def test_malformed_requests_touch_nothing(stalls: Stalls) -> None:
    bodies = [
        (Kind.READ, b"", Result.BAD_LENGTH),
        (Kind.READ, bytes(5), Result.BAD_LENGTH),
        (Kind.READ, bytes(7), Result.BAD_LENGTH),
        (Kind.READ, bytes(6), Result.BAD_LENGTH),  # no words
        (Kind.READ, bytes(4) + b"\x05\x00", Result.BAD_LENGTH),  # more than a burst
        (Kind.READ, bytes(4) + b"\x01\x01", Result.BAD_LENGTH),  # the high byte counts too
        (Kind.WRITE, b"", Result.BAD_LENGTH),
        (Kind.WRITE, bytes(3), Result.BAD_LENGTH),
        (Kind.WRITE, bytes(4), Result.BAD_LENGTH),
        (Kind.WRITE, bytes(6), Result.BAD_LENGTH),
        (Kind.WRITE, bytes(9), Result.BAD_LENGTH),
        (Kind.WRITE, bytes(24), Result.BAD_LENGTH),  # fits the buffer, but not a burst
        (0, bytes(6), Result.BAD_KIND),
        (4, b"", Result.BAD_KIND),
        (Kind.FIRST, bytes(6), Result.BAD_LENGTH),
        (0x7F, bytes(8), Result.BAD_KIND),
        (Kind.READ | 0x80, bytes(4) + b"\x01\x00", Result.BAD_KIND),
    ]
    bench = Bench(stalls)
    bench.run(
        *(coded(seal(kind, n, body)) for n, (kind, body, _) in enumerate(bodies)),
        coded(read(99, 0, 1)),
    )
    assert bench.replies == [
        *(reply(kind, n, result) for n, (kind, _, result) in enumerate(bodies)),
        reply(Kind.READ, 99, Result.OK, 0xFFFF_FFFF),
    ]
    assert bench.accesses == [(0, 0)]
    assert bench.frames_bad == 0


@every_stall
def test_bad_frames_are_counted_and_the_next_one_works(stalls: Stalls) -> None:
    good = coded(seal(Kind.FIRST, 7, write(0, 8, 9)[3:-4]))
    flipped = bytearray(good)
    flipped[4] ^= 0x20
    bench = Bench(stalls)
    bench.run(
        bytes(flipped),
        good,
        good[:6] + b"\0",
        good,
        b"\x03noise" + b"\0" + good,
        b"\x41" * 70 + b"\0",
        good,
        silent=(0, 2, 5),
    )
    assert bench.replies == [reply(Kind.FIRST, 7, Result.OK)] * 4
    assert bench.frames_bad == 4
    assert bench.memory == {8: 9}


def test_requests_wait_in_a_queue_and_those_beyond_it_are_counted() -> None:
    bench = Bench(Stalls(sink=0.97))
    first, *more = (coded(read(seq, 16 + seq, 4)) for seq in range(1, QUEUE_FRAMES + 3))
    bench.run(
        first + bytes(60) + b"".join(more),
        *[b""] * QUEUE_FRAMES,
        coded(read(99, 20, 1)),
        limit=60_000,
    )
    numbers = [
        int.from_bytes(answer[1:3], "little") for answer in bench.replies if answer[3] == Result.OK
    ]
    # The first one has left the queue when the others come.
    assert numbers == [*range(1, QUEUE_FRAMES + 2), 99]
    assert bench.frames_bad == 1


@every_stall
def test_writes_are_done_once_and_in_their_order(stalls: Stalls) -> None:
    """Lost, repeated, early and late ones; reads at any time; refused ones do not count."""
    bench = Bench(stalls)
    first = coded(seal(Kind.FIRST, 0xFFFE, write(0, 8, 10)[3:-4]))
    bench.run(
        coded(write(1, 8, 1)),  # early
        coded(write(0, 8, 2)),
        coded(write(0, 8, 3)),  # repeated
        coded(write(0x100, 8, 3)),
        coded(read(0, 8, 1)),
        coded(write(1, 0x30, 4)),  # refused
        coded(write(1, 8, 5)),
        coded(write(2, 9, 6)) + coded(write(3, 10, 7)),
        b"",
        first,
        coded(write(0xFFFF, 8, 11)),
        coded(write(0, 8, 12)),
        coded(write(0xFFFE, 8, 13)),  # late
        coded(read(7, 8, 3)),
    )
    results = [
        *(Result.OUT_OF_ORDER, Result.OK, Result.OUT_OF_ORDER, Result.OUT_OF_ORDER, Result.OK),
        *(Result.BAD_ADDRESS, Result.OK, Result.OK, Result.OK),
        *(Result.OK, Result.OK, Result.OK, Result.OUT_OF_ORDER, Result.OK),
    ]
    assert [answer[3] for answer in bench.replies] == results
    assert bench.replies[4] == reply(Kind.READ, 0, Result.OK, 2)
    assert bench.replies[-1] == reply(Kind.READ, 7, Result.OK, 12, 6, 7)
    assert [address for is_write, address in bench.accesses if is_write] == [
        *(8, 0x30, 8, 9, 10, 8, 8, 8)
    ]
    assert bench.frames_bad == 0


@pytest.mark.parametrize("burst_words", [1, 64])
def test_longest_burst(burst_words: int) -> None:
    rng = random.Random(12)
    words = [rng.choice((0, rng.getrandbits(32))) for _ in range(burst_words)]
    bench = Bench(burst_words=burst_words)
    clocks = bench.run(coded(write(0, BASE, *words)), coded(read(2, BASE, burst_words)))
    assert bench.replies[1] == reply(Kind.READ, 2, Result.OK, *words)
    assert bench.frames_bad == 0
    # Bytes in, out of the buffer, accesses (a wait each), reply, stuffing.
    assert clocks < 300 + burst_words * (2 * 4 + 3 * 4 + 2 + 5 + 4 * 4)


def test_parameters_are_checked() -> None:
    for burst_words in (0, 1 << 16):
        assert_refused(
            lambda burst_words=burst_words: Executor(burst_words, 1 << 20),
            f"burst_words is {burst_words}, .* 1 to 32768; choose a value",
        )
    assert_refused(
        lambda: Executor(4, 23), "depth is 23 bytes, but must exceed the 23 .* 4 words; choose"
    )
