"""Calls that share a device, one after the other."""

import contextlib
import threading
from collections.abc import Iterator

from .errors import DeviceAbsentError, OptionError

__all__ = ["Turns"]


class Turns:
    """Gives a device to one call at a time; those of other threads wait.

    A call loads its problem and reads its samples in many steps: another one between them would
    change both.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._closed = False

    @contextlib.contextmanager
    def take(self) -> Iterator[None]:
        """The device while the block runs.

        Raises `OptionError` within another block of the same thread, `DeviceAbsentError` after
        `close`.
        """
        if self._owner == threading.get_ident():
            raise OptionError(
                f"{self._name} was asked for samples by `progress` or `interrupt_function` of a "
                "call to it that is not over; ask another sampler there"
            )
        with self._lock:
            if self._closed:
                raise DeviceAbsentError(f"{self._name} was closed; open another sampler for it")
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None

    def close(self) -> None:
        """No more turns; one that is under way is not waited for."""
        self._closed = True
