"""What happens during a build, for people who wait for it."""

import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

__all__ = ["SilentWatch", "TerminalWatch", "Watch", "watch_of"]

_WIDTH = 76
_PERIOD = 0.5  # s
# Lines of nextpnr that say how far it is, and what of them to show.
_LINES = (
    (re.compile(r"at initial placer iter (\d+), wirelen = (\d+)"), "placing, round {0}"),
    (re.compile(r"at iteration #(\d+): .*wirelen solved = (\d+)"), "placing, round {0}, wires {1}"),
    (
        re.compile(r"iter=(\d+) wires=\d+ overused=(\d+)"),
        "routing, round {0}, {1} wires in conflict",
    ),
    (
        re.compile(r"^Info:\s+(\d+) \|\s+\d+\s+\d+ \|\s+\d+\s+\d+ \|\s+(\d+)"),
        "routing, {1} arcs left",
    ),
    (re.compile(r"^Info: Running (?:main analytical|refinement|SA) placer"), "placing"),
    (re.compile(r"^Info: Routing"), "routing"),
    (re.compile(r"^\d+(?:\.\d+)*\. Executing (\w+) pass"), "{0}"),
)


class Watch(Protocol):
    """Is told what a build does."""

    def stage(self, name: str) -> None:
        """A stage begins, and the one before has ended."""

    def line(self, text: str) -> None:
        """A tool printed this. May be called by several threads."""

    def end(self) -> None:
        """The last stage has ended."""


class SilentWatch:
    """Shows nothing."""

    def stage(self, name: str) -> None:
        """Nothing."""

    def line(self, text: str) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class TerminalWatch:
    """Keeps one line on the standard error that says what is being done, and for how long."""

    def __init__(self) -> None:
        self._name = ""
        self._detail = ""
        self._start = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def stage(self, name: str) -> None:
        """Ends the line of the stage before and begins one."""
        with self._lock:
            self._finish()
            self._name, self._detail, self._start = name, "", time.monotonic()
            self._show()
        if self._ticker.ident is None:
            self._ticker.start()

    def line(self, text: str) -> None:
        """Takes note of what the line tells of the progress, if anything."""
        for pattern, form in _LINES:
            if found := pattern.search(text):
                self._detail = form.format(*found.groups())
                return

    def end(self) -> None:
        """Ends the last line."""
        self._stop.set()
        with self._lock:
            self._finish()

    def _tick(self) -> None:
        while not self._stop.wait(_PERIOD):
            with self._lock:
                self._show()

    def _show(self) -> None:
        text = f"{self._name} ... {time.monotonic() - self._start:.0f} s  {self._detail}"
        print(f"\r{text[:_WIDTH]:<{_WIDTH}}", end="", file=sys.stderr, flush=True)

    def _finish(self) -> None:
        if self._name:
            self._detail = ""
            self._show()
            print(file=sys.stderr)
            self._name = ""


@contextmanager
def watch_of(*, quiet: bool = False) -> Iterator[Watch]:
    """What suits the standard error: a line for a terminal, else nothing."""
    watch = SilentWatch() if quiet or not sys.stderr.isatty() else TerminalWatch()
    try:
        yield watch
    finally:
        watch.end()
