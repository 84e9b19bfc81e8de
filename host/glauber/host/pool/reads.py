"""The reads of a call that is carried out by several devices."""

import threading
from dataclasses import dataclass

__all__ = ["Part", "ReadQueue"]


@dataclass(frozen=True)
class Part:
    """Reads `first` to `first + count - 1`."""

    first: int
    count: int


class ReadQueue:
    """Reads that are still to be done. Every method may be called from any thread.

    A device gets whole batches of its replicas, since a batch of fewer takes as long: one batch
    first, and when its speed is known, half of its share of what is left, so that all end at about
    the same time and a program is not loaded more often than needed.

    count : all reads there were
    """

    def __init__(self, first: int, count: int) -> None:
        self.count = count
        self._parts = [Part(first, count)]
        self._speeds: dict[int, float] = {}
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """Reads that nobody does at the moment and nobody has done."""
        return sum(part.count for part in self._parts)

    def take(self, device: int, batch: int) -> Part | None:
        """Reads for a device that does `batch` at a time, or None if there are none left."""
        with self._lock:
            if not self._parts:
                return None
            part = self._parts.pop(0)
            size = batch
            if device in self._speeds:
                share = self._speeds[device] / sum(self._speeds.values())
                size = max(1, int(share * (self.left + part.count) / 2 / batch)) * batch
            if size < part.count:
                self._parts.insert(0, Part(part.first + size, part.count - size))
                part = Part(part.first, size)
            return part

    def give_back(self, part: Part) -> None:
        """Have reads done by another device."""
        with self._lock:
            self._parts.insert(0, part)

    def note_speed(self, device: int, part: Part, seconds: float) -> None:
        """Remember how long a device took."""
        with self._lock:
            self._speeds[device] = part.count / max(seconds, 1e-9)
