"""What measures, but for what stands in the lanes."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, ValueLike
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import ceil_log2

from ..control.reading import WordChoice
from ..facts.frames import Result
from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from ..facts.regions import Region, region_words
from ..link.bus import BusSignature
from ..link.window import MemoryWindow
from .control import FlagBits, MeasureControl
from .lines import ExchangeLines, KeepLines, MeasureLines, WeighLines
from .registers import MeasureRegisters
from .tally import Tally
from .weighing import Horner, WeighSteps

__all__ = ["MeasureUnit", "MomentReader", "ScoreUnit"]


class ScoreUnit(wiring.Component):
    """Weighs after each part of a walk, and judges after its last one.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    control : In(MeasureControl)
    lines : Out(WeighLines)
    keep : Out(KeepLines)
    exchange : Out(ExchangeLines)
    sweeps, target : In(32)
    bus : In(BusSignature)
        `Region.SCORES`.
    opening : Out(1)
        What is walked is the first part of a walk.

    Timing
    ------
    From `weigh` to `done`, both counted, `params.weigh_clocks`, and `params.keep_clocks` more if
    there are states to keep; and those of an exchange, which is the last of all.
    """

    control: Any
    lines: Any
    keep: Any
    exchange: Any
    sweeps: Signal
    target: Signal
    bus: Any
    opening: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "control": In(MeasureControl()),
                "lines": Out(WeighLines(params)),
                "keep": Out(KeepLines(params)),
                "exchange": Out(ExchangeLines(params)),
                "sweeps": In(32),
                "target": In(32),
                "bus": In(BusSignature()),
                "opening": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.steps = steps = WeighSteps(self._params)
        m.submodules.horner = horner = Horner(self._params)
        m.submodules.tally = tally = Tally(self._params)
        connect(m, flipped(self.bus), tally.bus)
        control, lines, exchange = self.control, self.lines, self.exchange
        flags = FlagBits(control.flags)
        last, again = Signal(), Signal()  # the part that is weighed; a part of the walk is through
        keeps = Abilities.BEST in self._params.abilities
        keep = last & tally.found & keeps
        judged = tally.done & ~keep | self.keep.kept
        tempers = Abilities.TEMPERING in self._params.abilities
        exchanges = last & flags.exchange & tempers

        m.d.comb += [
            [steps.start.eq(control.weigh), tally.start.eq(control.weigh)],
            [lines.weighing.eq(steps.weighing), lines.hold.eq(steps.hold)],
            [lines.weight.eq(steps.weight), lines.index.eq(steps.tell.replica)],
            [horner.told.eq(lines.told), horner.tell.eq(steps.tell)],
            [tally.scored.eq(horner.scored), tally.replica.eq(horner.replica)],
            [tally.score.eq(horner.score), tally.opening.eq(~again)],
            # The next part may begin in the clock in which one is through.
            self.opening.eq(~again & ~control.done),
            [tally.judge.eq(last & flags.best), tally.fresh.eq(flags.fresh)],
            [tally.sweeps.eq(self.sweeps), tally.target.eq(self.target)],
            [self.keep.keep.eq(tally.done & keep), self.keep.improved.eq(tally.improved)],
            [tally.look.eq(exchange.look), tally.looked.eq(exchange.replica)],
            [exchange.score.eq(tally.newest), exchange.exchange.eq(judged & exchanges)],
            control.done.eq(judged & ~exchanges | exchange.exchanged),
            control.hit.eq(last & flags.target & tally.hit),
        ]
        with m.If(control.weigh):
            m.d.sync += last.eq(control.last)
        with m.If(control.done):
            m.d.sync += again.eq(~last)

        return m


class MomentReader(wiring.Component):
    """Reads `Region.MOMENTS`.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    bus : In(BusSignature)
    slot, counts
        As in `MeasureLines`.

    Timing
    ------
    Answers as late as a memory and a `WordChoice` take.
    """

    bus: Any
    slot: Signal
    counts: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        lines = MeasureLines(params).members
        super().__init__(
            {"bus": In(BusSignature())} | {name: lines[name] for name in ("slot", "counts")}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        words = region_words(Region.MOMENTS, self._params)
        m.submodules.choice = choice = WordChoice(len(self.counts))
        m.submodules.window = window = MemoryWindow(
            words, writable=False, clocks=2 + WordChoice.LATENCY
        )

        connect(m, flipped(self.bus), window.bus)
        bits = ceil_log2(len(self.counts))
        m.d.comb += [
            [choice.words.eq(self.counts), choice.index.eq(window.port.address[:bits])],
            [self.slot.eq(window.port.address[bits:]), window.port.r_data.eq(choice.word)],
        ]

        return m


class MeasureUnit(wiring.Component):
    """What measures, but for what stands in the lanes: scores, moments and their regions.

    Parameters
    ----------
    params : MachineParams
        Without the abilities it is nothing but wires.

    Members
    -------
    control : In(MeasureControl)
        From the sequencer.
    lines : Out(MeasureLines), keep : Out(KeepLines)
        To the fabric.
    exchange : Out(ExchangeLines)
        To what exchanges temperatures.
    registers : Out(MeasureRegisters)
    scores, moments : In(BusSignature)
        `Region.SCORES` and `Region.MOMENTS`.

    Timing
    ------
    As `ScoreUnit` and `MomentReader`.
    """

    control: Any
    lines: Any
    keep: Any
    exchange: Any
    registers: Any
    scores: Any
    moments: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "control": In(MeasureControl()),
                "lines": Out(MeasureLines(params)),
                "keep": Out(KeepLines(params)),
                "exchange": Out(ExchangeLines(params)),
                "registers": Out(MeasureRegisters()),
                "scores": In(BusSignature()),
                "moments": In(BusSignature()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        abilities, lines, registers = self._params.abilities, self.lines, self.registers
        flags = FlagBits(self.control.flags)
        opening: ValueLike = 1
        m.d.comb += lines.walking.eq(self.control.walking)
        if Abilities.SCORES in abilities:
            m.submodules.score = score = ScoreUnit(self._params)
            connect(m, flipped(self.control), score.control)
            connect(m, score.lines, flipped(lines.score))
            connect(m, score.keep, flipped(self.keep))
            connect(m, score.exchange, flipped(self.exchange))
            connect(m, flipped(self.scores), score.bus)
            m.d.comb += [score.sweeps.eq(registers.sweeps), score.target.eq(registers.target)]
            opening = score.opening
        else:
            m.d.comb += [self.scores.ready.eq(1), self.scores.result.eq(Result.BAD_ADDRESS)]
        if Abilities.MOMENTS in abilities:
            m.submodules.reader = reader = MomentReader(self._params)
            connect(m, flipped(self.moments), reader.bus)
            walked = Signal()
            m.d.comb += [
                [lines.counting.eq(flags.moments), lines.fresh.eq(flags.fresh)],
                [lines.slot.eq(reader.slot), reader.counts.eq(lines.counts)],
            ]
            m.d.sync += walked.eq(self.control.walking)
            with m.If(self.control.walking & ~walked & opening & flags.moments):
                walks = registers.moment_walks
                m.d.sync += walks.eq(Mux(flags.fresh, 1, walks + 1))
        else:
            m.d.comb += [self.moments.ready.eq(1), self.moments.result.eq(Result.BAD_ADDRESS)]

        return m
