"""Images by name."""

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from glauber.hdl.facts.header import HeaderWords

from ..boards.board import Board
from ..errors import ImageNameError

if TYPE_CHECKING:
    from amaranth.hdl import Elaboratable

__all__ = ["IMAGES", "SELFTEST", "Script", "check_image", "check_pins", "make_image"]

# Makes what the self-test image plays, for a machine with this header.
Script = Callable[[HeaderWords], Sequence[int]]
SELFTEST = "selftest"

# Module and class, imported when one is made: that needs Amaranth.
IMAGES = {
    "sampler": ("sampler", "SamplerImage"),
    SELFTEST: ("selftest", "SelftestImage"),
}


def check_image(name: str) -> None:
    """Raises `ImageNameError` if there is no image `name`."""
    if name not in IMAGES:
        raise ImageNameError(f"there is no image {name!r}; there are {' and '.join(IMAGES)}")


def check_pins(board: Board) -> None:
    """Raises `BoardError` if the board lacks a pin that every image needs.

    An image would raise it too, but halfway, and Amaranth would complain of the other half.
    """
    from .base import serial_ports

    serial_ports(board.platform(), board.name)  # a platform of its own: it gives a pin but once


def make_image(
    name: str, board: Board, build_id: int, script: Script | None = None
) -> "Elaboratable":
    """The image `name` for a board. Raises `ImageNameError` if there is none.

    Only the self-test image takes the `script`, and it must have one.
    """
    check_image(name)
    module, kind = IMAGES[name]
    make = getattr(importlib.import_module(f"{__package__}.{module}"), kind)
    image: Elaboratable = make(board, build_id, *([script] if name == SELFTEST else []))
    return image
