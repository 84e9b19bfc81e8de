"""The graph fabric: any graph, loaded at run time, updated exactly."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.generators import WORD_BITS
from ..facts.machine import MachineParams
from ..facts.regions import Region, region_words
from ..link.bus import BusSignature
from ..link.window import WindowSignature
from ..measure.lines import KeepLines, MeasureLines
from ..noise.shaper import NoiseShaper
from ..pbit.cell import PbitCell
from ..tempering.lines import TemperLines
from .control import SLOT_CLOCKS, FabricControl, SlotLayout
from .delay import Delay
from .drawing import DrawControl
from .host import HostStates
from .lanes import Lanes
from .memories import ProgramMemory, StateCopy
from .temperatures import Temperatures
from .writeback import WriteBack

__all__ = ["GraphFabric"]


class GraphFabric(wiring.Component):
    """`lanes` lanes in lockstep over their coupling memories, each for all replicas at once.

    There are no interlocks: the program keeps `params.hazard` slots between a row and the rows
    that read it. Every lane has one copy of all states per coupling of a slot, and one more copy
    serves the host.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    control : In(FabricControl)
    program, seeds : In(WindowSignature)
        Words of `Region.PROGRAM` and `Region.SEEDS`.
    states, best : In(BusSignature)
        `Region.STATES` and `Region.BEST`, as in `HostStates`.
    measure : In(MeasureLines), keep : In(KeepLines), temper : In(TemperLines)
    last_draw : Out(1)
        As in `control`, a clock later.
    inject : In(32)
        Entropy for all generators, as `NoiseSignature`, in the clock of `last_draw`.
    generator_failed : Out(1)
        A generator failed its liveness test, two clocks ago.

    Timing
    ------
    A slot per clock. Generators draw two clocks after `control` says so. Slots wait `draws + 5`
    clocks for their noise; from there, a row's last slot is followed by its last write after
    `params.hazard + 1` clocks; `params.drain_clocks` after its issue nothing is under way.

    Reference
    ---------
    `glauber.sim.model.replicas.ReplicaBlocks`.
    """

    control: Any
    program: Any
    seeds: Any
    states: Any
    best: Any
    measure: Any
    keep: Any
    temper: Any
    last_draw: Signal
    inject: Signal
    generator_failed: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "control": In(FabricControl(params)),
                "program": In(WindowSignature(region_words(Region.PROGRAM, params))),
                "seeds": In(WindowSignature(region_words(Region.SEEDS, params))),
                "states": In(BusSignature()),
                "best": In(BusSignature()),
                "measure": In(MeasureLines(params)),
                "keep": In(KeepLines(params)),
                "temper": In(TemperLines(params)),
                "last_draw": Out(1),
                "inject": In(WORD_BITS),
                "generator_failed": Out(1),
            }
        )

    @staticmethod
    def issue_clocks(params: MachineParams) -> int:
        """How long a slot waits, so that the noise is there when its couplings are."""
        noise = DrawControl.LATENCY + params.draws - 1 + NoiseShaper.LATENCY - SLOT_CLOCKS
        return noise - ProgramMemory.LATENCY - StateCopy.LATENCY

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params, control, temper = self._params, self.control, self.temper
        layout = SlotLayout(params)
        m.submodules.drawing = drawing = DrawControl(params)
        m.submodules.host = host = HostStates(params)
        m.submodules.writeback = writeback = WriteBack(params)
        m.submodules.lanes = lanes = Lanes(params)
        # Slots wait for their noise, then follow the couplings through two memories.
        m.submodules.issue = issue = Delay(layout, self.issue_clocks(params))
        m.submodules.fetched = fetched = Delay(layout, ProgramMemory.LATENCY)
        m.submodules.gathered = gathered = Delay(layout, StateCopy.LATENCY)
        m.submodules.summed = summed = Delay(layout, PbitCell.LATENCY)
        m.submodules.temperatures = temperatures = Temperatures(params)
        # `NoiseShaper.law` belongs to the word of a clock before.
        m.submodules.law = law = Delay(1, DrawControl.LATENCY + 1 - SLOT_CLOCKS, reset_less=True)

        connect(m, flipped(self.seeds), drawing.seeds)
        connect(m, flipped(self.states), host.bus)
        connect(m, flipped(self.best), host.best)
        connect(m, flipped(self.keep), host.keep)
        connect(m, flipped(self.measure), lanes.measure)
        connect(m, flipped(self.program), lanes.program)
        m.d.comb += [
            [temperatures.draw.eq(control.draw), temperatures.step.eq(control.temperature)],
            [temperatures.ladder.eq(temper.ladder), temperatures.write.eq(temper.write)],
            [
                temperatures.replica.eq(temper.replica),
                temperatures.temperature.eq(temper.temperature),
            ],
            law.i.eq(temper.metropolis & control.slot.couple),
            [issue.i.eq(control.slot), fetched.i.eq(issue.o)],
            [gathered.i.eq(fetched.o), summed.i.eq(gathered.o)],
            drawing.wanted.eq(control.draw | temper.draw),
            drawing.last_wanted.eq(control.last_draw),
            [self.last_draw.eq(drawing.last_draw), drawing.entropy.eq(self.inject)],
            [lanes.draw.eq(drawing.draw), lanes.window.eq(drawing.window)],
            [lanes.clear.eq(drawing.clear), lanes.load.eq(drawing.load)],
            [lanes.inject.eq(drawing.inject), lanes.law.eq(law.o)],
            [lanes.temperatures.eq(temperatures.temperatures), temper.word.eq(lanes.word)],
            lanes.metropolis.eq(temper.metropolis),
            self.generator_failed.eq(lanes.failed),
            [lanes.address.eq(issue.o.address), lanes.fetched.eq(fetched.o)],
            lanes.gathered.eq(gathered.o),
            writeback.take.eq(summed.o.valid & summed.o.last & ~self.measure.walking),
            writeback.target.eq(summed.o.target),
            writeback.states.eq(lanes.states),
            # The host writes only while no run is under way.
            writeback.host.eq(host.host),
            [host.write.eq(writeback.write), lanes.write.eq(writeback.write)],
        ]
        return m
