"""Progress of long work on standard error, silent where that is no terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

__all__ = ["Progress", "no_progress", "show_progress"]

# Told the work done so far, and how much there is.
Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Shows nothing."""


@contextmanager
def show_progress(what: str, unit: str) -> Iterator[Progress]:
    """A bar with rate and time left while the block runs; from the first second on."""
    with tqdm(desc=what, unit=unit, unit_scale=True, delay=1, file=sys.stderr, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
