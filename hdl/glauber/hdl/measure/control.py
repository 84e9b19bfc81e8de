"""What the sequencer tells those who measure."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import MachineParams
from ..facts.measure import Abilities

__all__ = ["FLAG_BITS", "MeasureControl", "can_measure"]

FLAG_BITS = 5


def can_measure(params: MachineParams) -> bool:
    """Whether there is anything that a measuring walk is good for."""
    return bool(params.abilities & (Abilities.SCORES | Abilities.MOMENTS))


class MeasureControl(wiring.Signature):
    """The interface from the sequencer to the measuring unit.

    Members
    -------
    walking : Out(1)
        From the clock before a part's first slot until the part is drained. Its slots draw and
        write nothing; `first` is 1 only in its first one, and `last` in none.
    flags : Out(5)
        The `facts.measure.MeasureFlags` that the machine has the abilities for; constant from
        `walking` to `done`.
    weigh : Out(1)
        Pulse at rest, behind a part whose scores are measured.
    last : Out(1)
        Beside `weigh` until `done`: the part was the walk's last one.
    done : In(1)
        Pulse in the last clock of a weighing, with all that follows from it.
    hit : In(1)
        Beside `done` of the last part: the target was reached.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "walking": Out(1),
                "flags": Out(FLAG_BITS),
                "weigh": Out(1),
                "last": Out(1),
                "done": In(1),
                "hit": In(1),
            }
        )
