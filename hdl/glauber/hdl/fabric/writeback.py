"""Takes the new states of a row and writes them in beats."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams
from .memories import StateWrite

__all__ = ["WriteBack"]


class WriteBack(wiring.Component):
    """Buffers a row of `lanes` p-bits and writes `beat_pbits` of them per clock.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    take : In(1)
        `states` and `target` hold a finished row; at least `beats` clocks apart.
    target : In
        The row of the state memory.
    states : In(lanes * replicas)
    host : In(StateWrite)
        The host's writes, which take the place of a beat; only while there is none.
    write : Out(StateWrite)
        From flip-flops without gates before them, for it goes to all state copies.

    Timing
    ------
    The first beat stands at `write` three clocks after `take`, the others
    in the clocks after it. A write of the host stands there two clocks after it came.
    """

    LATENCY = 3

    take: Signal
    target: Signal
    states: Signal
    host: data.View
    write: data.View

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "take": In(1),
                "target": In(ceil_log2(params.pbits // params.lanes)),
                "states": In(params.lanes * params.replicas),
                "host": In(StateWrite(params)),
                "write": Out(StateWrite(params)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params

        width = params.beat_pbits * params.replicas
        row = Signal(len(self.states), reset_less=True)
        target = Signal.like(self.target, reset_less=True)
        beat = Signal(ceil_log2(params.beats), reset_less=True)
        left = Signal(range(params.beats + 1))
        chosen = Signal.like(self.write)
        m.d.sync += self.write.eq(chosen)

        with m.If(self.take):
            m.d.sync += [
                row.eq(self.states),
                target.eq(self.target),
                beat.eq(0),
                left.eq(params.beats),
            ]
        with m.Elif(left != 0):
            m.d.sync += [row.eq(row >> width), beat.eq(beat + 1), left.eq(left - 1)]
        with m.If(self.host.enable.any()):
            m.d.sync += chosen.eq(self.host)
        with m.Else():
            m.d.sync += [
                chosen.enable.eq((left != 0).replicate(params.beat_pbits)),
                chosen.beat.eq(Cat(beat, target)),
                chosen.states.eq(row[:width]),
            ]

        return m
