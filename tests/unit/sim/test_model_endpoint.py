import dataclasses
import random
import time

import numpy as np
import pytest
from cobs import cobs

from glauber.hdl.facts.frames import (
    REPLY_FLAG,
    Kind,
    Result,
    frame_bytes,
    queue_bytes,
    seal,
    unseal,
)
from glauber.hdl.facts.header import MAGIC
from glauber.hdl.facts.regions import Region, region_base
from glauber.sim.model.endpoint import Endpoint, open_model
from support.fake_machine import SMALL, FakeMachine

STATES = region_base(Region.STATES)


@pytest.fixture
def machine():
    return FakeMachine()


@pytest.fixture
def endpoint(machine):
    return Endpoint(machine, "model:")


def frame(kind, seq, body):
    return cobs.encode(seal(kind, seq, body)) + b"\0"


def address(number):
    return number.to_bytes(4, "little")


def read_request(where, count, seq=1):
    return frame(Kind.READ, seq, address(where) + count.to_bytes(2, "little"))


def replies(endpoint):
    frames = endpoint.read(0.0).split(b"\0")
    assert frames.pop() == b""
    contents = [unseal(cobs.decode(coded)) for coded in frames]
    assert None not in contents
    return [content for content in contents if content is not None]


def test_a_read_is_answered_with_its_words(endpoint):
    endpoint.write(read_request(0, 1, seq=0xABCD))
    assert replies(endpoint) == [
        (Kind.READ | REPLY_FLAG, 0xABCD, bytes((Result.OK,)) + MAGIC.to_bytes(4, "little"))
    ]
    assert endpoint.read(0.0) == b""


def test_a_write_is_done_and_answered(endpoint, machine):
    endpoint.write(frame(Kind.WRITE, 0, address(STATES) + b"\x01\x02\x03\x04\xff\0\0\x80"))
    assert replies(endpoint) == [(Kind.WRITE | REPLY_FLAG, 0, bytes((Result.OK,)))]
    assert machine.memory[Region.STATES][:3].tolist() == [0x04030201, 0x800000FF, 0]
    assert machine.memory[Region.STATES].dtype == np.uint32


def test_the_result_of_the_machine_is_passed_on_without_words(endpoint):
    endpoint.write(read_request(5000, 2))
    assert replies(endpoint) == [(Kind.READ | REPLY_FLAG, 1, bytes((Result.BAD_ADDRESS,)))]


@pytest.mark.parametrize("kind", [0, 4, 0x7F])
def test_an_unknown_kind_is_refused(endpoint, kind):
    endpoint.write(frame(kind, 9, b"\1\2\3"))
    assert replies(endpoint) == [(kind | REPLY_FLAG, 9, bytes((Result.BAD_KIND,)))]


def test_a_reply_is_no_request(endpoint, machine):
    endpoint.write(frame(Kind.READ | REPLY_FLAG, 9, address(0) + b"\1\0"))
    assert replies(endpoint) == [(Kind.READ | REPLY_FLAG, 9, bytes((Result.BAD_KIND,)))]
    assert machine.log == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Kind.READ, b""),
        (Kind.READ, address(0) + b"\1"),
        (Kind.READ, address(0) + b"\1\0\0"),
        (Kind.READ, address(0) + b"\0\0"),
        (Kind.READ, address(0) + bytes((SMALL.burst_words + 1, 0))),
        (Kind.READ, address(0) + b"\0\1"),
        (Kind.WRITE, b"\0\0"),
        (Kind.WRITE, address(STATES)),
        (Kind.WRITE, address(STATES) + b"\1\1\1"),
        (Kind.WRITE, address(STATES) + b"\1\1\1\1\1"),
    ],
)
def test_a_wrong_length_is_refused_and_does_nothing(endpoint, machine, kind, body):
    endpoint.write(frame(kind, 9, body))
    assert replies(endpoint) == [(kind | REPLY_FLAG, 9, bytes((Result.BAD_LENGTH,)))]
    assert not machine.memory[Region.STATES].any()
    assert machine.bad_frames == 0


def test_the_longest_burst_is_legal(endpoint):
    endpoint.write(read_request(STATES, SMALL.burst_words))
    assert replies(endpoint)[0][2][0] == Result.OK
    endpoint.write(frame(Kind.WRITE, 0, address(STATES) + b"\1" * 4 * SMALL.burst_words))
    assert replies(endpoint)[0][2][0] == Result.OK


@pytest.mark.parametrize("burst_words", [1, 5, 6, 30, 62])
def test_a_long_write_is_refused_if_the_gates_can_hold_it_and_else_dropped(burst_words):
    machine = FakeMachine(dataclasses.replace(SMALL, burst_words=burst_words))
    endpoint = Endpoint(machine)
    held = queue_bytes(machine.params)
    assert held > 2 * frame_bytes(machine.params) - 1
    for size in range(frame_bytes(machine.params), held + 9):
        bad = machine.bad_frames
        content = seal(Kind.FIRST, 1, address(STATES) + b"\1" * (size - 11))
        assert len(content) == size
        endpoint.write(cobs.encode(content) + b"\0")
        answers = replies(endpoint)
        if size > held:
            assert answers == []
        else:
            legal = size == frame_bytes(machine.params)
            assert answers[0][2][0] == (Result.OK if legal else Result.BAD_LENGTH)
        assert machine.bad_frames - bad == (size > held)


def test_writes_are_done_once_and_in_their_order(endpoint, machine):
    def write(seq, word, *, kind=Kind.WRITE, where=STATES):
        endpoint.write(frame(kind, seq, address(where) + word.to_bytes(4, "little")))
        ((_, number, body),) = replies(endpoint)
        assert number == seq
        return Result(body[0])

    states = machine.memory[Region.STATES]
    assert write(1, 1) is Result.OUT_OF_ORDER
    assert write(0, 2) is Result.OK
    assert write(0, 3) is Result.OUT_OF_ORDER
    assert write(256, 3) is Result.OUT_OF_ORDER
    assert (states[0], machine.writes) == (2, 1)
    assert write(1, 4, where=STATES + 5000) is Result.BAD_ADDRESS
    assert machine.writes == 1
    assert write(0xFFFE, 5, kind=Kind.FIRST) is Result.OK
    assert [write(seq, 6 + seq) for seq in (0xFFFF, 0)] == [Result.OK] * 2
    assert write(0xFFFE, 8) is Result.OUT_OF_ORDER
    assert (states[0], machine.writes) == (6, 1)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x01\0",  # stuffed nothing
        b"\x05\1\0",  # breaks off inside a block
        read_request(0, 1)[:5] + b"\0",
        cobs.encode(b"abcde") + b"\0",  # too short
        cobs.encode(seal(1, 1, address(0) + b"\1\0")[:-1] + b"\x55") + b"\0",
        b"\x55" * 100_000 + b"\0",
    ],
)
def test_a_bad_frame_is_counted_and_dropped(endpoint, machine, garbage):
    endpoint.write(garbage)
    assert endpoint.read(0.0) == b""
    assert machine.bad_frames == 1
    endpoint.write(read_request(0, 1))
    assert len(replies(endpoint)) == 1


def test_empty_frames_are_nothing(endpoint, machine):
    endpoint.write(b"\0\0\0" + read_request(0, 1) + b"\0")
    assert len(replies(endpoint)) == 1
    assert machine.bad_frames == 0


@pytest.mark.parametrize("seed", range(4))
def test_bytes_may_come_in_any_pieces(seed):
    data = b"".join(read_request(0, 1 + seq % 5, seq) for seq in range(40))
    whole, pieces = Endpoint(FakeMachine()), Endpoint(FakeMachine())
    whole.write(data)
    rng, start = random.Random(seed), 0
    while start < len(data):
        size = rng.randrange(1, 30)
        pieces.write(data[start : start + size])
        start += size
    answers = replies(whole)
    assert answers == replies(pieces)
    assert [seq for _, seq, _ in answers] == list(range(40))


def test_memory_for_an_endless_frame_is_bounded(endpoint):
    for _ in range(1000):
        endpoint.write(b"\x55" * 1000)
    assert len(endpoint._requests) < 1000


def test_close_forgets(endpoint):
    endpoint.write(read_request(0, 1) + b"\x55")
    endpoint.close()
    assert endpoint.read(0.0) == b""
    endpoint.write(read_request(0, 1))
    assert len(replies(endpoint)) == 1


def test_open_model_gives_the_model_of_these_parameters():
    endpoint = open_model(SMALL, "model:?lanes=2", 1)
    assert endpoint.name == "model:?lanes=2"
    assert endpoint.time_scale == 1.0
    assert endpoint.machine.params == SMALL
    endpoint.write(read_request(0, 1))
    assert replies(endpoint)[0][2][1:] == MAGIC.to_bytes(4, "little")


def test_a_pause_lasts_until_the_machine_has_nothing_to_do():
    endpoint = open_model(SMALL, "model:", 1)
    begin = time.monotonic()
    endpoint.pause(30)
    assert time.monotonic() - begin < 20
