"""Amaranth's descriptions of boards, imported when one is made and not before."""

import importlib
from collections.abc import Callable

from ..errors import ToolMissingError
from ..untyped import Platform

__all__ = ["platform_of"]


def platform_of(module: str, name: str) -> Callable[[], Platform]:
    """What makes the platform `name` of `amaranth_boards.module`.

    Calling it raises `ToolMissingError` if Amaranth or its boards are not installed.
    """

    def make() -> Platform:
        try:
            boards = importlib.import_module(f"amaranth_boards.{module}")
        except ModuleNotFoundError as error:
            raise ToolMissingError(
                f"building an image needs the Python package {str(error.name).split('.')[0]}, "
                "which is not installed or too old; run `pip install 'glauber[build]'`"
            ) from error
        platform: Platform = getattr(boards, name)()
        return platform

    return make
