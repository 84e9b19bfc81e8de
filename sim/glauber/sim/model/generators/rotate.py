"""Rotation, of what has shifts only."""

from typing import Any

__all__ = ["rotate"]


def rotate(word: Any, distance: int) -> Any:
    """Words of 32 bits, rotated to the left."""
    return word << distance | word >> 32 - distance
