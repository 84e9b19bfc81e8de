"""The cache of images: what is found in it is what was put into it."""

import json
import os
from pathlib import Path

import pytest

from glauber.firmware.cache import ImageCache, cache_dir
from glauber.firmware.errors import CacheError

KEY = "0123456789abcdef" * 4


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageCache:
    monkeypatch.setenv("GLAUBER_CACHE", str(tmp_path))
    return ImageCache()


def filled(cache: ImageCache, text: str = "bits") -> Path:
    with cache.workspace(KEY) as work:
        (work / "image.bin").write_text(text)
        (work / "image.log").write_text("log")
        (work / "netlist.json").write_text("not kept")
        return cache.publish(KEY, [work / "image.bin", work / "image.log"])


def test_what_was_published_is_found(cache: ImageCache, tmp_path: Path) -> None:
    assert cache.find(KEY) is None
    folder = filled(cache)
    assert cache.find(KEY) == folder == tmp_path / "images" / KEY
    assert sorted(file.name for file in folder.iterdir()) == [
        "image.bin",
        "image.log",
        "manifest.json",
    ]
    assert (folder / "image.bin").read_text() == "bits"
    assert list((tmp_path / "images" / "work").iterdir()) == []


def test_a_new_entry_replaces_the_old_one(cache: ImageCache, tmp_path: Path) -> None:
    filled(cache, "old")
    folder = filled(cache, "new")
    assert cache.find(KEY) == folder
    assert (folder / "image.bin").read_text() == "new"
    assert list((tmp_path / "images" / "work").iterdir()) == []


def change(folder: Path) -> None:
    (folder / "image.bin").write_text("bots")


def remove(folder: Path) -> None:
    (folder / "image.bin").unlink()


def empty_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")


def torn_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"image.bin": "')


def odd_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps(["image.bin"]))


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@pytest.mark.parametrize(
    "damage", [change, remove, empty_manifest, torn_manifest, odd_manifest, no_manifest]
)
def test_a_damaged_entry_counts_as_absent(cache: ImageCache, damage) -> None:
    damage(filled(cache))
    assert cache.find(KEY) is None
    assert cache.find(KEY.replace("0", "1")) is None
    assert cache.find(filled(cache).name) is not None


def test_a_cache_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GLAUBER_CACHE", str(tmp_path / "file"))
    with pytest.raises(CacheError) as error:
        ImageCache()
    assert str(error.value) == (
        f"the cache of images cannot be written at {tmp_path / 'file' / 'images'}: "
        "Not a directory; set GLAUBER_CACHE to a folder that can be written"
    )
    assert error.value.exit_code == 4


def test_an_entry_that_cannot_be_written(
    cache: ImageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(CacheError, match=f"written at .*{KEY}: No space left on device; set GLAUB"):
        filled(cache)


def test_the_folder_is_that_of_the_user_unless_it_is_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GLAUBER_CACHE", raising=False)
    assert cache_dir().name.lower() == "glauber" or "glauber" in cache_dir().parts
    monkeypatch.setenv("GLAUBER_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path
