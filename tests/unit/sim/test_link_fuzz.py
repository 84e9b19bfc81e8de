"""Arbitrary bytes into the gates: they answer as the model, and a good request is always heard."""

import pytest
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from glauber.hdl.facts.frames import REPLY_FLAG, Kind, seal, unseal
from glauber.hdl.facts.header import Header
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine
from support.short_runs import PARAMS, open_gates

# No `RUN`: the model's runs take no time, those of the gates do.
ADDRESSES = (
    0,
    Register.STOP,
    Register.ROW_COUNT,
    Register.HEALTH,
    Register.WRITES,
    region_base(Region.STATES),
    region_base(Region.SEEDS) - 1,
    region_base(Region.PROGRAM),
    (1 << 32) - 1,
)
MARK = 0xB0B
PATIENCE = 500  # looks at the machine

words = st.integers(0, (1 << 32) - 1).map(lambda word: word.to_bytes(4, "little"))
addresses = st.sampled_from(ADDRESSES).map(lambda address: int(address).to_bytes(4, "little"))
bodies = st.one_of(
    st.binary(max_size=40),
    st.tuples(addresses, st.integers(0, 10).map(lambda n: n.to_bytes(2, "little"))).map(b"".join),
    st.tuples(addresses, words).map(b"".join),
    st.tuples(addresses, words, words, words).map(b"".join),
)
frames = st.builds(seal, st.sampled_from((0, 1, 2, 2, 3, 4, 0x82)), st.integers(0, 3), bodies)
good = frames.map(lambda frame: cobs.encode(frame) + b"\0")


@st.composite
def harmed(draw):
    """A frame in which one byte is another one, is missing or stands twice."""
    frame = draw(good)
    place = draw(st.integers(0, len(frame) - 1))
    middle = draw(st.one_of(st.binary(max_size=2), st.just(frame[place : place + 1] * 2)))
    return frame[:place] + middle + frame[place + 1 :]


# At most as many good frames as wait in the queue.
garbage = st.tuples(
    *[st.one_of(st.binary(max_size=30), harmed(), good)] * 3, st.binary(max_size=200)
).map(b"".join)


@pytest.fixture(scope="module")
def gates():
    transport = open_gates()
    yield transport
    transport.close()


def answers(transport, data):
    """The replies to `data` and to a read of all registers behind it, which must come."""
    count = len(Header) + len(Register)
    transport.write(data + b"\0")
    for start in range(0, count, PARAMS.burst_words):
        size = min(PARAMS.burst_words, count - start)
        body = start.to_bytes(4, "little") + size.to_bytes(2, "little")
        transport.write(cobs.encode(seal(Kind.READ, MARK + start, body)) + b"\0")
        yield from _until(transport, MARK + start)


def _until(transport, mark):
    received = b""
    for _ in range(PATIENCE):
        received += transport.read(0.0)
        whole = received.split(b"\0")[:-1]
        contents = [unseal(cobs.decode(frame)) for frame in whole]
        found = [content for content in contents if content is not None]
        assert found == contents, "the device sent a damaged frame"
        if found and found[-1][:2] == (Kind.READ | REPLY_FLAG, mark):
            return found
    raise AssertionError("a good request behind garbage was not answered")


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(data=garbage)
def test_the_gates_answer_any_bytes_as_the_model_does(gates, data):
    gates.simulation.reset()
    model = Endpoint(ModelMachine(PARAMS, threads=1))
    assert list(answers(gates, data)) == list(answers(model, data))


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(data=st.binary(max_size=400))
def test_noise_does_nothing_to_the_gates(gates, data):
    gates.simulation.reset()
    assert registers(gates, data) == registers(Endpoint(ModelMachine(PARAMS, threads=1)), b"")


def registers(transport, data):
    """What the read behind `data` finds, but for the count of bad frames."""
    bodies = [body for _, mark, body in answers(transport, data) if mark >= MARK]
    size = 4 * PARAMS.burst_words  # the burst that has a word which cannot be read is refused
    words = b"".join(body[1:].ljust(size, b"\0") for body in bodies)
    place = 4 * Register.FRAMES_BAD
    return words[:place] + words[place + 4 :]
