"""Compiled files, kept under a digest of everything they were made from.

`index/<key>` names a file in `objects`, which is named after its SHA-256. A file that does not have
the digest in its name counts as absent, so a cache that was damaged, or shared and half written,
costs time but never gives a wrong machine.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .errors import GatesEnvironmentError

__all__ = ["Cache", "cache_dir", "digest"]


def cache_dir() -> Path:
    """`$GLAUBER_CACHE`, or `glauber` in the user's cache directory."""
    if chosen := os.environ.get("GLAUBER_CACHE"):
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "glauber"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "glauber" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glauber"


def digest(parts: Iterable[str]) -> str:
    """The SHA-256 of a list of texts; no two different lists read the same."""
    whole = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        whole.update(len(encoded).to_bytes(8, "big") + encoded)
    return whole.hexdigest()


class Cache:
    """One kind of compiled file. Any number of processes may use it at once."""

    def __init__(self, kind: str) -> None:
        self._root = cache_dir() / kind
        self._index = self._root / "index"
        self._objects = self._root / "objects"
        try:
            self._index.mkdir(parents=True, exist_ok=True)
            self._objects.mkdir(exist_ok=True)
        except OSError as error:
            raise GatesEnvironmentError(
                f"the cache directory {self._root} cannot be made: {error}; "
                "set GLAUBER_CACHE to a directory that can be written"
            ) from error

    def find(self, key: str) -> Path | None:
        """The intact file under `key`, or None."""
        try:
            path = self._objects / (self._index / key).read_text(encoding="ascii").strip()
            if hashlib.sha256(path.read_bytes()).hexdigest() == path.stem:
                return path
        except (OSError, ValueError):
            pass
        return None

    def publish(self, key: str, file: Path) -> Path:
        """Move `file` into the cache, under `key`. It must lie in `workspace()`."""
        path = self._objects / (hashlib.sha256(file.read_bytes()).hexdigest() + file.suffix)
        os.replace(file, path)
        self.alias(key, path)
        return path

    def alias(self, key: str, path: Path) -> None:
        """Let `key` lead to a file that is in the cache already."""
        with tempfile.NamedTemporaryFile(
            "w", encoding="ascii", dir=self._index, prefix=".", delete=False
        ) as entry:
            entry.write(path.name)
        os.replace(entry.name, self._index / key)

    def workspace(self) -> tempfile.TemporaryDirectory[str]:
        """A scratch directory on the cache's own file system, so that `publish` is atomic."""
        return tempfile.TemporaryDirectory(dir=self._root, prefix="build-")
