import os
import sys
import types

import pytest

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.host.errors import FactError, OptionError
from glauber.host.transports import DeviceUrl, open_transport, parse_device_url
from glauber.host.transports.open import MODEL_PARAMS, RTL_PARAMS, machine_options

MODEL = "glauber.sim.model.endpoint"
RTL = "glauber.sim.rtl"


@pytest.mark.parametrize(
    ("text", "scheme", "address", "options"),
    [
        ("model:", "model", "", {}),
        ("rtl:?lanes=4&replicas=8", "rtl", "", {"lanes": "4", "replicas": "8"}),
        ("serial:/dev/ttyUSB1?baud=9600", "serial", "/dev/ttyUSB1", {"baud": "9600"}),
        ("serial:COM3", "serial", "COM3", {}),
        ("socket://[::1]:7000", "socket", "//[::1]:7000", {}),
    ],
)
def test_parts(text, scheme, address, options):
    assert parse_device_url(text) == DeviceUrl(text, scheme, address, options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/dev/ttyUSB1", "has no scheme"),
        ("", "has no scheme"),
        ("usb:3", "has an unknown scheme 'usb'"),
        ("COM:3", "has an unknown scheme 'COM'"),
    ],
)
def test_an_unknown_scheme_lists_all_with_examples(text, message):
    with pytest.raises(OptionError, match=message) as caught:
        parse_device_url(text)
    for example in (
        "model:?lanes=4&replicas=64",
        "rtl:?lanes=4&replicas=64",
        "serial:/dev/ttyUSB1?baud=1000000",
        "socket://localhost:7000",
    ):
        assert example in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model:?lanes", "'lanes' is no option; write option=value"),
        ("model:?lanes=", "'lanes=' is no option; write option=value"),
        ("model:?lanes=4&lanes=8", "the option 'lanes' stands twice"),
        ("model:lanes=4", "'lanes=4' behind model: has no meaning; options follow a question mark"),
    ],
)
def test_malformed_options(text, message):
    with pytest.raises(OptionError, match=message):
        parse_device_url(text)


@pytest.fixture
def opened(monkeypatch):
    """What the two simulations were asked to open."""
    calls = []
    model, rtl = types.ModuleType(MODEL), types.ModuleType(RTL)
    model.open_model = lambda *given: calls.append(given)
    rtl.open_rtl = lambda *given: calls.append(given)
    monkeypatch.setitem(sys.modules, MODEL, model)
    monkeypatch.setitem(sys.modules, RTL, rtl)
    return calls


def test_the_model_is_large_by_default(opened):
    open_transport("model:")
    params, name, threads, rings = opened[0]
    assert (params, name) == (MODEL_PARAMS, "model:")
    assert 1 <= threads <= (os.cpu_count() or 1)
    assert (rings.rings, rings.divider, rings.fault) == (16, 64, "none")
    found = (params.pbits, params.slots, params.rows, params.steps, params.burst_words)
    assert found == (1 << 24, 1 << 25, 1 << 20, 1 << 16, 1 << 15)


def test_the_gates_are_as_built_by_default(opened):
    open_transport("rtl:")
    params, name, rings = opened[0]
    assert (params, name, rings.fault) == (RTL_PARAMS, "rtl:", "none")
    as_built = MachineParams(
        lanes=MODEL_PARAMS.lanes,  # so that both give the same samples
        burst_words=256,
        rings=16,
        ring_divider=64,
        abilities=Abilities.ALL,
    )
    assert as_built == RTL_PARAMS


def test_simulated_rings_differ_each_time_and_can_be_described(opened):
    for url in ("model:", "rtl:", "model:?ring_seed=7", "rtl:?ring_seed=7"):
        open_transport(url)
    assert len({call[-1].seed for call in opened}) == 3
    open_transport("rtl:?ring_fault=stuck1&ring_jitter=0.01&rings=8&ring_divider=128")
    rings = opened[-1][-1]
    assert (rings.rings, rings.divider, rings.jitter, rings.fault) == (8, 128, 0.01, "stuck1")
    open_transport("model:?rings=0")
    assert opened[-1][-1] is None


def test_the_noise_source_is_an_option(opened):
    open_transport("model:?source=xoshiro128")
    assert opened[-1][0].source is Source.XOSHIRO128


@pytest.mark.parametrize(
    ("text", "abilities"),
    [
        ("all", Abilities.ALL),
        ("none", Abilities.NONE),
        ("moments", Abilities.MOMENTS),
        ("scores,best,loops", Abilities.SCORES | Abilities.BEST | Abilities.LOOPS),
    ],
)
def test_abilities_are_an_option(opened, text, abilities):
    for scheme in ("model", "rtl"):
        open_transport(f"{scheme}:?abilities={text}")
        assert opened[-1][0].abilities == abilities


def test_options_set_the_machine(opened):
    open_transport("model:?lanes=8&replicas=128&pbits=4096&threads=2")
    params, _, threads, _ = opened[0]
    assert (params.lanes, params.replicas, params.pbits, threads) == (8, 128, 4096, 2)
    assert params.slots == MODEL_PARAMS.slots


def test_every_whole_number_of_a_machine_is_an_option(opened):
    names = [name for name in machine_options() if name not in ("source", "abilities")]
    for name in names:
        open_transport(f"rtl:?{name}={getattr(RTL_PARAMS, name)}")
    urls = [f"rtl:?{name}={getattr(RTL_PARAMS, name)}" for name in names]
    assert [call[:2] for call in opened] == [(RTL_PARAMS, url) for url in urls]
    assert {"lanes", "field_bits", "burst_words", "rings"} <= set(names)
    assert "table" not in machine_options()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model:?lane=4", "there is no option 'lane' for model: devices; use .*lanes.*threads"),
        (
            "rtl:?threads=4",
            "there is no option 'threads' for rtl: devices; use abilities, burst_words",
        ),
        ("model:?ring_jitter=0", "ring_jitter is '0'; give a positive number"),
        ("model:?rings=0&ring_seed=1", "ring_seed has no meaning without rings; leave it out, or"),
        ("model:?lanes=four", "lanes is 'four'; give a whole number of at least 0"),
        ("model:?lanes=-4", "lanes is '-4'; give a whole number"),
        ("model:?threads=0", "threads is '0'; give a whole number of at least 1"),
        (
            "serial:/dev/x?lanes=4",
            "no option 'lanes' for serial: devices; use baud, rate, time_scale",
        ),
        ("serial:/dev/x?baud=0", "baud is '0'; give a whole number of at least 1"),
        ("serial:/dev/x?time_scale=0", "time_scale is '0'; give a positive number"),
        ("serial:/dev/x?time_scale=nan", "time_scale is 'nan'; give a positive number"),
        ("serial:/dev/x?time_scale=inf", "time_scale is 'inf'; give a positive number"),
        ("serial:", "the port is missing; write serial:/dev/ttyUSB1"),
        ("socket://host:1?baud=3", "no option 'baud' for socket: devices; use time_scale"),
        ("socket://host", "names no host and port from 1 to 65535; write socket://localhost"),
        ("socket:host:1", "names no host and port"),
        ("socket://:1", "names no host and port"),
        ("socket://host:x", "names no host and port"),
        ("socket://host:0", "names no host and port"),
        ("socket://host:65536", "names no host and port"),
    ],
)
@pytest.mark.usefixtures("opened")
def test_bad_options_are_refused(text, message):
    with pytest.raises(OptionError, match=message):
        open_transport(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("lanes=3", "lanes is 3"),
        ("abilities=dance", "'dance'; give all, none, or some of loops, scores, best, moments, m"),
        ("abilities=all,loops", "'all,loops'; give all, none, or some of loops"),
        ("abilities=best", "abilities are .*BEST.*; BEST needs SCORES: add it"),
        ("source=dice", "no noise source 'dice'; use one of xoroshiro64"),
        ("rings=65", "rings is 65, outside its legal range 0 to 64"),
        ("ring_divider=8", "ring_divider is 8, outside its legal range 16 to 65536"),
        ("ring_fault=loud", "no ring fault 'loud'; use one of none, stuck0"),
        ("ring_jitter=0.5", "the rings' jitter is 0.5, outside its legal range 0 to 0.25"),
    ],
)
@pytest.mark.usefixtures("opened")
def test_an_illegal_machine_is_refused_by_the_facts(options, message):
    with pytest.raises(FactError, match=message):
        open_transport(f"model:?{options}")
