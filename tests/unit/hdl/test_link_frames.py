import random
from types import SimpleNamespace
from typing import Any

import pytest
from cobs import cobs

from glauber.hdl.facts.frames import seal, unseal
from glauber.hdl.link.receiver import FrameReceiver
from glauber.hdl.link.transmitter import FrameTransmitter
from support.refusal import assert_refused
from support.streams import STALLS, Stalls, collect, every_stall, put, put_all, simulate, wait

DEPTH = 32


def coded(frame: bytes) -> bytes:
    return cobs.encode(frame) + b"\0"


def good(size: int, seed: int = 1) -> bytes:
    """A sealed frame of `size` bytes."""
    return seal(size, seed, random.Random(seed).randbytes(size - 6))


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
    contents = [rng.randbytes(n) for n in (2, 3, 7, 40)] + [bytes(9), b"\xff" * 9]
    expected = b"".join(coded(seal(c[0], c[1], c[2:])) for c in contents)
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
    frames = [good(size, seed) for seed, size in enumerate((6, 7, 12, 31, DEPTH, 6))]
    assert receive([coded(frame) for frame in frames], stalls) == [f[:-4] for f in frames]


@every_stall
def test_receiver_drops_bad_frames_and_recovers(stalls: Stalls) -> None:
    frame = good(12)
    unstuffed = coded(seal(1, 2, b"abc"))
    assert unstuffed[0] == 10, "the frame must be one block"
    pieces = [
        coded(frame),
        coded(frame[:5] + bytes([frame[5] ^ 0x40]) + frame[6:]),  # a wrong byte
        coded(frame),
        coded(frame)[:7] + b"\0",  # truncated
        coded(frame),
        coded(good(DEPTH + 1)),  # too long
        coded(good(6)),
        coded(good(DEPTH * 3)),  # much too long
        coded(frame),
        bytes([unstuffed[0] + 1])
        + unstuffed[1:],  # all bytes are there, but the block is not whole
        b"\x05\x01\x02\x00",  # garbage, broken stuffing
        b"\x01\x00",  # a frame without bytes
        coded(b"\x00\x00\x00\x00"),  # the checksum of nothing, without anything
        coded(b"a" + b"\x43\xbe\xb7\xe8"),  # a good checksum, but only half a head
        coded(frame),
    ]
    assert unseal(b"a\x43\xbe\xb7\xe8") is None
    assert receive(pieces, stalls) == [
        *(frame[:-4], None, frame[:-4], None, frame[:-4], None, good(6)[:-4], None, frame[:-4]),
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
        expected.append(None if request is None else bytes(request[:2]) + request[2])
        pieces.append(bytes(piece) + b"\0")
    assert 5 < expected.count(None) < len(expected) - 5
    assert receive(pieces, STALLS["none"]) == expected


def test_receiver_ignores_delimiters_between_frames() -> None:
    frame = good(9)
    assert receive([b"\0\0\0" + coded(frame), b"\0" + coded(frame) + b"\0\0"], Stalls()) == [
        frame[:-4],
        frame[:-4],
    ]


def test_receiver_drops_frames_while_one_is_held() -> None:
    """The held frame stays whole, frames that lose a byte are counted, the next one is good."""
    dut: Any = FrameReceiver(DEPTH)
    first, last = good(20, 1), good(16, 2)
    bad = 0
    log: list[Any] = []

    async def count(ctx: Any) -> None:
        nonlocal bad
        while True:
            *_, pulse = await ctx.tick().sample(dut.bad)
            bad += pulse

    async def drive(ctx: Any) -> None:
        async def send(data: bytes) -> None:
            for byte in data:
                await put(ctx, dut.i, byte)

        async def take() -> bytes:
            content = bytearray()
            ctx.set(dut.o.ready, 1)
            while True:
                *_, valid, byte = await ctx.tick().sample(dut.o.valid, dut.o.payload)
                if valid:
                    content.append(byte.data)
                    if byte.last:
                        ctx.set(dut.o.ready, 0)
                        return bytes(content)

        await send(coded(first))
        await send(coded(good(8, 3)) + coded(good(30, 4)))
        await wait(ctx, 4)
        log.append(bad)
        middle = coded(good(12, 5))
        await send(middle[:6])
        log.append(await take())
        await send(middle[6:])  # its beginning is lost
        await wait(ctx, 4)
        log.append(bad)
        await send(coded(last))
        log.append(await take())
        await wait(ctx, 4)
        log.append(bad)

    simulate(dut, drive, limit=1000, background=[count])
    assert log == [2, first[:-4], 3, last[:-4], 3]


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
