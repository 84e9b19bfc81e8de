"""What the registers tell the sequencer, and what they hear from it."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import MachineParams

__all__ = ["RunControl"]


class RunControl(wiring.Signature):
    """The interface from the registers to the sequencer.

    Members
    -------
    start : Out(1)
        Begins a run; ignored while one is under way.
    stop : Out(1)
        Ends the run after the sweep or the operation that is under way in the next clock, or
        before the next word of an emission, or before the operation that a drain is before.
    row_count, step_count : Out(32)
        How many rows a sweep has and how many steps the schedule; 1 or more, constant in a run.
    measured_rows, weigh_rows : Out
        As the registers of these names; constant in a run.
    running : In(1)
        From the clock after `start` until the fabric is at rest.
    sweep_done : In(1)
        The last slot of a sweep is issued in this clock.
    stopped : In(1)
        The last run was ended by `stop`.
    reached : In(1)
        The last run was ended by an operation that reached its target.
    """

    def __init__(self, params: MachineParams) -> None:
        rows = Out(range(params.rows + 1))
        super().__init__(
            {
                "start": Out(1),
                "stop": Out(1),
                "row_count": Out(32),
                "step_count": Out(32),
                "measured_rows": rows,
                "weigh_rows": rows,
                "running": In(1),
                "sweep_done": In(1),
                "stopped": In(1),
                "reached": In(1),
            }
        )
