"""The divisor of a serial line."""

from ..errors import ClockError

__all__ = ["BAUD_ERROR_MAX", "uart_divisor"]

# A receiver samples the last of ten bits half a bit before its end: both sides together may be off
# by 5 %. The other side, and the board's oscillator, get the rest.
BAUD_ERROR_MAX = 0.02
_DIVISOR_MIN = 4  # that of `glauber.hdl.link.uart`


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
