"""The PLL of ECP5."""

from collections.abc import Iterator
from fractions import Fraction

from amaranth.hdl import Instance, Module, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import Out

from ..untyped import Port
from .plan import ClockPlan, Limits, choose

__all__ = ["LIMITS", "Ecp5Pll", "plan_ecp5"]

_CELL = "EHXPLLL"
# ECP5 family data sheet, "sysCLOCK PLL Timing". Its lowest detector frequency was 3.125 MHz once.
LIMITS = Limits.of_megahertz(
    reference=(8, 400), detector=(10, 400), oscillator=(400, 800), output=(3.125, 400)
)
# The settings of the loop filter that open tools use whatever the frequencies are.
_LOOP_FILTER = {
    "ICP_CURRENT": "12",
    "LPF_RESISTOR": "8",
    "MFG_ENABLE_FILTEROPAMP": "1",
    "MFG_GMCREF_SEL": "2",
}
_UNUSED = ("PLLRST_ENA", "INTFB_WAKE", "STDBY_ENABLE", "DPHASE_SOURCE")
# Inputs that change phases in operation, at rest.
_TIED = {
    **dict.fromkeys(("RST", "STDBY", "PHASESEL0", "PHASESEL1", "PLLWAKESYNC", "ENCLKOP"), 0),
    **dict.fromkeys(("PHASEDIR", "PHASESTEP", "PHASELOADREG"), 1),
}
_DIVIDERS = range(1, 129)
_FEEDBACK_DIVIDERS = range(1, 81)


def plan_ecp5(reference: Fraction, wanted: Fraction) -> ClockPlan:
    """The dividers for the frequency nearest to `wanted`, both in Hz.

    The feedback comes from one output and the machine's clock is another, so that its divider is
    free of that of the feedback: many more frequencies are possible than from one output.

    Raises
    ------
    ClockError
        A frequency is out of the PLL's range.
    """
    LIMITS.check(_CELL, reference, wanted)
    return choose(_CELL, _plans(reference, wanted), LIMITS, wanted)


def _plans(reference: Fraction, wanted: Fraction) -> Iterator[ClockPlan]:
    low, high = LIMITS.oscillator
    for clki in _DIVIDERS:
        detector = reference / clki
        if detector < LIMITS.detector[0]:
            break
        for multiple in range(-(-low // detector), high // detector + 1):
            split = _split(multiple)
            if split is None:
                continue
            oscillator = detector * multiple
            below = max(1, min(128, oscillator // wanted))
            for clkos in {below, min(128, below + 1)}:
                dividers = {
                    "CLKI_DIV": clki,
                    "CLKFB_DIV": split[0],
                    "CLKOP_DIV": split[1],
                    "CLKOS_DIV": clkos,
                }
                yield ClockPlan(reference, oscillator / clkos, detector, oscillator, dividers)


def _split(multiple: int) -> tuple[int, int] | None:
    """Divider of the feedback, and of the output that it comes from, whose product is given.

    The largest divider of the output: the feedback then passes a slow clock.
    """
    for clkop in reversed(_DIVIDERS):
        if multiple % clkop == 0 and multiple // clkop in _FEEDBACK_DIVIDERS:
            return multiple // clkop, clkop
    return None


class Ecp5Pll(wiring.Component):
    """A PLL that is fed back from its first output, and clocks the machine from its second.

    Parameters
    ----------
    plan : ClockPlan
    port : io.PortLike
        The pin with the clock of the board.

    Members
    -------
    clk : Out(1)
        The clock of the machine.
    locked : Out(1)
        High once `clk` has its frequency; asynchronous.
    """

    clk: Signal
    locked: Signal

    def __init__(self, plan: ClockPlan, port: Port) -> None:
        self._plan = plan
        self._port = port
        super().__init__({"clk": Out(1), "locked": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        dividers = self._plan.dividers
        feedback = Signal()
        m.submodules.buffer = buffer = io.Buffer(io.Direction.Input, self._port)
        m.submodules.pll = Instance(
            _CELL,
            *(("a", name, value) for name, value in _LOOP_FILTER.items()),
            *(("p", name, "DISABLED") for name in _UNUSED),
            ("p", "FEEDBK_PATH", "CLKOP"),
            ("p", "CLKOP_ENABLE", "ENABLED"),
            ("p", "CLKOS_ENABLE", "ENABLED"),
            # An output is in phase with the reference if its coarse phase is its divider minus 1.
            ("p", "CLKOP_CPHASE", dividers["CLKOP_DIV"] - 1),
            ("p", "CLKOS_CPHASE", dividers["CLKOS_DIV"] - 1),
            *(("p", name, value) for name, value in dividers.items()),
            *(("i", pin, level) for pin, level in _TIED.items()),
            ("i", "CLKI", buffer.i),
            ("i", "CLKFB", feedback),
            ("o", "CLKOP", feedback),
            ("o", "CLKOS", self.clk),
            ("o", "LOCK", self.locked),
        )
        return m
