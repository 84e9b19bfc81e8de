"""One lane: its noise units and the p-bit cells of all replicas."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.generators import WORD_BITS
from ..facts.health import Health
from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from ..facts.noise import Law
from ..facts.numbers import TEMPERATURE_FORMAT
from ..noise.shaper import NoiseShaper
from ..noise.source import GeneratorSource
from ..noise.tables import NoiseTables, TablePort
from ..pbit.cell import CouplingPair, PbitCell
from .delay import Delay
from .memories import StateCopy

__all__ = ["Lane", "NoiseUnit"]


def _laws(params: MachineParams) -> tuple[Law, ...]:
    """The laws of the tables of noise."""
    both = Abilities.METROPOLIS in params.abilities
    return (Law.LOGISTIC, Law.EXPONENTIAL) if both else (Law.LOGISTIC,)


class NoiseUnit(wiring.Component):
    """A generator, its shaper, and the noise of the last `draws` words.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    draw : In(1)
        Take a word.
    law, temperature, silence : In
        As `NoiseShaper`.
    clear, load, inject : In
        As `NoiseSignature`.
    window : In(1), failed : Out(1)
        The liveness test, as `LivenessTest`.
    noise : Out(ArrayLayout(signed(field_bits), draws))
        The newest draw last.
    word : Out(32)
        What a draw takes.
    tables : Out(TablePort)

    Timing
    ------
    With draws in `draws` successive clocks, `noise` holds them all in the one clock that is
    `NoiseShaper.LATENCY` after the last of them.
    """

    draw: Signal
    law: Signal
    temperature: Signal
    silence: Signal
    clear: Signal
    load: Signal
    inject: Signal
    window: Signal
    failed: Signal
    word: Signal
    noise: data.View
    tables: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "draw": In(1),
                "law": In(1),
                "temperature": In(TEMPERATURE_FORMAT.width),
                "silence": In(1),
                "clear": In(1),
                "load": In(1),
                "inject": In(WORD_BITS),
                "window": In(1),
                "failed": Out(1),
                "word": Out(WORD_BITS),
                "noise": Out(data.ArrayLayout(signed(params.field_bits), params.draws)),
                "tables": Out(TablePort(params.table, _laws(params))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        m.submodules.source = source = GeneratorSource(params.source)
        m.submodules.shaper = shaper = NoiseShaper(params.field_bits, params.table, _laws(params))

        connect(m, shaper.tables, flipped(self.tables))
        words = source.noise
        m.d.comb += [
            [words.clear.eq(self.clear), words.load.eq(self.load), words.inject.eq(self.inject)],
            [source.window.eq(self.window), self.failed.eq((words.health & Health.FAILURES).any())],
            words.o.ready.eq(self.draw),
            [self.word.eq(words.o.payload), shaper.word.eq(self.word), shaper.law.eq(self.law)],
            [shaper.temperature.eq(self.temperature), shaper.silence.eq(self.silence)],
            self.noise[-1].eq(shaper.noise),
        ]
        newer = self.noise[-1]
        for age in range(1, params.draws):
            m.submodules[f"older{age}"] = older = Delay(
                signed(params.field_bits), 1, reset_less=True
            )
            m.d.comb += [older.i.eq(newer), self.noise[-1 - age].eq(older.o)]
            newer = older.o

        return m


class Lane(wiring.Component):
    """The arithmetic of one lane.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    draw, law, silence : In
        As `NoiseUnit`, for all units.
    temperatures : In(ArrayLayout(18, units))
        As `NoiseUnit`.
    clear, load : In(units)
        Seeding, a bit per unit.
    inject : In(32)
    window : In(1), failed : Out(1)
        As `NoiseUnit`; any unit failed.
    word : Out(32)
        That of unit 0.
    couplings : In(ArrayLayout(signed(coupling_bits), couplings_per_slot))
        Couplings of a slot.
    couple : In(1)
        As `CouplingPair`, beside the couplings.
    weight : In(coupling_bits)
        What to add in the next clock where all neighbours are +1, and to take off where all are -1;
        only while there are no couplings.
    first : In(1)
        1 three clocks after the couplings of a row's first slot, when the row's noise stands.
    neighbours : In(ArrayLayout(replicas, couplings_per_slot))
        States of the slot's neighbours, three clocks after its couplings.
    states : Out(replicas)
        New states, four clocks after the couplings of a row's last slot.

    Reference
    ---------
    `glauber.sim.model.kernel.sweep.write_sweep`.
    """

    draw: Signal
    law: Signal
    temperatures: data.View
    silence: Signal
    clear: Signal
    load: Signal
    inject: Signal
    window: Signal
    failed: Signal
    word: Signal
    couplings: data.View
    couple: Signal
    weight: Signal
    first: Signal
    neighbours: data.View
    states: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "draw": In(1),
                "law": In(1),
                "temperatures": In(data.ArrayLayout(TEMPERATURE_FORMAT.width, params.units)),
                "silence": In(1),
                "clear": In(params.units),
                "load": In(params.units),
                "inject": In(WORD_BITS),
                "window": In(1),
                "failed": Out(1),
                "word": Out(WORD_BITS),
                "couplings": In(
                    data.ArrayLayout(signed(params.coupling_bits), params.couplings_per_slot)
                ),
                "couple": In(1),
                "weight": In(params.coupling_bits),
                "first": In(1),
                "neighbours": In(data.ArrayLayout(params.replicas, params.couplings_per_slot)),
                "states": Out(params.replicas),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        m.submodules.pair = pair = CouplingPair(params.coupling_bits, params.couplings_per_slot)
        m.submodules.operands = operands = Delay(
            2 * len(pair.same), StateCopy.LATENCY - CouplingPair.LATENCY - 1, reset_less=True
        )
        same = Signal.like(pair.same, reset_less=True)
        opposite = Signal.like(pair.opposite, reset_less=True)
        m.d.sync += Cat(same, opposite).eq(operands.o | self.weight)

        m.d.comb += [
            pair.couplings.eq(self.couplings),
            pair.couple.eq(self.couple),
            operands.i.eq(Cat(pair.same, pair.opposite)),
        ]
        failed = Signal(params.units)
        m.d.sync += self.failed.eq(failed.any())
        tables = [
            NoiseTables(params.table, min(2, params.units - g), _laws(params))
            for g in range(0, params.units, 2)
        ]
        m.submodules += tables
        for g in range(params.units):
            m.submodules[f"noise{g}"] = unit = NoiseUnit(params)
            if g == 0:
                m.d.comb += self.word.eq(unit.word)
            connect(m, unit.tables, tables[g // 2].ports[g % 2])
            m.d.comb += [
                [unit.draw.eq(self.draw), unit.law.eq(self.law)],
                [unit.temperature.eq(self.temperatures[g]), unit.silence.eq(self.silence)],
                unit.clear.eq(self.clear[g]),
                unit.load.eq(self.load[g]),
                unit.inject.eq(self.inject),
                [unit.window.eq(self.window), failed[g].eq(unit.failed)],
            ]
            for d in range(params.draws):
                replica = g * params.draws + d
                m.submodules[f"cell{replica}"] = cell = PbitCell(
                    params.coupling_bits, params.couplings_per_slot, params.field_bits
                )
                m.d.comb += [
                    cell.neighbours.eq(Cat(copy[replica] for copy in self.neighbours)),
                    cell.same.eq(same),
                    cell.opposite.eq(opposite),
                    cell.first.eq(self.first),
                    cell.noise.eq(unit.noise[d]),
                    self.states[replica].eq(cell.state),
                ]

        return m
