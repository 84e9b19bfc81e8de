import dataclasses

import pytest

from glauber.hdl.facts.digest import facts_hash, gates_hash
from glauber.hdl.facts.header import PROTOCOL_VERSION, Features, Header
from glauber.hdl.facts.noise import NoiseTable
from glauber.host.device import Device
from glauber.host.errors import DeviceSilentError, OutdatedImageWarning, ProtocolMismatchError
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import SMALL, FakeMachine, ScriptedTransport


class Watched(Endpoint):
    closed = False

    def close(self):
        self.closed = True
        super().close()


def device_with(words, params=SMALL):
    machine = FakeMachine(params)
    for word, value in words.items():
        machine.header_words[word] = value
    endpoint = Watched(machine, "serial:/dev/fake")
    return Device(endpoint), endpoint


@pytest.mark.parametrize("burst_words", [1, 2, 7, 1 << 15])
def test_the_header_becomes_the_parameters(burst_words):
    params = dataclasses.replace(SMALL, burst_words=burst_words, table=NoiseTable(4, 2))
    device, _ = device_with({Header.FEATURES: 1}, params)
    assert device.params == params
    assert device.link.burst_words == burst_words
    assert (device.build_id, device.clock_hz) == (0xABCD, 25_000_000)
    assert device.features == Features.SIMULATION
    assert device.simulation


def test_hardware_is_no_simulation():
    assert not device_with({})[0].simulation


def test_info_is_ready_for_json():
    device, _ = device_with({})
    info = device.info()
    assert info["device"] == "serial:/dev/fake"
    assert info["image"] == "0000abcd"
    assert info["facts_hash"] == f"{facts_hash():08x}"
    assert (info["lanes"], info["burst_words"], info["source"]) == (2, 5, "xoroshiro64")
    assert (info["table"], info["simulation"]) == ([6, 4], False)


def test_the_board_is_read():
    device, _ = device_with({})
    assert device.board == "ulx3s-85f"
    assert device.info()["board"] == "ulx3s-85f"
    assert not device.outdated
    assert device_with({Header.BOARD_0: 0x80FF0A41})[0].board == "A???s-85f"


def test_an_image_of_other_gates_is_driven_with_a_warning():
    with pytest.warns(OutdatedImageWarning) as warned:
        device, _ = device_with({Header.GATES_HASH: 0x1234})
    assert device.outdated
    assert device.info()["outdated"]
    (warning,) = warned
    assert str(warning.message) == (
        "serial:/dev/fake (image 0000abcd) was made from other gates (00001234) than those of "
        f"this version of Glauber ({gates_hash():08x}); run `glauber build ulx3s-85f` and `glauber "
        "flash ulx3s-85f`, or install the version of Glauber that made the image"
    )


def test_a_simulation_is_never_outdated():
    assert not device_with({Header.GATES_HASH: 0, Header.FEATURES: 1})[0].outdated


def test_the_device_is_closed_after_use():
    device, endpoint = device_with({})
    with device as entered:
        assert entered is device
        assert not endpoint.closed
    assert endpoint.closed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {Header.MAGIC: 0x12345678},
            "serial:/dev/fake is no .*: its first word is 0x12345678, .* is 0x52424c47; load a Gl",
        ),
        (
            {Header.PROTOCOL: PROTOCOL_VERSION + 1, Header.FACTS_HASH: 1},
            f"protocol version {PROTOCOL_VERSION + 1}, this host speaks {PROTOCOL_VERSION}; load",
        ),
        (
            {Header.FACTS_HASH: 0x0BADCAFE},
            rf"made from facts 0badcafe, this host from {facts_hash():08x}, .*; run `glauber b",
        ),
        ({Header.LANES: 3}, "does not know: lanes is 3.*; load an image"),
        ({Header.SOURCE: 77}, "describes a machine that this host does not know: 77 is not"),
        ({Header.TABLE_COARSE_BITS: 99}, "does not know: coarse_bits is 99"),
    ],
)
def test_a_device_of_another_making_is_refused_and_closed(monkeypatch, words, message):
    closed = []
    monkeypatch.setattr(Watched, "close", lambda self: closed.append(self.name))
    with pytest.raises(ProtocolMismatchError, match=message):
        device_with(words)
    assert closed == ["serial:/dev/fake"]


@pytest.mark.parametrize("words", [{Header.MAGIC: 0}, {Header.PROTOCOL: 9}])
def test_nothing_else_is_read_from_a_stranger(words):
    machine = FakeMachine()
    for word, value in words.items():
        machine.header_words[word] = value
    asked = []
    read = machine.read
    machine.read = lambda address, count: asked.append((address, count)) or read(address, count)
    with pytest.raises(ProtocolMismatchError):
        Device(Endpoint(machine))
    assert asked == [(0, 1), (1, 1)][: len(asked)]
    assert set(asked) == {(int(word), 1) for word in list(Header)[: len(asked)]}


def test_a_silent_device_is_closed():
    transport = ScriptedTransport(lambda _: b"")
    with pytest.raises(DeviceSilentError, match="nothing came back"):
        Device(transport)
    assert transport.closed
