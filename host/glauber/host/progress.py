"""Progress of long work on standard error, silent where that is no terminal."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Progress", "no_progress", "show_progress"]

# Told the work done so far, and how much there is.
Progress = Callable[[int, int], None]

_SILENCE = 2.0  # s


def no_progress(done: int, total: int) -> None:
    """Shows nothing."""


@contextmanager
def show_progress(what: str, unit: str) -> Iterator[Progress]:
    """A bar with rate and time left while the block runs; from the first second on.

    If nothing is heard for two seconds, a line says what may take so long.
    """
    from tqdm import tqdm

    with tqdm(desc=what, unit=unit, unit_scale=True, delay=1, file=sys.stderr, disable=None) as bar:
        note = threading.Timer(_SILENCE, bar.write, (_note(what), sys.stderr))
        note.daemon = True
        if not bar.disable:
            note.start()

        def show(done: int, total: int) -> None:
            if done:
                note.cancel()
            bar.total = total
            bar.update(done - bar.n)

        try:
            yield show
        finally:
            note.cancel()


def _note(what: str) -> str:
    return (
        f"{what}: preparing; the first use of a simulated device compiles it, which takes a while"
    )
