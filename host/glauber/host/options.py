"""Checks of values that a user gave, and how limits are written for one."""

import operator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any

from .errors import OptionError

__all__ = ["at_least", "at_most", "check_callable", "positive_number", "whole_number"]

_DIGITS = 3


def whole_number(name: str, value: Any, low: int | None = 1) -> int:
    """`value` as an int, NumPy's integers too. Raises `OptionError` unless `low` or more."""
    try:
        number = operator.index(value)
    except TypeError:
        raise OptionError(f"{name} is {value!r}; give a whole number") from None
    if low is not None and number < low:
        raise OptionError(f"{name} is {number}; it must be {low} or more")
    return number


def positive_number(name: str, value: Any) -> float:
    """`value` as a float. Raises `OptionError` unless it is positive and finite."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or not 0 < number < float("inf"):
        raise OptionError(f"{name} is {value!r}; it must be a positive finite number")
    return number


def check_callable(name: str, value: Any, what: str) -> None:
    """Raise `OptionError` unless `value` can be called."""
    if not callable(value):
        raise OptionError(f"{name} is {value!r}; give a function {what}")


def at_least(limit: float) -> str:
    """A lower limit in three digits, rounded up: what a user copies from a text is legal."""
    return f"{float(Context(_DIGITS, ROUND_CEILING).create_decimal_from_float(limit)):g}"


def at_most(limit: float) -> str:
    """An upper limit in three digits, rounded down."""
    return f"{float(Context(_DIGITS, ROUND_FLOOR).create_decimal_from_float(limit)):g}"
