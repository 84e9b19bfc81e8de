"""From a device URL to an open transport."""

import os
import secrets
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities

from ..errors import OptionError
from .protocol import Transport
from .serial import SerialTransport
from .tcp import TcpTransport
from .url import DeviceUrl, parse_device_url

if TYPE_CHECKING:
    from glauber.sim.rings import RingModel

__all__ = ["MODEL_PARAMS", "RTL_PARAMS", "machine_options", "machine_params", "open_transport"]

# A dense problem fills one lane, and all others cost the model time.
_LANES = 2
# The model takes memory for what a problem uses, not for what it could use.
MODEL_PARAMS = MachineParams(
    lanes=_LANES,
    replicas=64,
    pbits=1 << 24,
    slots=1 << 25,
    rows=1 << 20,
    steps=1 << 16,
    burst_words=1 << 15,
    rings=16,
    ring_divider=64,  # simulated rings have so much jitter that this is time enough
    abilities=Abilities.ALL,
)
# As many lanes as the model, so that the samples are the same.
RTL_PARAMS = MachineParams(
    lanes=_LANES, burst_words=256, rings=16, ring_divider=64, abilities=Abilities.ALL
)
RING_OPTIONS = ("ring_fault", "ring_jitter", "ring_seed")


def machine_options() -> list[str]:
    """The machine parameters that a URL can set: all but the split of the noise table."""
    numbers = (item.name for item in fields(MachineParams) if type(item.default) is int)
    return ["source", "abilities", *numbers]


def machine_params(url: DeviceUrl, defaults: MachineParams) -> MachineParams:
    """`defaults` with what the URL sets. Raises `OptionError`, and `FactError` for the machine."""
    given: dict[str, Any] = {
        name: url.integer(name, getattr(defaults, name))
        for name in machine_options()
        if name in url.options and name not in ("source", "abilities")
    }
    if "abilities" in url.options:
        given["abilities"] = Abilities.of_names(url.options["abilities"])
    if "source" in url.options:
        given["source"] = Source.of_name(url.options["source"])
    return replace(defaults, **given)


def _ring_model(url: DeviceUrl, params: MachineParams) -> "RingModel | None":
    """The behavioural rings that the URL asks for. Raises `OptionError`, `FactError`."""
    from glauber.sim.rings import RingModel

    if not params.rings:
        if given := [name for name in RING_OPTIONS if name in url.options]:
            raise OptionError(
                f"{url.text}: {given[0]} has no meaning without rings; leave it out, or set "
                "rings=16"
            )
        return None
    model = RingModel(
        params.rings,
        params.ring_divider,
        seed=url.integer("ring_seed", secrets.randbits(32)),
        fault=url.options.get("ring_fault", "none"),
    )
    if "ring_jitter" in url.options:
        model = replace(model, jitter=url.factor("ring_jitter"))
    return model


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _open_model(url: DeviceUrl) -> Transport:
    from glauber.sim.model.endpoint import open_model

    url.check_options([*machine_options(), *RING_OPTIONS, "threads"])
    params = machine_params(url, MODEL_PARAMS)
    rings = _ring_model(url, params)
    return open_model(params, url.text, url.integer("threads", _cores(), low=1), rings)


def _open_rtl(url: DeviceUrl) -> Transport:
    from glauber.sim.rtl import open_rtl

    url.check_options([*machine_options(), *RING_OPTIONS])
    params = machine_params(url, RTL_PARAMS)
    return open_rtl(params, url.text, _ring_model(url, params))


_OPENERS: dict[str, Callable[[DeviceUrl], Transport]] = {
    "model": _open_model,
    "rtl": _open_rtl,
    "serial": SerialTransport,
    "socket": TcpTransport,
}


def open_transport(url: str) -> Transport:
    """Open the device that `url` names.

    Raises `OptionError` for a URL that is not legal, `FactError` for a machine that is not,
    `DeviceAbsentError` for a device that cannot be opened, `EnvironmentMissingError`,
    `GatesEnvironmentError` if this machine lacks what it takes.
    """
    parsed = parse_device_url(url)
    return _OPENERS[parsed.scheme](parsed)
