"""What an image is made from, as one number: it names the image and finds it in the cache."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

import glauber.firmware
import glauber.hdl

from .boards.board import Board
from .tools import Tool
from .untyped import Platform

__all__ = ["build_id", "image_key"]

_PLATFORM = ("device", "package", "speed", "grade", "part", "family", "default_clk", "default_rst")


def image_key(
    board: Board,
    platform: Platform,
    image: str,
    tools: Iterable[Tool],
    script: Sequence[int] = (),
) -> str:
    """The SHA-256, in hexadecimal, of everything that decides what an image is.

    That is the board, the machine and its clock, what a self-test image plays, the sources of
    `glauber.hdl` and `glauber.firmware` and the file that describes the board, and the versions of
    Amaranth, its boards and the tools. The seeds of place and route do not belong to it: they are
    tried in order, and the first one that is good enough is used.
    """
    return _digest(
        [
            image,
            f"{board.name} {board.family} {board.preset}",
            *(f"{name}={getattr(platform, name, None)}" for name in _PLATFORM),
            *(repr(resource) for resource in platform.resources.values()),
            board.source.read_text(encoding="utf-8") if board.source else "",
            *_sources(),
            *(f"{name} {_version(name)}" for name in ("amaranth", "amaranth-boards")),
            *(f"{tool.name} {tool.identity}" for tool in tools),
            f"{list(script)}",
            # Amaranth takes further options for the tools from the environment.
            *(f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("AMARANTH_")),
        ]
    )


def build_id(key: str) -> int:
    """The first 32 bits of a key, for the header of the machine; never 0, which means none."""
    return int(key[:8], 16) or 1


@cache
def _sources() -> list[str]:
    texts = []
    for package in (glauber.hdl, glauber.firmware):
        root = Path(*package.__path__)
        for path in sorted(root.rglob("*.py")):
            texts.append(f"{package.__name__}/{path.relative_to(root).as_posix()}")
            texts.append(path.read_text(encoding="utf-8"))
    return texts


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "absent"


def _digest(parts: Iterable[str]) -> str:
    """No two different lists of texts have the same digest."""
    whole = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        whole.update(len(encoded).to_bytes(8, "big") + encoded)
    return whole.hexdigest()
