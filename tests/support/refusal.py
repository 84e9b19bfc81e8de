"""Checks that a component refuses its parameters."""

import gc
import warnings
from collections.abc import Callable

import pytest
from amaranth.hdl import UnusedElaboratable

from glauber.hdl.facts.errors import FactError

__all__ = ["assert_refused"]


def assert_refused(make: Callable[[], object], match: str) -> None:
    """Asserts that `make` raises a `FactError` with this text.

    Amaranth warns of a component that is never elaborated, even if its constructor raised; the
    remains are collected here, where that warning is off.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedElaboratable)
        with pytest.raises(FactError, match=match):
            make()
        gc.collect()
