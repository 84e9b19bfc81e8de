"""Whatever a device says, the host ends, with a result or with an error of its own."""

import warnings

from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from glauber.hdl.facts.frames import seal, unseal
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base
from glauber.host.device import Device
from glauber.host.errors import GlauberError
from glauber.host.link import Link
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import FakeMachine
from support.faulty_line import HungError

STATES = region_base(Region.STATES)
PATIENCE = 600.0  # s of the time of the line


def reseal(place, value):
    """Changes one byte of the content of a reply, and makes its checksum right."""

    def change(reply):
        content = unseal(cobs.decode(reply[:-1]))
        assert content is not None
        kind, seq, body = content
        whole = bytearray(bytes((kind,)) + seq.to_bytes(2, "little") + body)
        whole[place % len(whole)] = value
        number = int.from_bytes(whole[1:3], "little")
        return cobs.encode(seal(whole[0], number, bytes(whole[3:]))) + b"\0"

    return change


deeds = st.one_of(
    st.just(lambda reply: reply),
    st.binary(max_size=60).map(lambda data: lambda _: data),
    st.binary(max_size=60).map(lambda data: lambda reply: data + reply),
    st.integers(0, 300).map(lambda size: lambda reply: reply[:size]),
    st.builds(reseal, st.integers(0, 300), st.integers(0, 255)),
    st.just(lambda reply: reply + reply),
)


class Babbler:
    """A device whose replies, one after another, meet with `deeds`, in turn."""

    name = "babbler:"
    time_scale = 1.0

    def __init__(self, deeds):
        self._inner = Endpoint(FakeMachine(polls=2))
        self._deeds = deeds
        self._turn = 0
        self._now = 0.0
        self._arrived = b""

    def clock(self):
        return self._now

    def pause(self, seconds):
        self._now += seconds

    def write(self, data):
        self._inner.write(data)
        for reply in self._inner.read(0.0).split(b"\0")[:-1]:
            deed = self._deeds[self._turn % len(self._deeds)]
            self._turn += 1
            self._arrived += deed(reply + b"\0")

    def read(self, timeout):
        data, self._arrived = self._arrived, b""
        self._now += 1e-4 if data else timeout
        if self._now > PATIENCE:
            raise HungError
        return data

    def close(self):
        pass


def ends(call):
    """Whether `call` ended in a result or an error of Glauber; all else passes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of images that are outdated
        try:
            call()
        except GlauberError:
            return "refused"
    return "done"


every = {"derandomize": True, "deadline": None, "database": None}


@settings(max_examples=150, **every)
@given(first=st.integers(0, 40), rest=st.lists(deeds, min_size=1, max_size=12))
def test_a_device_may_say_anything(first, rest):
    def use():
        honest = [lambda reply: reply] * first
        with Device(Babbler(honest + rest)) as device:
            device.write_states(device.read_states())
            device.run([Step(0, 3).encode()], 1, timeout=60)
            device.read_states()
            device.noise.health()

    assert ends(use)


@settings(max_examples=150, **every)
@given(data=st.lists(st.binary(max_size=80), min_size=1, max_size=8))
def test_bytes_without_meaning_end_in_an_error(data):
    chunks = [lambda _, chunk=chunk: chunk for chunk in data]
    link = Link(Babbler(chunks))
    assert ends(lambda: link.read(0, 20)) == "refused"
    assert ends(lambda: link.write(STATES, [1, 2, 3])) == "refused"
