"""The whole machine as one component: bytes in, bytes out."""

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from .control.registers import ControlRegisters
from .decoder import RegionDecoder
from .fabric.graph import GraphFabric
from .facts.digest import facts_hash, gates_hash
from .facts.header import Features, HeaderWords
from .facts.line import DIVISOR_RANGE
from .facts.machine import MachineParams
from .link.bus import BusRegister
from .link.link import Link
from .measure.unit import MeasureUnit
from .noise.control import NoiseControl
from .sequencer.sequencer import Sequencer
from .stream.unit import StreamUnit
from .tempering.unit import TemperingUnit

__all__ = ["Machine"]


class Machine(wiring.Component):
    """A p-bit machine: graph fabric, sequencer, registers and framed link.

    Parameters
    ----------
    params : MachineParams
    build_id : int
        Identity of the image, for the header.
    clock_hz : int
        Frequency of the `sync` domain, for the header; 0 if it has no fixed one.
    board : str
        Name of the board, for the header.
    simulation : bool
        Whether to say in the header that this is a simulation.

    Members
    -------
    i : In(stream.Signature(8))
        Bytes from the host.
    o : Out(stream.Signature(8))
        Bytes to the host.
    rings : In(rings)
        Outputs of the ring oscillators, asynchronous; only if `params.rings` is not 0.
    line : Out(10), line_fall_back : In(1)
        `Register.LINE`, for a serial line, and a pulse that sets it to 0.
    heard : Out(1)
        1 for one clock per good frame.

    Timing
    ------
    A run updates `lanes * replicas` p-bits per row and takes a clock per slot. What a run computes
    does not depend on when bytes come and go.

    Reference
    ---------
    `glauber.sim.model.machine.ModelMachine`, request by request.
    """

    i: stream.Interface
    o: stream.Interface
    rings: Signal
    line: Signal
    line_fall_back: Signal
    heard: Signal

    def __init__(
        self,
        params: MachineParams,
        *,
        build_id: int = 0,
        clock_hz: int = 0,
        board: str = "",
        simulation: bool = False,
    ) -> None:
        self.params = params
        features = Features.SIMULATION if simulation else Features.NONE
        self.header = HeaderWords(
            params, facts_hash(), build_id, features, clock_hz, gates_hash(), board
        )
        super().__init__(
            {
                "i": In(stream.Signature(8)),
                "o": Out(stream.Signature(8)),
                "line": Out(range(DIVISOR_RANGE[1] + 1)),
                "line_fall_back": In(1),
                "heard": Out(1),
                **({"rings": In(params.rings)} if params.rings else {}),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m, params = Module(), self.params
        m.submodules.link = link = Link(params)
        m.submodules.register = register = BusRegister()
        m.submodules.decoder = decoder = RegionDecoder(params)
        m.submodules.registers = registers = ControlRegisters(params, self.header)
        m.submodules.fabric = fabric = GraphFabric(params)
        m.submodules.sequencer = sequencer = Sequencer(params)
        m.submodules.noise = noise = NoiseControl(params)
        m.submodules.stream = stream = StreamUnit(params)
        m.submodules.measure = measure = MeasureUnit(params)
        m.submodules.tempering = tempering = TemperingUnit(params)

        connect(m, flipped(self.i), link.i)
        connect(m, link.o, flipped(self.o))
        connect(m, link.bus, register.asked)
        connect(m, register.bus, decoder.bus)
        connect(m, decoder.registers, registers.bus)
        connect(m, decoder.states, stream.host)
        connect(m, stream.states, fabric.states)
        connect(m, decoder.stream, stream.bus)
        connect(m, stream.registers, registers.stream)
        connect(m, sequencer.emitter, stream.control)
        connect(m, decoder.raw, noise.raw)
        connect(m, decoder.reseeds, noise.reseeds)
        connect(m, noise.registers, registers.noise)
        connect(m, sequencer.control, fabric.control)
        connect(m, sequencer.measure, measure.control)
        connect(m, measure.lines, fabric.measure)
        connect(m, measure.exchange, tempering.measure)
        connect(m, measure.registers, registers.measure)
        connect(m, tempering.registers, registers.tempering)
        connect(m, tempering.lines, fabric.temper)
        connect(m, registers.run, sequencer.run)
        connect(m, decoder.ladder, tempering.ladder)
        connect(m, decoder.temperatures, tempering.temperatures)
        connect(m, measure.keep, fabric.keep)
        connect(m, decoder.scores, measure.scores)
        connect(m, decoder.moments, measure.moments)
        connect(m, decoder.best, fabric.best)
        connect(m, decoder.rows, sequencer.rows)
        connect(m, decoder.steps, sequencer.steps)
        connect(m, decoder.seeds, fabric.seeds)
        connect(m, decoder.program, fabric.program)
        m.d.comb += [
            [decoder.busy.eq(sequencer.run.running), stream.start.eq(registers.run.start)],
            [registers.frames_bad.eq(link.frames_bad), registers.writes.eq(link.writes)],
            [registers.fault.eq(noise.fault), self.heard.eq(link.heard)],
            [self.line.eq(registers.line), registers.line_fall_back.eq(self.line_fall_back)],
            registers.waiting.eq(stream.waiting),
            [fabric.inject.eq(noise.inject), noise.last_draw.eq(fabric.last_draw)],
            noise.generator_failed.eq(fabric.generator_failed),
        ]
        if params.rings:
            m.d.comb += noise.rings.eq(self.rings)
        return m
