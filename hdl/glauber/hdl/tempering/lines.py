"""What the tempering unit tells the fabric, and what it hears from it."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.generators import WORD_BITS
from ..facts.machine import MachineParams
from ..facts.numbers import TEMPERATURE_FORMAT

__all__ = ["TemperLines"]


class TemperLines(wiring.Signature):
    """The interface from the tempering unit to a fabric. What a machine cannot do stays 0.

    Members
    -------
    metropolis, ladder : Out(1)
        Bits of `Register.MODE`; constant in a run.
    write : Out(1)
        At rest: `temperature` becomes that of `replica`.
    replica : Out(range(replicas))
    temperature : Out(18)
    draw : Out(1)
        At rest: all generators deliver a word, as with `draw` of `FabricControl`.
    word : In(32)
        The word of unit 0 of lane 0, `WORD_CLOCKS` clocks after its `draw`.
    """

    # Two on the way to the generators, and two on the way back.
    WORD_CLOCKS = 4

    def __init__(self, params: MachineParams) -> None:
        super().__init__(
            {
                "metropolis": Out(1),
                "ladder": Out(1),
                "write": Out(1),
                "replica": Out(range(params.replicas)),
                "temperature": Out(TEMPERATURE_FORMAT.width),
                "draw": Out(1),
                "word": In(WORD_BITS),
            }
        )
