"""Loads in the model and in plain integers, and what both leave behind."""

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.operations import Operation
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base, region_words
from glauber.hdl.facts.registers import Register, Status
from glauber.hdl.facts.rules import Mode
from glauber.sim.model.machine import ModelMachine
from glauber.sim.rings import RingModel

from .plain_model import PlainMachine
from .problems import Load

__all__ = [
    "bits",
    "compare",
    "load_into",
    "measuring",
    "plain_of",
    "read",
    "region",
    "run_both",
    "run_plain",
    "schedule",
    "settle",
    "write",
]


def write(machine: ModelMachine, address: int, words: Any) -> None:
    assert machine.write(int(address), np.asarray(words, np.uint32)) is Result.OK


def read(machine: ModelMachine, address: int, count: int = 1) -> list[int]:
    result, words = machine.read(int(address), count)
    assert result is Result.OK
    return words.tolist()


def region(machine: ModelMachine, which: Region) -> list[int]:
    return read(machine, region_base(which), region_words(which, machine.params))


def settle(machine: ModelMachine) -> None:
    """Waits until the run has ended or waits for room."""
    while machine.running and not machine._run.waiting:
        time.sleep(0.001)


def schedule(load: Load, words: Sequence[Step | Operation]) -> Load:
    return dataclasses.replace(load, steps=np.array([word.encode() for word in words], np.uint32))


def plain_of(params: MachineParams, load: Load) -> PlainMachine:
    plain = PlainMachine(params)
    plain.seed(load.seeds.tolist())
    bits = np.unpackbits(load.states.view(np.uint8), bitorder="little")
    plain.states = bits.reshape(params.pbits, params.replicas).tolist()
    if load.measuring:
        measured, weigh_rows, target = load.measuring.registers
        plain.measure.measured_rows, plain.measure.weigh_rows = measured, weigh_rows
        plain.measure.target = target - (target >> 31 << 32)
    if load.tempering:
        plain.metropolis = Mode.METROPOLIS in load.tempering.mode
        plain.ladder = Mode.LADDER in load.tempering.mode
        if len(load.tempering.ladder):
            plain.temper.exchanges = load.tempering.exchanges
            plain.temper.temperatures = (load.tempering.temperatures & 0x3FFFF).tolist()
            plain.temper.ladder = load.tempering.ladder.tolist()
    return plain


def run_plain(plain: PlainMachine, load: Load) -> None:
    rows, couplings = load.all_rows.tolist(), load.all_couplings.tolist()
    plain.run_part(rows, len(load.rows), couplings, load.steps.tolist())


def bits(states: Sequence[Sequence[int]]) -> list[int]:
    return np.packbits(np.array(states, np.bool_), bitorder="little").view("<u4").tolist()


def compare(machine: ModelMachine, plain: PlainMachine) -> None:
    """All that a run leaves behind."""
    abilities, measure = machine.params.abilities, plain.measure
    status = Status.STOPPED * plain.stopped | Status.TARGET * plain.reached
    assert read(machine, Register.STATUS) == [status]
    assert read(machine, Register.SWEEPS_DONE, 3) == [plain.sweeps, plain.cycles, 0]
    assert region(machine, Region.STATES) == bits(plain.states)
    assert read(machine, Register.STREAM_HEAD) == [len(plain.stream)]
    if Abilities.SCORES in abilities:
        words = [*measure.scores, *measure.best, *measure.when]
        assert region(machine, Region.SCORES) == [word % (1 << 32) for word in words]
    if Abilities.BEST in abilities:
        assert region(machine, Region.BEST) == bits(measure.best_states)
    if Abilities.MOMENTS in abilities:
        assert region(machine, Region.MOMENTS) == measure.counts
    assert read(machine, Register.MOMENT_WALKS) == [measure.walks]
    if Abilities.TEMPERING in abilities:
        temper = plain.temper
        assert region(machine, Region.LADDER) == temper.ladder
        assert read(machine, Register.EXCHANGES) == [temper.exchanges]
        assert machine._temper.codes.tolist() == temper.temperatures


def load_into(params: MachineParams, load: Load, threads: int = 1) -> ModelMachine:
    rings = RingModel(params.rings, params.ring_divider, seed=1) if params.rings else None
    machine = ModelMachine(params, threads, rings)
    for address, words in load.writes():
        write(machine, address, words)
    return machine


def measuring(load: Load, rows: int, weigh_rows: int, target: int) -> Load:
    """`load` with other words for the registers of what is measured."""
    assert load.measuring
    registers = (rows, weigh_rows, target)
    return dataclasses.replace(
        load, measuring=dataclasses.replace(load.measuring, registers=registers)
    )


def run_both(
    params: MachineParams, load: Load, *, threads: int = 1, runs: int = 1
) -> tuple[ModelMachine, PlainMachine]:
    machine, plain = load_into(params, load, threads), plain_of(params, load)
    for number in range(1, runs + 1):
        write(machine, Register.RUN, [number])
        settle(machine)
        run_plain(plain, load)
        compare(machine, plain)
    return machine, plain
