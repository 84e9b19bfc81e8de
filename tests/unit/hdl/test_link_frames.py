import random
import zlib
from types import SimpleNamespace
from typing import Any

import pytest
from cobs import cobs

from glauber.hdl.facts.frames import QUEUE_FRAMES, seal, unseal
from glauber.hdl.link.receiver import FrameReceiver
from glauber.hdl.link.transmitter import FrameTransmitter
from support.refusal import assert_refused
from support.streams import STALLS, Stalls, collect, every_stall, put, put_all, simulate, wait

DEPTH = 32


def coded(frame: bytes) -> bytes:
    return cobs.encode(frame) + b"\0"


def good(size: int, seed: int = 1) -> bytes:
    """A sealed frame of `size` bytes."""
    return seal(size, seed, random.Random(seed).randbytes(size - 7))


def receive(pieces: list[bytes], stalls: Stalls) -> list[bytes | None]:
    """The content of good frames, and None for each bad one, in the order of their end.

    The outcome of each piece is awaited before the next one is sent.
    """
    dut: Any = FrameReceiver(DEPTH)
    rng = random.Random(8)
    outcomes: list[bytes | None] = []
    content = bytearray()

    async def source(ctx: Any) -> None:
        for n, piece in enumerate(pieces):
            for byte in piece:
                while rng.random() < stalls.source:
                    await ctx.tick()
                await put(ctx, dut.i, byte)
            while len(outcomes) <= n:
                await ctx.tick()
        await wait(ctx, 200)

    async def sink(ctx: Any) -> None:
        took = True
        while True:
            ctx.set(dut.o.ready, rng.random() >= stalls.sink)
            *_, taken, byte, length, bad, takes = await ctx.tick().sample(
                dut.o.valid & dut.o.ready, dut.o.payload, dut.length, dut.bad, dut.i.ready
            )
            assert takes or took
            took = takes
            if bad:
                outcomes.append(None)
            if taken:
                content.append(byte.data)
                assert length >= len(content)
                assert byte.last == (length == len(content))
                if byte.last:
                    outcomes.append(bytes(content))
                    content.clear()

    simulate(dut, source, limit=20_000, watched=[dut.o], background=[sink])
    assert not content
    return outcomes


@every_stall
def test_transmitter_matches_the_facts(stalls: Stalls) -> None:
    dut: Any = FrameTransmitter()
    rng = random.Random(9)
    contents = [rng.randbytes(n) for n in (3, 4, 7, 40)] + [bytes(9), b"\xff" * 9]
    expected = b"".join(
        coded(seal(c[0], int.from_bytes(c[1:3], "little"), c[3:])) for c in contents
    )
    out: list[int] = []
    payloads = [
        {"data": byte, "last": n == len(c) - 1} for c in contents for n, byte in enumerate(c)
    ]
    simulate(
        dut,
        put_all(dut.i, payloads, stalls.source),
        collect(dut.o, out, len(contents), counts=lambda byte: byte == 0, stall=stalls.sink),
        limit=5000,
        watched=[dut.o],
    )
    assert bytes(out) == expected


@every_stall
def test_receiver_offers_good_frames(stalls: Stalls) -> None:
    frames = [good(size, seed) for seed, size in enumerate((7, 8, 12, DEPTH - 1, 30, 7))]
    assert receive([coded(frame) for frame in frames], stalls) == [f[:-4] for f in frames]


@every_stall
def test_receiver_drops_bad_frames_and_recovers(stalls: Stalls) -> None:
    frame = good(12)
    unstuffed = coded(seal(1, 0x202, b"abc"))
    assert unstuffed[0] == 11, "the frame must be one block"
    pieces = [
        coded(frame),
        coded(frame[:5] + bytes([frame[5] ^ 0x40]) + frame[6:]),  # a wrong byte
        coded(frame),
        coded(frame)[:7] + b"\0",  # truncated
        coded(frame),
        coded(good(DEPTH)),  # too long
        coded(good(7)),
        coded(good(DEPTH * 3)),  # much too long
        coded(frame),
        bytes([unstuffed[0] + 1])
        + unstuffed[1:],  # all bytes are there, but the block is not whole
        b"\x05\x01\x02\x00",  # garbage, broken stuffing
        b"\x01\x00",  # a frame without bytes
        coded(b"\x00\x00\x00\x00"),  # the checksum of nothing, without anything
        coded(b"ab" + zlib.crc32(b"ab").to_bytes(4, "little")),  # not even a head
        coded(frame),
    ]
    assert receive(pieces, stalls) == [
        *(frame[:-4], None, frame[:-4], None, frame[:-4], None, good(7)[:-4], None, frame[:-4]),
        *(None, None, None, None, None, frame[:-4]),
    ]


def test_receiver_agrees_with_unseal_on_flipped_bits() -> None:
    rng = random.Random(10)
    pieces, expected = [], []
    for _ in range(40):
        piece = bytearray(coded(good(10, rng.randrange(9)))[:-1])
        if rng.random() < 0.7:
            piece[rng.randrange(len(piece))] ^= 1 << rng.randrange(8)
        if 0 in piece:
            continue
        try:
            request = unseal(cobs.decode(bytes(piece)))
        except cobs.DecodeError:
            request = None
        expected.append(None if request is None else cobs.decode(bytes(piece))[:-4])
        pieces.append(bytes(piece) + b"\0")
    assert 5 < expected.count(None) < len(expected) - 5
    assert receive(pieces, STALLS["none"]) == expected


def test_receiver_ignores_delimiters_between_frames() -> None:
    frame = good(9)
    assert receive([b"\0\0\0" + coded(frame), b"\0" + coded(frame) + b"\0\0"], Stalls()) == [
        frame[:-4],
        frame[:-4],
    ]


@every_stall
def test_receiver_queues_frames_until_one_finds_no_room(stalls: Stalls) -> None:
    """Frames that wait stay whole; those that find no room are counted; the next ones are good."""
    dut: Any = FrameReceiver(64)
    rng = random.Random(8)
    bad = 0
    taken: list[bytes] = []

    async def count(ctx: Any) -> None:
        nonlocal bad
        while True:
            *_, pulse = await ctx.tick().sample(dut.bad)
            bad += pulse

    async def drive(ctx: Any) -> None:
        async def send(*frames: bytes) -> None:
            for byte in b"".join(map(coded, frames)):
                while rng.random() < stalls.source:
                    await ctx.tick()
                await put(ctx, dut.i, byte)
            await wait(ctx, 6)

        async def take(frames: int) -> None:
            content = bytearray()
            while frames:
                ctx.set(dut.o.ready, rng.random() >= stalls.sink)
                *_, took, byte, length = await ctx.tick().sample(
                    dut.o.valid & dut.o.ready, dut.o.payload, dut.length
                )
                if took:
                    content.append(byte.data)
                    assert byte.last == (len(content) == length)
                if took and byte.last:
                    taken.append(bytes(content))
                    content.clear()
                    frames -= 1
            ctx.set(dut.o.ready, 0)

        for turn in range(8):  # the ring begins at another place each time
            sizes = (20, 30, 13)  # the ring holds 63 bytes
            waiting = [good(size, 10 * turn + size) for size in sizes]
            assert bad == 3 * turn
            await send(*waiting[:2], good(14, 90), waiting[2], good(7, 91))
            assert bad == 3 * turn + 2
            await take(1)
            await send(good(21, 92))
            assert bad == 3 * turn + 3
            await send(good(20, 93))
            await take(3)
            expected = [frame[:-4] for frame in (*waiting, good(20, 93))]
            assert taken == expected
            taken.clear()
        many = [good(7 + n, n) for n in range(QUEUE_FRAMES + 1)]
        await send(*many)
        assert bad == 25
        await take(QUEUE_FRAMES)
        assert taken == [frame[:-4] for frame in many[:-1]]

    simulate(dut, drive, limit=60_000, background=[count])
    assert bad == 25


def test_depth_is_checked() -> None:
    for depth in (0, 4, 24, 1 << 21):
        assert_refused(
            lambda depth=depth: FrameReceiver(depth), f"depth in bytes is {depth}, .*power of two"
        )


def test_streams_are_watched() -> None:
    """The contract check of these tests finds a stream that withdraws what it offered."""
    dut: Any = FrameTransmitter()

    async def withdraw(ctx: Any) -> None:
        ctx.set(dut.o.ready, 0)
        ctx.set(dut.i.valid, 1)
        await ctx.tick()
        ctx.set(dut.i.valid, 0)
        await wait(ctx, 2)

    never = SimpleNamespace(valid=dut.i.valid, ready=dut.o.ready, payload=dut.i.payload.data)
    with pytest.raises(AssertionError, match="withdrew"):
        simulate(dut, withdraw, limit=10, watched=[never])
