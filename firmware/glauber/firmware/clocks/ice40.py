"""The PLL of iCE40."""

from collections.abc import Iterator
from fractions import Fraction

from amaranth.hdl import Instance, Module, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import Out

from ..untyped import Port
from .plan import ClockPlan, Limits, choose

__all__ = ["LIMITS", "Ice40Pll", "plan_ice40"]

_CELL = "SB_PLL40"
# iCE40 LP/HX and UltraPlus data sheets, "sysCLOCK PLL Timing".
LIMITS = Limits.of_megahertz(
    reference=(10, 133), detector=(10, 133), oscillator=(533, 1066), output=(16, 275)
)
# The loop filter by the frequency of the detector, up to which MHz each setting is for.
_FILTERS = ((17, 1), (26, 2), (44, 3), (66, 4), (101, 5), (133, 6))


def plan_ice40(reference: Fraction, wanted: Fraction) -> ClockPlan:
    """The dividers for the frequency nearest to `wanted`, both in Hz.

    Raises
    ------
    ClockError
        A frequency is out of the PLL's range.
    """
    LIMITS.check(_CELL, reference, wanted)
    return choose(_CELL, _plans(reference), LIMITS, wanted)


def _plans(reference: Fraction) -> Iterator[ClockPlan]:
    for divr in range(16):
        detector = reference / (divr + 1)
        if detector < LIMITS.detector[0]:
            break
        for divf in range(128):
            oscillator = detector * (divf + 1)
            for divq in range(1, 7):
                dividers = {"DIVR": divr, "DIVF": divf, "DIVQ": divq}
                output = oscillator / 2**divq
                yield ClockPlan(reference, output, detector, oscillator, dividers)


class Ice40Pll(wiring.Component):
    """A PLL in simple feedback mode.

    Parameters
    ----------
    plan : ClockPlan
    port : Port
        The pin with the clock of the board.
    pad : bool
        Whether it is the pin that belongs to the PLL. The PLL takes that pin for itself, so a
        clock that comes in there can take no other way.

    Members
    -------
    clk : Out(1)
        The clock of the machine, on a global net.
    locked : Out(1)
        High once `clk` has its frequency; asynchronous.
    """

    clk: Signal
    locked: Signal

    def __init__(self, plan: ClockPlan, port: Port, *, pad: bool) -> None:
        self._plan = plan
        self._port = port
        self._pad = pad
        super().__init__({"clk": Out(1), "locked": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        plan = self._plan
        filter_range = next(
            setting for top, setting in _FILTERS if plan.detector_hz <= top * 1_000_000
        )
        if self._pad:
            reference = ("io", "PACKAGEPIN", self._port.io)
        else:
            m.submodules.buffer = buffer = io.Buffer(io.Direction.Input, self._port)
            reference = ("i", "REFERENCECLK", buffer.i)
        m.submodules.pll = Instance(
            "SB_PLL40_PAD" if self._pad else "SB_PLL40_CORE",
            ("p", "FEEDBACK_PATH", "SIMPLE"),
            *(("p", name, value) for name, value in plan.dividers.items()),
            ("p", "FILTER_RANGE", filter_range),
            reference,
            ("i", "RESETB", 1),
            ("i", "BYPASS", 0),
            ("o", "PLLOUTGLOBAL", self.clk),
            ("o", "LOCK", self.locked),
        )
        return m
