"""The rate of a serial line: finding a device, going over to a faster rate, and back."""

import contextlib
import warnings
from collections.abc import Iterator
from typing import cast

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.header import Header
from glauber.hdl.facts.line import FALL_BACK_BITS, line_divisor
from glauber.hdl.facts.registers import Register

from .errors import DeviceError, DeviceSilentError, LineRateWarning, OptionError
from .link import Link
from .transports.protocol import RatedTransport

__all__ = ["Rate"]

FIND_TRIES = 2
CHECK_TRIES = 3
CHECK_TIMEOUT = 0.06  # s; all of them must end within the fall-back time, 0.26 s at 1,000,000 baud


class Rate:
    """The rate of the line under `link`; nothing happens where the transport has none."""

    def __init__(self, link: Link) -> None:
        self._link = link
        rated = hasattr(link.transport, "set_baud")
        self._port = cast(RatedTransport, link.transport) if rated else None
        self._first: int = getattr(link.transport, "baud", 0)

    def find(self) -> None:
        """Make sure that a device that another process left at another rate can be heard.

        One that does not answer at the rate of its image gets a break, and falls back to it.
        """
        if self._port is None:
            return
        try:
            with self._patience(FIND_TRIES, self._link.base_timeout):
                self._link.read_word(Header.MAGIC)
        except DeviceSilentError:
            self._port.send_break(self._fall_back)

    def raise_to(self, clock_hz: int) -> None:
        """Go over to the rate that the port was opened for, if the device can and it works.

        `clock_hz` is the device's; a simulation has 0, and its line no rate. Raises `OptionError`
        for a rate that the clock does not make, `DeviceError`; warns with `LineRateWarning`.
        """
        if self._port is None or not clock_hz or self._port.rate == self._first:
            return
        rate = self._port.rate
        try:
            divisor = line_divisor(clock_hz, rate)
        except FactError as error:
            raise OptionError(f"{self._port.name}: {error}") from error
        self._link.write(Register.LINE, [divisor])
        reason = self._try_rate(rate)
        if reason is None:
            return
        self._link.pause(self._fall_back)
        self._link.read_word(Header.MAGIC)
        warnings.warn(
            f"{self._port.name} does not work at {rate} baud ({reason}) and goes on at "
            f"{self._first}; leave out `rate`, choose a lower one, or use a shorter cable or "
            "another adapter",
            LineRateWarning,
            stacklevel=4,
        )

    def restore(self) -> None:
        """Leave the device at the rate of its image, as far as it still can be told."""
        if self._port is None or self._port.baud == self._first:
            return
        with contextlib.suppress(DeviceError), self._patience(1, self._link.base_timeout):
            self._link.write(Register.LINE, [0])

    def _try_rate(self, rate: int) -> str | None:
        """Why the line does not work at `rate`; it then is at the first one again."""
        assert self._port is not None
        try:
            self._port.set_baud(rate)
            with self._patience(CHECK_TRIES, CHECK_TIMEOUT):
                self._link.read_word(Header.MAGIC)
        except DeviceError as error:
            self._port.set_baud(self._first)
            return "no answer" if isinstance(error, DeviceSilentError) else str(error)
        return None

    @property
    def _fall_back(self) -> float:
        """Seconds after which the device is at the rate of its image again, and some more."""
        return 2.2 * (1 << FALL_BACK_BITS) / self._first

    @contextlib.contextmanager
    def _patience(self, tries: int, base_timeout: float) -> Iterator[None]:
        link = self._link
        before = link.tries, link.base_timeout
        link.tries, link.base_timeout = tries, base_timeout
        try:
            yield
        finally:
            link.tries, link.base_timeout = before
