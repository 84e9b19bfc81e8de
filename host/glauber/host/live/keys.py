"""Keys that are pressed in a terminal, without waiting for a line."""

import contextlib
import os
import select
import sys
import time
from typing import Self

__all__ = ["Keys"]


class Keys:
    """Keys typed on standard input while the block runs; none where it is no terminal.

    Restores the terminal at its end. Ctrl-C still interrupts.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._open = False

    def __enter__(self) -> Self:
        try:
            import termios
            import tty
        except ImportError:  # another operating system
            return self
        try:
            number = sys.stdin.fileno()
            before = termios.tcgetattr(number)
        except (OSError, ValueError, termios.error):  # a pipe, a closed file, a test
            return self
        self._stack.callback(termios.tcsetattr, number, termios.TCSADRAIN, before)
        tty.setcbreak(number)
        self._open = True
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        self._open = False

    def wait(self, seconds: float) -> str:
        """The next key, or "" if none is pressed within so many seconds."""
        if not self._open:
            time.sleep(max(0.0, seconds))
            return ""
        ready, _, _ = select.select([sys.stdin], [], [], max(0.0, seconds))
        # Not by `sys.stdin`, which would take in more and hide it from the next `select`.
        return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace") if ready else ""
