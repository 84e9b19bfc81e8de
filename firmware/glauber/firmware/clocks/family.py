"""The clock of a machine on a platform of any family."""

from fractions import Fraction
from typing import TYPE_CHECKING

from glauber.hdl.family import Family

from ..errors import BoardError
from ..untyped import Platform, Port
from .plan import ClockPlan

if TYPE_CHECKING:
    from .direct import BoardClock
    from .ecp5 import Ecp5Pll
    from .gowin import GowinPll
    from .ice40 import Ice40Pll

__all__ = ["make_clock", "plan_clock"]

# The pin that the PLL takes for itself; for packages that are not here, the clock is taken to come
# in at another pin, and nextpnr says so if that is not true.
_ICE40_PLL_PADS = {("iCE40UP5K", "SG48"): "35", ("iCE40UP3K", "SG48"): "35"}


def plan_clock(family: Family, platform: Platform, wanted_hz: int) -> ClockPlan:
    """How to make a clock of `wanted_hz`, or near it, from the default clock of a platform.

    Raises
    ------
    ClockError
        The family's PLL cannot make such a frequency of the board's clock.
    BoardError
        The platform has no clock on a pin, or is not of a series that is known.
    """
    if platform.default_clk is None or (platform.default_clk, 0) not in platform.resources:
        raise BoardError(
            f"the platform {type(platform).__qualname__} has {platform.default_clk} as its default "
            "clock, which is no pin; give it a default_clk that names a resource with a Clock"
        )
    # An oscillator in the chip is no choice: it is off by more than a serial line can bear.
    reference, wanted = Fraction(round(platform.default_clk_frequency)), Fraction(wanted_hz)
    if reference == wanted:
        return ClockPlan(reference, reference)
    if family is Family.ICE40:
        from .ice40 import plan_ice40

        return plan_ice40(reference, wanted)
    if family is Family.ECP5:
        from .ecp5 import plan_ecp5

        return plan_ecp5(reference, wanted)
    from .gowin import plan_gowin

    return plan_gowin(_gowin_series(platform), reference, wanted)


def make_clock(
    family: Family, platform: Platform, plan: ClockPlan, port: Port
) -> "BoardClock | Ice40Pll | Ecp5Pll | GowinPll":
    """The component that carries out `plan` with the clock that comes in at `port`."""
    if not plan.dividers:
        from .direct import BoardClock

        return BoardClock(port)
    if family is Family.ICE40:
        from .ice40 import Ice40Pll

        pins = {bit.name for bit in port.io.metadata}
        pad = _ICE40_PLL_PADS.get((platform.device, platform.package))
        return Ice40Pll(plan, port, pad=pad in pins)
    if family is Family.ECP5:
        from .ecp5 import Ecp5Pll

        return Ecp5Pll(plan, port)
    from .gowin import GowinPll

    return GowinPll(plan, port, platform.family)


def _gowin_series(platform: Platform) -> str:
    from .gowin import LIMITS

    for series in LIMITS:
        if platform.family.startswith(series):
            return series
    raise BoardError(
        f"the Gowin family {platform.family} has a PLL that is not known here; "
        f"known are {' and '.join(LIMITS)}. Give the preset the frequency of the board's clock"
    )
