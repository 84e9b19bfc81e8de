import itertools
import re

import numpy as np
import pytest
from cobs import cobs

from glauber.hdl.facts.frames import REPLY_FLAG, SEQ_COUNT, Kind, Result, seal, unseal
from glauber.hdl.facts.regions import Region, region_base
from glauber.host.errors import DeviceError, DeviceRefusedError, DeviceSilentError, FactError
from glauber.host.link import Link
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import FakeMachine, FaultyTransport, ScriptedTransport

STATES = region_base(Region.STATES)


def requests(data):
    """The requests in what was sent."""
    contents = [unseal(cobs.decode(frame)) for frame in data.split(b"\0") if frame]
    assert None not in contents
    return [content for content in contents if content is not None]


def reply(kind, seq, body):
    return cobs.encode(seal(kind | REPLY_FLAG, seq, body)) + b"\0"


def ok(data, words=b"\x01\0\0\0"):
    """A right answer to a read of one word."""
    ((kind, seq, _),) = requests(data)
    return reply(kind, seq, bytes((Result.OK,)) + words)


def scripted(*answers):
    """A link to a device that gives these answers one after another, then none."""
    left = list(answers)
    return Link(ScriptedTransport(lambda data: left.pop(0)(data) if left else b""))


@pytest.mark.parametrize("burst", [1, 3, 5])
@pytest.mark.parametrize("count", [1, 5, 6, 17])
def test_words_come_back_in_bursts(burst, count):
    machine = FakeMachine()
    link = Link(Endpoint(machine))
    link.burst_words = burst
    words = np.arange(count, dtype=np.uint32) * 0x01010101
    link.write(STATES + 2, words)
    assert machine.memory[Region.STATES][2 : 2 + count].tolist() == words.tolist()
    assert link.read(STATES + 2, count).tolist() == words.tolist()
    assert link.retries == link.frames_bad == link.replies_stale == machine.bad_frames == 0


def test_nothing_to_do_sends_nothing():
    link = scripted()
    link.write(STATES, [])
    assert link.read(STATES, 0).tolist() == []
    assert link.bytes_out == 0


def test_bytes_are_counted():
    transport = ScriptedTransport(ok)
    link = Link(transport)
    assert link.read_word(7) == 1
    assert link.bytes_out == sum(map(len, transport.sent))
    assert link.bytes_in == len(ok(transport.sent[0]))
    assert link.counters()["bytes_in"] == link.bytes_in


def test_the_sequence_number_counts_and_wraps():
    seqs = []
    link = Link(ScriptedTransport(lambda data: seqs.append(requests(data)[0][1]) or ok(data)))
    link._mark = 0xFFF0
    for _ in range(40):
        link.read_word(0)
    assert min(seqs) == 0
    assert all((second - first) % SEQ_COUNT == 1 for first, second in itertools.pairwise(seqs))


def test_a_lost_request_is_sent_again_with_the_same_number_and_a_flush():
    link = scripted(lambda _: b"", ok)
    assert link.read_word(3) == 1
    first, second = link.transport.sent
    assert requests(first) == requests(second)
    assert second.startswith(b"\0")
    assert link.retries == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda frame: frame[:3] + bytes((frame[3] ^ 0x40,)) + frame[4:],
        lambda frame: frame[:4] + frame[5:],
        lambda frame: frame[:4] + frame[3:],
        lambda _: b"\xff\x01\0",
        lambda _: b"\x02\x07\0",
    ],
)
def test_a_damaged_reply_is_counted_and_asked_for_again(damage):
    link = scripted(lambda data: damage(ok(data)), ok)
    assert link.read_word(3) == 1
    assert (link.frames_bad, link.retries) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda kind, seq: reply(kind, seq + 1 & 0xFFFF, b"\0\x02\0\0\0"),
        lambda _, seq: reply(Kind.WRITE, seq, b"\0\x02\0\0\0"),
        lambda kind, seq: reply(kind, seq, b"\0\x02\0\0"),
        lambda kind, seq: reply(kind, seq, b""),
        lambda kind, seq: reply(kind, seq, b"\x04\0\0\0\0"),
        lambda kind, seq: cobs.encode(seal(kind, seq, b"\0\x02\0\0\0")) + b"\0",
    ],
)
def test_a_reply_to_something_else_is_dropped_and_counted(wrong):
    link = scripted(lambda data: wrong(*requests(data)[0][:2]) + ok(data))
    assert link.read_word(3) == 1
    assert (link.replies_stale, link.retries) == (1, 0)


def test_a_late_reply_is_still_taken_and_its_twin_dropped():
    late = []
    link = scripted(lambda data: late.append(ok(data)) or b"", lambda data: late[0] + ok(data), ok)
    assert link.read_word(3) == 1
    assert link.read_word(4) == 1
    assert (link.retries, link.replies_stale) == (1, 1)


def test_a_reply_in_pieces_is_put_together():
    class Slow(ScriptedTransport):
        def read(self, timeout):
            data = super().read(timeout)
            self._arrived = data[1:]
            return data[:1]

    link = Link(Slow(ok))
    assert link.read_word(3) == 1
    assert link.retries == 0


def test_a_stream_of_garbage_ends_in_an_error():
    class Garbage(ScriptedTransport):
        def read(self, timeout):
            assert 0 < timeout <= 0.16
            return b"\x55\x55\0"

    link = Link(Garbage(lambda _: b""), base_timeout=0.01)
    with pytest.raises(DeviceSilentError, match=r"bytes came back, with \d+ damaged frames.*baud"):
        link.read_word(0)


def test_silence_names_device_request_tries_and_remedy():
    link = scripted()
    with pytest.raises(
        DeviceSilentError,
        match=r"serial:/dev/fake gave no valid answer to the READ of 1 word at MAGIC \(0x0\), "
        r"asked 6 times in \d+\.\d\d s; nothing came back: check that the board has power",
    ):
        link.read_word(0)
    assert link.retries == 5


def test_time_outs_grow_and_scale():
    link = scripted()
    link.transport.time_scale = 10.0
    with pytest.raises(DeviceSilentError):
        link.read_word(0)
    timeouts = link.transport.timeouts
    assert timeouts == pytest.approx([2.5 * 1.5**n for n in range(6)], abs=0.5)


def test_time_outs_hold_the_time_on_the_line():
    link = scripted()
    link.transport.baud = 1000
    link.burst_words = 100
    with pytest.raises(DeviceSilentError):
        link.read(0, 100)
    first = link.transport.timeouts[0]
    assert 0.25 + 4.0 < first < 0.25 + 4.5  # 400 bytes of words alone take 4 s


@pytest.mark.parametrize(
    "result", [result for result in Result if result not in (Result.OK, Result.OUT_OF_ORDER)]
)
def test_a_refusal_names_the_result_and_its_meaning(result):
    def answer(data):
        ((kind, seq, _),) = requests(data)
        if kind == Kind.READ:
            return ok(data, b"\5\0\0\0")
        return reply(kind, seq, bytes((result,)))

    link = Link(ScriptedTransport(answer))
    with pytest.raises(DeviceRefusedError) as caught:
        link.write(STATES + 1, [1, 2])
    assert f"refused the WRITE of 2 words at STATES + 1 (0x40000001) with {result.name}: " in str(
        caught.value
    )
    assert result.meaning in str(caught.value)
    assert link.retries == 0


def test_an_unknown_result_is_a_refusal():
    link = scripted(lambda data: reply(*requests(data)[0][:2], b"\x63"))
    with pytest.raises(DeviceRefusedError, match="with result 99, which this host does not know"):
        link.read_word(0)


@pytest.mark.parametrize(("address", "bad"), [(-1, -1), (0xFFFFFFFF, 1 << 32)])
def test_addresses_outside_the_bus_are_refused(address, bad):
    link = scripted()
    with pytest.raises(FactError, match=f"an address is {bad}, outside its legal range"):
        link.read(address, 2)
    with pytest.raises(FactError, match=f"an address is {bad}, outside its legal range"):
        link.write(address, [1, 2])
    assert link.bytes_out == 0


@pytest.mark.parametrize("seed", range(6))
def test_on_a_bad_line_every_request_ends_right_or_in_an_error(seed):
    machine = FakeMachine()
    transport = FaultyTransport(Endpoint(machine), 1e-2, seed)
    link = Link(transport)
    shadow: list[int | None] = [None] * len(machine.memory[Region.STATES])
    right = failed = 0
    for number in range(600):
        address = transport.random.randrange(len(shadow) - 8)
        count = transport.random.randrange(1, 9)
        link.burst_words = transport.random.randrange(1, 6)
        try:
            if number % 2:
                words = [transport.random.getrandbits(32) for _ in range(count)]
                shadow[address : address + count] = [None] * count  # unknown until it is done
                link.write(STATES + address, words)
                shadow[address : address + count] = words
            else:
                found = link.read(STATES + address, count).tolist()
                known = shadow[address : address + count]
                assert all(
                    there is None or word == there for word, there in zip(found, known, strict=True)
                )
            right += 1
        except DeviceError:
            failed += 1
    assert right > 300
    assert transport.harmed > 100
    assert link.retries > 50
    assert link.frames_bad > 20
    assert machine.bad_frames > 20


@pytest.mark.parametrize("answer", [b"", b"\x55\x55\0"])
@pytest.mark.parametrize(
    ("name", "remedy", "foreign"),
    [
        (
            "socket://host:1",
            "what serves the device .*socket://HOST:PORT.time_scale=20",
            "power|baud",
        ),
        ("model:", "close the device and open it again", "power|baud"),
        ("serial:/dev/x", "Glauber image", "what serves|close the device"),
    ],
)
def test_the_remedy_for_silence_suits_the_transport(name, remedy, foreign, answer):
    link = Link(ScriptedTransport(lambda _: answer, name), base_timeout=0.001)
    with pytest.raises(DeviceSilentError, match=remedy) as caught:
        link.read_word(0)
    assert not re.search(foreign, str(caught.value))
