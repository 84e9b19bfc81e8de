import random
from typing import Any

import pytest
from cobs import cobs

from glauber.hdl.link.cobs import CobsDecoder, CobsEncoder
from support.streams import PATIENCE, STALLS, Stalls, collect, every_stall, put_all, simulate

# The lengths around which blocks end and begin.
EDGES = [253, 254, 255]
SHORT = [bytes(n) for n in (1, 2, 3)] + [
    b"\x01",
    b"\xff",
    b"\x00\x01",
    b"\x01\x00",
    b"\x01\x00\x02",
]
LONG = (
    [bytes(range(1, 255)) * 4, bytes(range(1, 255)) * 2 + b"\x00"]
    + [b"\x05" * n for n in EDGES]
    + [b"\x05" * n + b"\x00" for n in EDGES]
    + [b"\x00" + b"\x05" * n for n in EDGES]
    + [b"\x07" * 254 + b"\x00" + b"\x07" * 254, bytes(40)]
)


def random_frames(seed: int, count: int, longest: int) -> list[bytes]:
    rng = random.Random(seed)
    return [
        bytes(
            rng.choice((0, rng.randrange(256), rng.randrange(1, 256)))
            for _ in range(rng.randrange(1, longest))
        )
        for _ in range(count)
    ]


def encode(frames: list[bytes], stalls: Stalls, limit: int) -> tuple[bytes, int]:
    """What the gates make of the frames, and the clocks that they take."""
    dut: Any = CobsEncoder()
    out: list[int] = []
    payloads = [
        {"data": byte, "last": n == len(frame) - 1}
        for frame in frames
        for n, byte in enumerate(frame)
    ]
    clocks = simulate(
        dut,
        put_all(dut.i, payloads, stalls.source),
        collect(dut.o, out, len(frames), counts=lambda byte: byte == 0, stall=stalls.sink),
        limit=limit,
        watched=[dut.o],
    )
    return bytes(out), clocks - PATIENCE


def decode(coded: bytes, stalls: Stalls, ends: int) -> list[bytes | None]:
    """What the gates make of coded bytes with `ends` frames: their content, or None if not good."""
    dut: Any = CobsDecoder()
    tokens: list[Any] = []
    simulate(
        dut,
        put_all(dut.i, coded, stalls.source),
        collect(dut.o, tokens, ends, counts=lambda token: bool(token.end), stall=stalls.sink),
        limit=20 * len(coded),
        watched=[dut.o],
    )
    frames: list[bytes | None] = []
    content = bytearray()
    for token in tokens:
        if token.end:
            frames.append(bytes(content) if token.good else None)
            content.clear()
        else:
            content.append(token.data)
    return frames


def reference(frames: list[bytes]) -> bytes:
    return b"".join(cobs.encode(frame) + b"\0" for frame in frames)


@every_stall
def test_encoder_matches_the_package(stalls: Stalls) -> None:
    frames = SHORT + random_frames(3, 8, 30) + [b"\x09" * 255]
    assert encode(frames, stalls, 40_000)[0] == reference(frames)


def test_encoder_matches_the_package_on_long_frames() -> None:
    assert encode(LONG, STALLS["none"], 40_000)[0] == reference(LONG)


def test_encoder_throughput() -> None:
    frames = random_frames(5, 1, 600)
    coded, clocks = encode(frames, STALLS["none"], 4000)
    assert clocks <= 4 * len(coded) + 4


@every_stall
def test_decoder_matches_the_package(stalls: Stalls) -> None:
    frames = SHORT + random_frames(6, 8, 30) + [b"\x09" * 255]
    assert decode(reference(frames), stalls, len(frames)) == frames


def test_decoder_matches_the_package_on_long_frames() -> None:
    assert decode(reference(LONG), STALLS["none"], len(LONG)) == LONG


def test_decoder_skips_empty_frames() -> None:
    assert decode(b"\0\0\0" + reference([b"a"]) + b"\0\0" + reference([b"b"]), Stalls(), 2) == [
        b"a",
        b"b",
    ]


@every_stall
def test_decoder_finds_broken_stuffing_like_the_package(stalls: Stalls) -> None:
    rng = random.Random(7)
    pieces = [bytes(rng.randrange(1, 5) for _ in range(rng.randrange(1, 9))) for _ in range(60)]
    expected: list[bytes | None] = []
    for piece in pieces:
        try:
            expected.append(cobs.decode(piece))
        except cobs.DecodeError:
            expected.append(None)
    assert 10 < expected.count(None) < 50
    assert decode(b"\0".join(pieces) + b"\0", stalls, len(pieces)) == expected


def test_time_out_raises() -> None:
    with pytest.raises(TimeoutError, match="not ended after 50 clocks"):
        encode([b"abc" * 100], STALLS["none"], 50)
