"""Finished images, kept under a digest of everything that they were made from.

An entry is a folder `images/<key>` with an image, what is to be known of it, and a manifest with
the SHA-256 of every file. An entry that its manifest does not fit counts as absent, so a cache that
was damaged, or shared and half written, costs time but never gives a wrong image.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import CacheError

__all__ = ["ImageCache", "cache_dir"]

_MANIFEST = "manifest.json"
_FAILED = "failed"  # marks the workspace of a build that failed, kept for its logs
_KEPT = {".log", ".json"}
_LARGE = 1 << 22  # netlists are of no use to a person and fill disks


def cache_dir() -> Path:
    """`$GLAUBER_CACHE`, or `glauber` in the user's cache directory."""
    if chosen := os.environ.get("GLAUBER_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path  # only here, so that a set variable needs it not

    return user_cache_path("glauber", appauthor=False)


class ImageCache:
    """Images by key. Any number of processes may use it at once.

    Raises `CacheError` if its folders cannot be made.
    """

    def __init__(self) -> None:
        self._root = cache_dir() / "images"
        self._work = self._root / "work"
        try:
            self._work.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_writable(self._root, error) from error

    def find(self, key: str) -> Path | None:
        """The folder of an intact entry, or None."""
        folder = self._root / key
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            if manifest and all(_digest(folder / name) == manifest[name] for name in manifest):
                return folder
        except (OSError, ValueError, TypeError):
            pass
        return None

    def publish(self, key: str, files: list[Path]) -> Path:
        """Moves files of a workspace into the entry `key`, all at once, and returns its folder.

        Raises
        ------
        CacheError
            The entry cannot be written.
        """
        folder = self._root / key
        try:
            fresh = Path(tempfile.mkdtemp(dir=self._work, prefix="entry-"))
            for file in files:
                os.replace(file, fresh / file.name)
            manifest = {file.name: _digest(fresh / file.name) for file in files}
            (fresh / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            fresh.chmod(0o755)  # `mkdtemp` lets nobody else in
            if folder.exists():
                # A damaged or forced one. Renamed away first: a folder cannot be replaced.
                os.replace(folder, Path(tempfile.mkdtemp(dir=self._work, prefix="old-")) / key)
            os.replace(fresh, folder)
        except OSError as error:
            if self.find(key) is None:  # else another process was faster, with the same
                raise _not_writable(folder, error) from error
        for old in self._work.glob("old-*"):
            shutil.rmtree(old, ignore_errors=True)
        return folder

    @contextmanager
    def workspace(self, key: str) -> Iterator[Path]:
        """A folder for one build. If that fails, its logs stay until the next build.

        Raises
        ------
        CacheError
            It cannot be made.
        """
        for failed in self._work.glob(f"*/{_FAILED}"):
            shutil.rmtree(failed.parent, ignore_errors=True)
        try:
            folder = Path(tempfile.mkdtemp(dir=self._work, prefix=f"{key[:8]}-"))
        except OSError as error:
            raise _not_writable(self._work, error) from error
        try:
            yield folder
        except Exception:
            with contextlib.suppress(OSError):
                _keep_logs(folder)
            raise
        except BaseException:  # interrupted
            shutil.rmtree(folder, ignore_errors=True)
            raise
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _keep_logs(folder: Path) -> None:
    for file in folder.iterdir():
        if file.suffix not in _KEPT or file.stat().st_size > _LARGE:
            file.unlink()
    (folder / _FAILED).touch()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _not_writable(path: Path, error: OSError) -> CacheError:
    return CacheError(
        f"the cache of images cannot be written at {path}: {error.strerror}; "
        "set GLAUBER_CACHE to a folder that can be written"
    )
