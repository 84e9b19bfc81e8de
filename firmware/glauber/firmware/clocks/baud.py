"""The divisor of a serial line."""

from glauber.hdl.facts.line import BAUD_ERROR_MAX, DIVISOR_RANGE

from ..errors import ClockError

__all__ = ["uart_divisor"]

_DIVISOR_MIN = DIVISOR_RANGE[0]


def uart_divisor(clock_hz: int, baud: int) -> int:
    """Clocks per bit at `clock_hz` for a line of `baud` bits per second.

    Raises
    ------
    ClockError
        The nearest whole number of clocks is off by more than `BAUD_ERROR_MAX`.
    """
    divisor = max(_DIVISOR_MIN, round(clock_hz / baud)) if baud > 0 else _DIVISOR_MIN
    actual = clock_hz / divisor
    if baud <= 0 or abs(actual / baud - 1) > BAUD_ERROR_MAX:
        raise ClockError(
            f"the baud rate is {baud}, but a clock of {clock_hz / 1e6:.6g} MHz gives {actual:.0f} "
            f"at the nearest, by {divisor} clocks per bit; it must be within "
            f"{BAUD_ERROR_MAX:.0%}. Choose a rate of at most {clock_hz // _DIVISOR_MIN} that is "
            f"the clock divided by a whole number, such as {actual:.0f}, or another clock"
        )
    return divisor
