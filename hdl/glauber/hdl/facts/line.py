"""The rate of a serial line, and how both sides come back to the one that they begin with.

A line begins at the default rate of its image. Writing clocks per bit to `Register.LINE` asks for
another rate, which begins behind the reply. The machine falls back to the default, and `LINE` to 0,
if no good frame comes within the fall-back time of the new rate, and when the line is held low (a
break) for as long: so a host can find a device that another one left at any rate.
"""

from .errors import FactError

__all__ = ["BAUD_ERROR_MAX", "DIVISOR_RANGE", "FALL_BACK_BITS", "fall_back_clocks", "line_divisor"]

DIVISOR_RANGE = (4, 1023)  # clocks per bit; fewer leave no room for the error of both clocks
FALL_BACK_BITS = 18
# A receiver samples the last of ten bits half a bit before its end: both sides together may be off
# by 5 %. The other side, and the board's oscillator, get the rest.
BAUD_ERROR_MAX = 0.02


def fall_back_clocks(default: int, bits: int = FALL_BACK_BITS) -> int:
    """The fall-back time in clocks: 2**18 bits at the default rate, up to twice as long."""
    return 1 << bits + (default - 1).bit_length()


def line_divisor(clock_hz: int, baud: int) -> int:
    """Clocks per bit for `baud`. Raises `FactError` if none is within `BAUD_ERROR_MAX` of it."""
    low, high = DIVISOR_RANGE
    divisor = min(max(round(clock_hz / baud), low), high)
    if abs(clock_hz / divisor / baud - 1) <= BAUD_ERROR_MAX:
        return divisor
    slower = min(max(-(-clock_hz // baud), low), high)
    near = sorted({-(-clock_hz // slower), clock_hz // max(low, slower - 1)})
    raise FactError(
        f"the rate is {baud}, but a clock of {clock_hz / 1e6:g} MHz makes no rate within "
        f"{BAUD_ERROR_MAX:.0%} of it; choose from {-(-clock_hz // high)} to {clock_hz // low} "
        f"baud, the clock divided by a whole number, such as {' or '.join(map(str, near))}"
    )
