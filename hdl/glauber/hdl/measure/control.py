"""What the sequencer tells the measuring gates."""

from amaranth.hdl import Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams
from ..facts.measure import Abilities, MeasureFlags

__all__ = ["FLAG_BITS", "FlagBits", "MeasureControl", "can_measure"]

FLAG_BITS = len(MeasureFlags)


def can_measure(params: MachineParams) -> bool:
    """Whether there is anything that a measuring walk is good for."""
    return bool(params.abilities & (Abilities.SCORES | Abilities.MOMENTS))


class MeasureControl(wiring.Signature):
    """The interface from the sequencer to what measures.

    Members
    -------
    walking : Out(1)
        From before the first slot of a measuring part until it is drained: cells start from zero
        where `slot.first` is 1, which is in the first slot of a part only, own states turn
        neighbours, nothing is written back, no word is drawn.
    flags : Out(6)
        `facts.measure.MeasureFlags` for which the machine has the abilities; constant in an
        operation.
    weigh : Out(1)
        A pulse at rest after a part, if scores are measured.
    last : Out(1)
        Beside `weigh`: it was the walk's last part.
    done : In(1)
        A pulse: the weighing, and after the last part what follows from it, is over.
    hit : In(1)
        Beside `done` after the last part: the target was reached.
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


class FlagBits:
    """The flags of `MeasureControl` that steer the measuring gates, by name."""

    def __init__(self, flags: Value) -> None:
        def bit(flag: MeasureFlags) -> Value:
            return flags[ceil_log2(flag)]

        self.best = bit(MeasureFlags.BEST)
        self.moments = bit(MeasureFlags.MOMENTS)
        self.target = bit(MeasureFlags.TARGET)
        self.fresh = bit(MeasureFlags.FRESH)
        self.exchange = bit(MeasureFlags.EXCHANGE)
