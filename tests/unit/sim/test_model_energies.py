"""What the model measures, against the states that it emits and what is computed from them."""

import dataclasses

import numpy as np
import pytest

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import Measure, Operation, Repeat
from glauber.hdl.facts.program import Step, decode_coupling, encode_coupling, encode_row
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.host.compile import IsingProblem, Quantised, compile_problem, quantise
from glauber.host.compile.program import Program
from glauber.sim.model.machine import ModelMachine
from support.problems import random_bqm, random_load

PARAMS = MachineParams(
    lanes=4,
    replicas=64,
    draws=4,
    pbits=256,
    slots=1024,
    rows=64,
    steps=16,
    stream_words=1 << 14,
    abilities=Abilities.ALL,
)
EVERYTHING = MeasureFlags.SCORES | MeasureFlags.BEST | MeasureFlags.MOMENTS
WALKS = 24


def problem(seed: int) -> tuple[IsingProblem, Quantised, Program]:
    found = IsingProblem.from_bqm(random_bqm(60, 5, seed))
    values = quantise(found, PARAMS, 0.001)
    return found, values, compile_problem(found, values, PARAMS)


def constant_rows(program: Program, values: Quantised) -> tuple[list[int], np.ndarray]:
    """Rows in which the constant p-bit meets the p-bits that have a bias."""
    assert program.constant is not None
    row, lane = divmod(program.constant, PARAMS.lanes)
    biased = np.flatnonzero(values.bias)
    length = max(PARAMS.row_min, -(-len(biased) // PARAMS.couplings_per_slot))
    words = np.zeros((length, PARAMS.lanes, PARAMS.couplings_per_slot), np.uint32)
    mine = np.zeros(length * PARAMS.couplings_per_slot, np.uint32)
    mine[: len(biased)] = encode_coupling(
        program.pbits[biased], values.bias[biased], PARAMS.coupling_bits
    )
    words[:, lane] = mine.reshape(length, -1)
    return [encode_row(length, row)], words.ravel()


def write(machine: ModelMachine, address: int, words: object) -> None:
    assert machine.write(int(address), np.asarray(words, np.uint32)) is Result.OK


def read(machine: ModelMachine, address: int, count: int) -> np.ndarray:
    result, words = machine.read(int(address), count)
    assert result is Result.OK
    return words


def run(seed: int, words: list[Step | Operation]) -> ModelMachine:
    """A machine that has walked a random problem, all couplings of it from both ends."""
    _, values, program = problem(seed)
    rows, couplings = constant_rows(program, values)
    load = dataclasses.replace(
        random_load(PARAMS, seed),
        rows=program.rows,
        couplings=program.couplings,
        states=np.full(PARAMS.state_words, 0xFFFF_FFFF, np.uint32),
        steps=np.array([word.encode() for word in words], np.uint32),
        measuring=None,
    )
    machine = ModelMachine(PARAMS, 1)
    for address, given in load.writes():
        write(machine, address, given)
    write(machine, region_base(Region.PROGRAM) + len(program.couplings), couplings)
    write(machine, region_base(Region.ROWS) + len(program.rows), rows)
    write(machine, Register.EMIT_WORDS, [PARAMS.state_words])
    # No total of a lane leaves the range of a field within two rows.
    write(machine, Register.MEASURED_ROWS, [len(program.rows) + len(rows), 2, 1 << 30])
    write(machine, Register.RUN, [1])
    while machine.running:
        pass
    return machine


def spins(words: np.ndarray) -> np.ndarray:
    """Spins +-1, shape (emissions, pbits, replicas)."""
    bits = np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little")
    return bits.reshape(-1, PARAMS.pbits, PARAMS.replicas).astype(np.int64) * 2 - 1


def doubled(seed: int, states: np.ndarray) -> np.ndarray:
    """-2E of states of shape (pbits, replicas), in coupling LSBs."""
    ising, values, program = problem(seed)
    m = states[program.pbits]
    bonds = values.coupling @ (m[ising.first] * m[ising.second])
    return 2 * (bonds + values.bias @ m)


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_twice_the_negative_energies(seed):
    machine = run(seed, [Step(3000, 3), Measure(EVERYTHING)])
    states = spins(read(machine, region_base(Region.STATES), PARAMS.state_words))[0]
    scores = read(machine, region_base(Region.SCORES), PARAMS.replicas).view(np.int32)
    expected = doubled(seed, states)
    assert len(set(expected.tolist())) > 10
    assert scores.tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(2))
def test_the_best_states_are_those_of_the_best_scores(seed):
    """Of all states that were measured, which were emitted too."""
    replicas = PARAMS.replicas
    loop: list[Step | Operation] = [
        Step(3000, 2, emit=True),
        Measure(EVERYTHING),
        Repeat(2, WALKS - 1),
    ]
    machine = run(seed, loop)
    emitted = spins(read(machine, region_base(Region.STREAM), WALKS * PARAMS.state_words))
    scores = np.array([doubled(seed, states) for states in emitted])
    words = read(machine, region_base(Region.SCORES), 3 * replicas).reshape(3, replicas)
    assert (words[1].view(np.int32) == np.maximum(0, scores.max(axis=0))).all()
    when = scores.argmax(axis=0)
    assert (words[2] == 2 * (when + 1)).all()
    best = spins(read(machine, region_base(Region.BEST), PARAMS.state_words))[0]
    assert (best == emitted[when, :, np.arange(replicas)].T).all()


@pytest.mark.parametrize("seed", range(2))
def test_moments_are_those_of_the_emitted_states(seed):
    """To the last count, at each coupling word, over many walks."""
    loop: list[Step | Operation] = [
        Step(3000, 1),
        Measure(EVERYTHING),
        Step(3000, 1, emit=True),
        Measure(EVERYTHING | MeasureFlags.FRESH),
        Step(3000, 1, emit=True),
        Measure(EVERYTHING),
        Repeat(2, WALKS - 2),
    ]
    machine = run(seed, loop)
    assert read(machine, Register.MOMENT_WALKS, 1) == WALKS
    emitted = spins(read(machine, region_base(Region.STREAM), WALKS * PARAMS.state_words))
    _, _, program = problem(seed)
    neighbours, _ = decode_coupling(program.couplings.astype(np.int64), PARAMS.coupling_bits)
    shape = (-1, PARAMS.lanes, PARAMS.couplings_per_slot)
    targets = np.repeat(program.rows >> 12, program.rows & 0xFFF).astype(np.int64)
    own = targets[:, None, None] * PARAMS.lanes + np.arange(PARAMS.lanes)[:, None]
    own = np.broadcast_to(own, neighbours.reshape(shape).shape).ravel()
    agree = (emitted[:, own] == emitted[:, neighbours]).sum(axis=(0, 2))
    counts = read(machine, region_base(Region.MOMENTS), len(own))
    assert counts.max() <= WALKS * PARAMS.replicas
    assert len(set(counts.tolist())) > 50
    assert counts.tolist() == agree.tolist()
