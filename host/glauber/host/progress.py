"""Progress of long work on standard error, silent where that is no terminal."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Progress", "Shown", "no_progress", "show_progress"]

# Told the work done so far, and how much there is.
Progress = Callable[[int, int], None]

_SILENCE = 2.0  # s
_FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {speed}]"


def no_progress(done: int, total: int) -> None:
    """Shows nothing."""


class Shown:
    """A progress bar: a `Progress` that may also be told of spin updates that are no unit of it."""

    def __init__(self, bar: Any, note: threading.Timer) -> None:
        self._bar = bar
        self._note = note

    def __call__(self, done: int, total: int) -> None:
        if done:
            self._note.cancel()
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def count_updates(self, updates: int) -> None:
        """Show with the next step how many spin updates there have been per nanosecond."""
        self._bar.spin_updates += updates


@contextmanager
def show_progress(what: str, unit: str) -> Iterator[Shown]:
    """A bar with rate and time left while the block runs; from the first second on.

    The rate is in spin updates per nanosecond if these are the `unit` ("update") or are counted by
    `Shown.count_updates`. If nothing is heard for two seconds, a line says what may take so long.
    """
    bar_class = _bar_class()
    with bar_class(
        desc=what,
        unit=unit,
        unit_scale=unit != "cell",
        delay=1,
        file=sys.stderr,
        disable=None,
        bar_format=_FORMAT,
    ) as bar:
        note = threading.Timer(_SILENCE, bar.write, (_note(what), sys.stderr))
        note.daemon = True
        if not bar.disable:
            note.start()
        try:
            yield Shown(bar, note)
        finally:
            note.cancel()


def _bar_class() -> Any:
    """tqdm's bar with one more field for its format; here, because `--help` must not wait."""
    from tqdm import tqdm

    class Bar(tqdm):
        spin_updates = 0

        @property
        def format_dict(self) -> dict[str, Any]:
            found = dict(super().format_dict)
            found["speed"] = _speed(found, self.spin_updates)
            return found

    return Bar


def _speed(bar: dict[str, Any], spin_updates: int) -> str:
    """The rate of a bar, as text."""
    rate, elapsed = bar["rate"], bar["elapsed"]
    if rate is None:  # not smoothed
        rate = (bar["n"] - bar["initial"]) / elapsed if elapsed else 0.0
    if bar["unit"] == "update":
        return f"{rate * 1e-9:.3g} updates/ns"
    text = f"{rate:.3g} {bar['unit']}s/s"
    if spin_updates and elapsed:
        text += f", {spin_updates / elapsed * 1e-9:.3g} updates/ns"
    return text


def _note(what: str) -> str:
    return (
        f"{what}: preparing; a large problem takes a while to compile, and so does the first use "
        "of simulated gates"
    )
