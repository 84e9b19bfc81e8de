"""When a machine may start: once its clock is good and its memories can be read."""

from amaranth.hdl import ClockDomain, ClockSignal, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

__all__ = ["START_UP_SECONDS", "StartUp"]

# Block RAMs of iCE40 read as zero for some 3 microseconds after configuration, which neither data
# sheet nor signal tells, but measurements. The other families need no such time.
START_UP_SECONDS = 20e-6


class StartUp(wiring.Component):
    """Holds the reset of `sync` for a while after configuration, and while `hold` is high.

    Parameters
    ----------
    clock_hz : int
        Frequency of `sync`.

    Members
    -------
    hold : In(1)
        Asynchronous: the clock is not good yet, or someone presses a reset button.
    reset : Out(1)
        For `ResetSignal("sync")`, synchronous to `sync`.

    Timing
    ------
    `reset` falls `START_UP_SECONDS` and two clocks after the last clock in which `hold` was high,
    and rises five clocks after `hold`.
    """

    hold: Signal
    reset: Signal

    def __init__(self, clock_hz: int) -> None:
        self._clocks = max(2, round(clock_hz * START_UP_SECONDS))
        super().__init__({"hold": In(1), "reset": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.domains += ClockDomain("start_up", reset_less=True, local=True)
        m.d.comb += ClockSignal("start_up").eq(ClockSignal("sync"))
        hold = Signal(init=1)
        m.submodules.synchronizer = FFSynchronizer(self.hold, hold, init=1, o_domain="start_up")

        timer = Signal(range(self._clocks))
        # In steps without logic, which become a tree with leaves all over the device.
        reset, second, third = Signal(init=1), Signal(init=1), Signal(init=1)
        m.d.start_up += [second.eq(reset), third.eq(second)]
        m.d.comb += self.reset.eq(third)
        with m.If(hold):
            m.d.start_up += [timer.eq(0), reset.eq(1)]
        with m.Elif(timer == self._clocks - 1):
            m.d.start_up += reset.eq(0)
        with m.Else():
            m.d.start_up += timer.eq(timer + 1)

        return m
