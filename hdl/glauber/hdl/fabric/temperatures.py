"""The temperatures of words on their way to the shapers."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from ..facts.numbers import TEMPERATURE_FORMAT
from ..noise.shaper import NoiseShaper
from .delay import Delay
from .drawing import DrawControl

__all__ = ["Temperatures"]

_WIDTH = TEMPERATURE_FORMAT.width


class Temperatures(wiring.Component):
    """The temperature of each unit's word: that of the step, or that of the word's replica.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    draw : In(1)
        As in `FabricControl`.
    step : In(18)
        Beside it, the temperature of the step.
    ladder, write, replica, temperature : In
        As in `TemperLines`.
    temperatures : Out(ArrayLayout(18, units))
        Of the units of every lane, as `NoiseShaper` takes it.

    Timing
    ------
    `LATENCY` clocks from `step` to `temperatures`. A temperature counts for all later draws; it is
    written only while no draw is under way.

    Gates
    -----
    A memory of `draws` words for each unit, and a choice, if the machine can temper; else a delay.
    """

    LATENCY = DrawControl.LATENCY + NoiseShaper.TEMPERATURE_LATENCY

    draw: Signal
    step: Signal
    ladder: Signal
    write: Signal
    replica: Signal
    temperature: Signal
    temperatures: data.View

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "draw": In(1),
                "step": In(_WIDTH),
                "ladder": In(1),
                "write": In(1),
                "replica": In(range(params.replicas)),
                "temperature": In(_WIDTH),
                "temperatures": Out(data.ArrayLayout(_WIDTH, params.units)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        tempers = Abilities.TEMPERING in params.abilities
        m.submodules.step = step = Delay(_WIDTH, self.LATENCY - tempers, reset_less=True)
        m.d.comb += step.i.eq(self.step)
        if not tempers:
            m.d.comb += self.temperatures.eq(step.o.replicate(params.units))
            return m

        # Rows draw `draws` words in a row, a power of two, so that this also begins anew with them.
        index_bits = ceil_log2(params.draws)
        index = Signal(index_bits)
        m.d.sync += index.eq(Mux(self.draw, index + 1, 0))
        m.submodules.index = drawn = Delay(index_bits, self.LATENCY - 2, reset_less=True)
        m.d.comb += drawn.i.eq(index)
        unit = self.replica[index_bits:]
        for g in range(params.units):
            m.submodules[f"unit{g}"] = words = memory.Memory(
                shape=_WIDTH, depth=params.draws, init=[]
            )
            write, read = words.write_port(), words.read_port()
            chosen = Signal(_WIDTH, name=f"temperature{g}", reset_less=True)
            m.d.comb += [
                [write.addr.eq(self.replica), write.data.eq(self.temperature)],
                write.en.eq(self.write & (unit == g)),
                read.addr.eq(drawn.o),
                self.temperatures[g].eq(chosen),
            ]
            m.d.sync += chosen.eq(Mux(self.ladder, read.data, step.o))

        return m
