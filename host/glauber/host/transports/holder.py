"""Who holds a port: for the message to the one who does not get it."""

import contextlib
import os
from pathlib import Path

__all__ = ["describe_holder"]

PROC = Path("/proc")


def describe_holder(port: str) -> str | None:
    """`process 4711 (python3)`; None if it cannot be known, as on systems without `/proc`.

    Whoever has locked the port, or else has it open.
    """
    for holder in (_lock_holder(port), _opener(port)):
        if holder is not None:
            return _describe(holder)
    return None


def _lock_holder(port: str) -> int | None:
    """The process with a lock on the port's file."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        status = os.stat(port)
        device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        for line in (PROC / "locks").read_text().splitlines():
            words = line.split()
            if "FLOCK" in words and device in words:
                holder = int(words[words.index(device) - 1])
                return holder if holder > 0 else None
    return None


def _opener(port: str) -> int | None:
    """Another process that has the port open."""
    wanted = os.path.realpath(port)
    for entry in PROC.glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            number = int(entry.parts[-3])
            if os.readlink(entry) == wanted and number != os.getpid():
                return number
    return None


def _describe(process: int) -> str:
    if process == os.getpid():
        return "this process"
    with contextlib.suppress(OSError):
        return f"process {process} ({(PROC / str(process) / 'comm').read_text().strip()})"
    return f"process {process}"
