"""What the measuring unit tells the fabric, and what it hears from it."""

from amaranth.hdl import signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams

__all__ = ["ExchangeLines", "KeepLines", "MeasureLines", "WeighLines"]


class WeighLines(wiring.Signature):
    """What tells the totals of the lanes.

    Members
    -------
    weighing, hold, weight, index : Out
        As in `WeighSteps`; `index` is its replica.
    told : In(lanes)
        A bit per lane: whether the total of replica `index` was not negative, a clock ago.
    """

    def __init__(self, params: MachineParams) -> None:
        super().__init__(
            {
                "weighing": Out(1),
                "hold": Out(1),
                "weight": Out(params.coupling_bits),
                "index": Out(range(params.replicas)),
                "told": In(params.lanes),
            }
        )


class KeepLines(wiring.Signature):
    """What has best states kept.

    Members
    -------
    keep : Out(1)
        A pulse: keep the states of the replicas in `improved`, which is constant until `kept`.
    improved : Out(replicas)
    kept : In(1)
        A pulse: it is done.
    """

    def __init__(self, params: MachineParams) -> None:
        super().__init__({"keep": Out(1), "improved": Out(params.replicas), "kept": In(1)})


class ExchangeLines(wiring.Signature):
    """What has temperatures exchanged.

    Members
    -------
    exchange : Out(1)
        A pulse: exchange temperatures by the newest scores, which are constant until `exchanged`.
    exchanged : In(1)
        A pulse: it is done.
    look : In(1), replica : In(range(replicas))
        In an exchange: the score of which replica is wanted.
    score : Out(signed(32))
        It, two clocks later.
    """

    def __init__(self, params: MachineParams) -> None:
        super().__init__(
            {
                "exchange": Out(1),
                "exchanged": In(1),
                "look": In(1),
                "replica": In(range(params.replicas)),
                "score": Out(signed(32)),
            }
        )


class MeasureLines(wiring.Signature):
    """The interface from the measuring unit to the lanes. What a machine cannot do stays 0.

    Members
    -------
    walking : Out(1)
        As in `MeasureControl`.
    score : Out(WeighLines)
    counting, fresh : Out(1)
        Slots are counted in this walk; their counts begin anew.
    slot : Out(ceil_log2(slots))
        The slot whose counts the host wants, while there is no walk.
    counts : In(ArrayLayout(32, lanes * couplings_per_slot))
        Its counts, two clocks later.
    """

    def __init__(self, params: MachineParams) -> None:
        words = params.lanes * params.couplings_per_slot
        super().__init__(
            {
                "walking": Out(1),
                "score": Out(WeighLines(params)),
                "counting": Out(1),
                "fresh": Out(1),
                "slot": Out(ceil_log2(params.slots)),
                "counts": In(data.ArrayLayout(32, words)),
            }
        )
