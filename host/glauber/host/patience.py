"""Patience with a device, and what to say when it is at an end."""

from .errors import DeviceSilentError
from .line import Line, Request

__all__ = ["Patience"]


class Patience:
    """How often a request is tried, and what to say when it was in vain."""

    def __init__(self, line: Line, tries: int) -> None:
        self._line = line
        self._tries = tries
        self.renew()

    def renew(self) -> None:
        """An answer came."""
        self.attempt = 0
        self._begin = self._line.now()
        self._before = self._line.bytes_in, self._line.frames_bad

    def lose(self, request: Request) -> None:
        """One more try was in vain. Raises `DeviceSilentError` if it was the last."""
        self.attempt += 1
        if self.attempt < self._tries:
            return
        seconds = self._line.now() - self._begin
        arrived = self._line.bytes_in - self._before[0]
        bad = self._line.frames_bad - self._before[1]
        name = self._line.transport.name
        raise DeviceSilentError(
            f"{name} gave no valid answer to {request}, asked {self._tries} times in "
            f"{seconds:.2f} s; {_silence(name, arrived, bad)}"
        )


def _silence(name: str, arrived: int, bad: int) -> str:
    """What to check when a request to the device `name` remained unanswered."""
    found = (
        f"{arrived} bytes came back, with {bad} damaged frames" if arrived else "nothing came back"
    )
    scheme = name.partition(":")[0]
    if scheme == "socket":
        return (
            f"{found}: check that what serves the device still runs, and serves it to nobody else; "
            "simulated gates need more time (`socket://HOST:PORT?time_scale=20`)"
        )
    if scheme != "serial":
        return f"{found}: close the device and open it again"
    if arrived:
        return (
            f"{found}: check the baud rate (`serial:PATH?baud=N`), the cable, and that a Glauber "
            "image runs on the device"
        )
    return (
        f"{found}: check that the board has power and a Glauber image, and that this is its data "
        "port (`glauber devices` lists the ports); simulated gates need more time "
        "(`serial:PATH?time_scale=20`)"
    )
