"""Device URLs: `scheme:address?option=value&option=value`."""

import math
from dataclasses import dataclass, field

from ..errors import OptionError

__all__ = ["SCHEMES", "DeviceUrl", "parse_device_url"]

# Every scheme with an example.
SCHEMES = {
    "model": "model:?lanes=4&replicas=64",
    "rtl": "rtl:?lanes=4&replicas=64",
    "serial": "serial:/dev/ttyUSB1?baud=1000000",
    "socket": "socket://localhost:7000",
}


@dataclass(frozen=True)
class DeviceUrl:
    """A device URL in its parts; `text` is how the user wrote it."""

    text: str
    scheme: str
    address: str = ""
    options: dict[str, str] = field(default_factory=dict)

    def check_options(self, legal: list[str]) -> None:
        """Raise `OptionError` for an option that is not `legal`."""
        for option in self.options:
            if option not in legal:
                raise OptionError(
                    f"{self.text}: there is no option {option!r} for {self.scheme}: devices; "
                    f"use {', '.join(sorted(legal))}"
                )

    def integer(self, option: str, default: int, low: int = 0) -> int:
        """The value of an option that is a whole number of at least `low`."""
        text = self.options.get(option)
        if text is None:
            return default
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < low:
            raise OptionError(
                f"{self.text}: {option} is {text!r}; give a whole number of at least {low}, "
                f"such as {option}={default}"
            )
        return value

    def factor(self, option: str, default: float = 1.0) -> float:
        """The value of an option that is a positive finite number."""
        text = self.options.get(option)
        if text is None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 < value < math.inf:
            raise OptionError(
                f"{self.text}: {option} is {text!r}; give a positive number, such as {option}=10"
            )
        return value


def parse_device_url(text: str) -> DeviceUrl:
    """The parts of a device URL. Raises `OptionError`, with examples, if it is not one."""
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in SCHEMES:
        found = f"an unknown scheme {scheme!r}" if colon else "no scheme"
        raise OptionError(
            f"the device {text!r} has {found}; write one of {', '.join(SCHEMES.values())}"
        )
    address, _, query = rest.partition("?")
    options: dict[str, str] = {}
    for item in filter(None, query.split("&")):
        option, equals, value = item.partition("=")
        if not (option and equals and value):
            raise OptionError(f"{text}: {item!r} is no option; write option=value, joined by &")
        if option in options:
            raise OptionError(f"{text}: the option {option!r} stands twice; leave one")
        options[option] = value
    if scheme in ("model", "rtl") and address:
        raise OptionError(
            f"{text}: {address!r} behind {scheme}: has no meaning; options follow a question mark, "
            f"as in {SCHEMES[scheme]}"
        )
    return DeviceUrl(text, scheme, address, options)
