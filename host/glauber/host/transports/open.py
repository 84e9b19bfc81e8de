"""From a device URL to an open transport."""

from collections.abc import Callable
from dataclasses import fields, replace

from glauber.hdl.facts.machine import MachineParams

from .protocol import Transport
from .serial import SerialTransport
from .tcp import TcpTransport
from .url import DeviceUrl, parse_device_url

__all__ = ["MODEL_PARAMS", "RTL_PARAMS", "machine_options", "machine_params", "open_transport"]

# The model takes memory for what a problem uses, not for what it could use.
MODEL_PARAMS = MachineParams(
    replicas=64, pbits=1 << 20, slots=1 << 22, rows=1 << 18, steps=1 << 16, burst_words=1 << 15
)
RTL_PARAMS = MachineParams(burst_words=256)


def machine_options() -> list[str]:
    """The machine parameters that a URL can set: all that are whole numbers."""
    return [item.name for item in fields(MachineParams) if type(item.default) is int]


def machine_params(url: DeviceUrl, defaults: MachineParams) -> MachineParams:
    """`defaults` with what the URL sets. Raises `OptionError`, and `FactError` for the machine."""
    given = [name for name in machine_options() if name in url.options]
    return replace(defaults, **{name: url.integer(name, getattr(defaults, name)) for name in given})


def _open_model(url: DeviceUrl) -> Transport:
    from glauber.sim.model.endpoint import open_model

    url.check_options([*machine_options(), "threads"])
    params = machine_params(url, MODEL_PARAMS)
    return open_model(params, url.text, url.integer("threads", 1, low=1))


def _open_rtl(url: DeviceUrl) -> Transport:
    from glauber.sim.rtl import open_rtl

    url.check_options(machine_options())
    params = machine_params(url, RTL_PARAMS)
    return open_rtl(params, url.text)


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
