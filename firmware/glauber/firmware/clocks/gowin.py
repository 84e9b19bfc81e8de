"""The PLL of Gowin's GW1N and GW2A."""

from collections.abc import Iterator
from fractions import Fraction

from amaranth.hdl import Instance, Module, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import Out

from ..untyped import Port
from .plan import ClockPlan, Limits, choose, megahertz

__all__ = ["LIMITS", "GowinPll", "plan_gowin"]

_CELL = "rPLL"
# By the series: GW1NR-9 at speed grade C6/I5 (data sheet DS117), GW2A-18 at C8/I7 (DS102).
LIMITS = {
    "GW1N": Limits.of_megahertz(
        reference=(3, 400), detector=(3, 400), oscillator=(400, 1200), output=(3.125, 600)
    ),
    "GW2A": Limits.of_megahertz(
        reference=(3, 500), detector=(3, 500), oscillator=(500, 1250), output=(3.90625, 625)
    ),
}
_DIVIDERS = range(1, 65)
_OUTPUT_DIVIDERS = (2, 4, 8, *range(16, 129, 16))


def plan_gowin(series: str, reference: Fraction, wanted: Fraction) -> ClockPlan:
    """The dividers for the frequency nearest to `wanted`, both in Hz.

    Parameters
    ----------
    series : str
        `GW1N` or `GW2A`.
    reference, wanted : Fraction

    Raises
    ------
    ClockError
        A frequency is out of the PLL's range.
    """
    limits = LIMITS[series]
    limits.check(f"{_CELL} of {series}", reference, wanted)
    return choose(_CELL, _plans(reference, limits), limits, wanted)


def _plans(reference: Fraction, limits: Limits) -> Iterator[ClockPlan]:
    for idiv in _DIVIDERS:
        detector = reference / idiv
        if detector < limits.detector[0]:
            break
        for fbdiv in _DIVIDERS:
            output = detector * fbdiv
            for odiv in _OUTPUT_DIVIDERS:
                # The register of a divider holds one less, but that of the output the divider.
                dividers = {"IDIV_SEL": idiv - 1, "FBDIV_SEL": fbdiv - 1, "ODIV_SEL": odiv}
                yield ClockPlan(reference, output, detector, output * odiv, dividers)


class GowinPll(wiring.Component):
    """A PLL with internal feedback.

    Parameters
    ----------
    plan : ClockPlan
    port : Port
        The pin with the clock of the board.
    device : str
        What the primitive wants to be told, such as `GW1NR-9C`.

    Members
    -------
    clk : Out(1)
        The clock of the machine.
    locked : Out(1)
        High once `clk` has its frequency; asynchronous.
    """

    clk: Signal
    locked: Signal

    def __init__(self, plan: ClockPlan, port: Port, device: str) -> None:
        self._plan = plan
        self._port = port
        self._device = device
        super().__init__({"clk": Out(1), "locked": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        unused = {"FBDSEL": 6, "IDSEL": 6, "ODSEL": 6, "PSDA": 4, "DUTYDA": 4, "FDLY": 4}
        m.submodules.buffer = buffer = io.Buffer(io.Direction.Input, self._port)
        m.submodules.pll = Instance(
            _CELL,
            ("p", "DEVICE", self._device),
            ("p", "FCLKIN", megahertz(self._plan.reference_hz)),
            *(("p", name, value) for name, value in self._plan.dividers.items()),
            ("p", "DYN_IDIV_SEL", "false"),
            ("p", "DYN_FBDIV_SEL", "false"),
            ("p", "DYN_ODIV_SEL", "false"),
            ("p", "CLKFB_SEL", "internal"),
            ("i", "CLKIN", buffer.i),
            ("i", "CLKFB", 0),
            ("i", "RESET", 0),
            ("i", "RESET_P", 0),
            *(("i", name, Signal(width, name=name.lower())) for name, width in unused.items()),
            ("o", "CLKOUT", self.clk),
            ("o", "LOCK", self.locked),
        )
        return m
