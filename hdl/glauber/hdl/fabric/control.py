"""What the sequencer tells the fabric in every clock."""

from amaranth.lib import data, wiring
from amaranth.lib.wiring import Out
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams
from ..facts.numbers import TEMPERATURE_FORMAT

__all__ = ["SLOT_CLOCKS", "FabricControl", "SlotLayout"]

# From the issue of a slot, which is beside the first draw of its row, to its clock in the fabric.
SLOT_CLOCKS = 1


class SlotLayout(data.StructLayout):
    """One slot of the program, processed by all lanes at once."""

    def __init__(self, params: MachineParams) -> None:
        super().__init__(
            {
                "valid": 1,
                "first": 1,  # the first slot of its row
                "last": 1,  # the last slot of its row
                "couple": 1,  # 0: couplings count as zero
                "address": ceil_log2(params.slots),
                "target": ceil_log2(params.pbits // params.lanes),
            }
        )


class FabricControl(wiring.Signature):
    """The interface from the sequencer to a fabric.

    Members
    -------
    draw : Out(1)
        All generators deliver a word in this clock: the first `draws` clocks of every row.
    last_draw : Out(1)
        It is the last word of a sweep.
    temperature : Out(18)
        The temperature of the words drawn in this clock.
    slot : Out(SlotLayout)
        The slot that was issued in the clock before: beside a row's second draw is its first slot.
    """

    def __init__(self, params: MachineParams) -> None:
        super().__init__(
            {
                "draw": Out(1),
                "last_draw": Out(1),
                "temperature": Out(TEMPERATURE_FORMAT.width),
                "slot": Out(SlotLayout(params)),
            }
        )
