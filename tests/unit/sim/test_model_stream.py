"""Emission in the model: against plain integers, and what a wait for room looks like."""

import dataclasses
import time
from typing import Any

import numpy as np
import pytest

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register, Status
from glauber.sim.model.machine import ModelMachine
from glauber.sim.model.stream import StreamModel
from glauber.sim.rings import RingModel
from support.plain_model import PlainMachine
from support.problems import SMALL_MACHINES, Load, random_load

STREAM = region_base(Region.STREAM)
STEPS = [Step(1000, 2, emit=True), Step(900, 3), Step(500, 1, emit=True), Step(700, 4)]


def write(machine: ModelMachine, address: int, words: Any) -> None:
    assert machine.write(int(address), np.asarray(words, np.uint32)) is Result.OK


def read(machine: ModelMachine, address: int, count: int = 1) -> list[int]:
    result, words = machine.read(int(address), count)
    assert result is Result.OK
    return words.tolist()


def load(machine: ModelMachine, load: Load, steps: list[Step], emit_words: int) -> None:
    words = np.array([step.encode() for step in steps], np.uint32)
    for address, given in dataclasses.replace(load, steps=words).writes():
        write(machine, address, given)
    write(machine, Register.EMIT_WORDS, [emit_words])


def settle(machine: ModelMachine) -> None:
    """Waits until the run has ended or waits for room."""
    while machine.running and not machine._run.waiting:
        time.sleep(0.001)


def drain(machine: ModelMachine, most: int) -> list[int]:
    """Reads the stream of a run to its end, at most so many words at a time."""
    words: list[int] = []
    while True:
        settle(machine)
        running = machine.running
        head, tail = read(machine, Register.STREAM_HEAD)[0], read(machine, Register.STREAM_TAIL)[0]
        count = min(most, head - tail & 0xFFFF_FFFF)
        if not (count or running):
            return words
        words += read(machine, STREAM + (tail & 0xFFF_FFFF), count)
        write(machine, Register.STREAM_TAIL, [tail + count & 0xFFFF_FFFF])


def clocks(params: MachineParams, rows: np.ndarray, sweeps: int, emissions: int, words: int) -> int:
    return params.run_clocks(int((rows & 0xFFF).sum()), sweeps, emissions, words)


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("emit_words", [1, 3, 16])
@pytest.mark.parametrize("stream_words", [2, 8, 32, 64])
def test_the_stream_is_that_of_plain_integers(stream_words, emit_words, inline, monkeypatch):
    """With buffers that are smaller than an emission, as large, and larger."""
    monkeypatch.setattr("glauber.sim.model.run._INLINE_WORK", 1e9 if inline else 0)
    params = dataclasses.replace(SMALL_MACHINES["square"], stream_words=stream_words)
    given = random_load(params, 3)
    machine, plain = ModelMachine(params, 2), PlainMachine(params)
    load(machine, given, STEPS, emit_words)
    write(machine, Register.RUN, [1])
    words = drain(machine, 7)
    plain.seed(given.seeds.tolist())
    bits = np.unpackbits(given.states.view(np.uint8), bitorder="little")
    plain.states = bits.reshape(params.pbits, params.replicas).tolist()
    plain.emit_words = emit_words
    plain.run(given.rows.tolist(), given.couplings.tolist(), [step.encode() for step in STEPS])
    assert words == plain.stream
    assert len(words) == 2 * emit_words
    states = read(machine, region_base(Region.STATES), params.state_words)
    assert states == np.packbits(plain.state_array(), bitorder="little").view("<u4").tolist()
    status, head, sweeps, low = read(machine, Register.STATUS, 4)
    assert (status, head, sweeps) == (0, len(words), 10)
    assert low == clocks(params, given.rows, 10, 2, len(words))


@pytest.fixture
def square():
    params = dataclasses.replace(SMALL_MACHINES["square"], stream_words=8)
    machine = ModelMachine(params, 1)
    load(machine, random_load(params, 3), STEPS, 6)
    write(machine, Register.RUN, [1])
    settle(machine)
    return machine


def test_a_run_without_room_is_under_way(square):
    rows = random_load(square.params, 3).rows
    assert read(square, Register.RUN, 4) == [1, Status.RUNNING, 8, 6]
    # It is at rest in the second emission; the rest at the end is still to come.
    expected = clocks(square.params, rows, 6, 2, 8) - square.params.drain_clocks
    assert read(square, Register.CYCLES_LOW) == [expected]
    for address in (region_base(Region.STATES), Register.ROW_COUNT, Register.EMIT_WORDS):
        assert square.write(int(address), np.ones(1, np.uint32)) is Result.BUSY
    assert square.write(int(Register.RUN), np.array([2], np.uint32)) is Result.BUSY
    assert square.read(region_base(Region.STATES), 1)[0] is Result.BUSY


@pytest.mark.parametrize(
    ("tail", "result"),
    [(0, "OK"), (8, "OK"), (9, "BAD_VALUE"), (0xFFFF_FFFF, "BAD_VALUE"), (1 << 28, "BAD_VALUE")],
)
def test_only_what_was_emitted_can_be_given_free(square, tail, result):
    assert square.write(int(Register.STREAM_TAIL), np.array([tail], np.uint32)).name == result


def test_words_given_free_are_gone_and_cannot_come_back(square):
    write(square, Register.STREAM_TAIL, [5])
    settle(square)
    assert not square.running
    write(square, Register.STREAM_TAIL, [5])
    assert square.write(int(Register.STREAM_TAIL), np.array([4], np.uint32)) is Result.BAD_VALUE
    assert square.read(STREAM + 4, 1)[0] is Result.BAD_ADDRESS
    assert square.read(STREAM + 5, 8)[0] is Result.BAD_ADDRESS
    assert len(read(square, STREAM + 5, 7)) == 7
    assert square.write(STREAM + 5, np.ones(1, np.uint32)) is Result.BAD_ADDRESS


def test_a_stop_ends_a_run_that_waits(square):
    rows = random_load(square.params, 3).rows
    write(square, Register.STOP, [1])
    settle(square)
    assert read(square, Register.STATUS, 3) == [Status.STOPPED, 8, 6]
    assert read(square, Register.CYCLES_LOW) == [clocks(square.params, rows, 6, 2, 8)]
    assert len(read(square, STREAM, 8)) == 8  # what was emitted can still be read


def test_a_stop_in_the_last_emission_is_one(square):
    write(square, Register.STOP, [1])
    write(square, region_base(Region.STEPS), [STEPS[0].encode()])
    write(square, Register.STEP_COUNT, [1])
    write(square, Register.EMIT_WORDS, [9])
    write(square, Register.RUN, [2])
    settle(square)
    write(square, Register.STOP, [1])
    assert read(square, Register.STATUS, 3) == [Status.STOPPED, 16, 2]


def test_the_next_run_begins_with_all_words_free_and_goes_on_counting(square):
    write(square, Register.STOP, [1])
    write(square, Register.RUN, [2])
    settle(square)
    assert read(square, Register.STREAM_TAIL) == [8]
    assert square.read(STREAM, 1)[0] is Result.BAD_ADDRESS
    # An acknowledgement of the run before, late or twice, frees nothing of this one.
    assert square.write(int(Register.STREAM_TAIL), np.array([6], np.uint32)) is Result.BAD_VALUE
    assert len(read(square, STREAM + 8, 8)) == 8


def test_a_fault_ends_a_run_that_waits():
    params = dataclasses.replace(SMALL_MACHINES["reference"], stream_words=2)
    machine = ModelMachine(params, 1, RingModel(params.rings, params.ring_divider, seed=1))
    load(machine, random_load(params, 3), STEPS, 6)
    write(machine, Register.RUN, [1])
    settle(machine)
    assert machine.noise.rings is not None
    machine.noise.rings.change(RingModel(params.rings, params.ring_divider, fault="stuck0"))
    while not read(machine, Register.HEALTH)[0] & 0x1E:
        assert machine.running
    assert read(machine, Register.STATUS, 2) == [Status.STOPPED | Status.FAULT, 2]


def test_without_emit_words_the_bit_means_nothing():
    params = SMALL_MACHINES["square"]
    machine, other = ModelMachine(params, 1), ModelMachine(params, 1)
    load(machine, random_load(params, 3), STEPS, 0)
    load(other, random_load(params, 3), [dataclasses.replace(s, emit=False) for s in STEPS], 6)
    for one in (machine, other):
        write(one, Register.RUN, [1])
        settle(one)
    assert read(machine, Register.RUN, 6) == read(other, Register.RUN, 6)
    assert read(machine, Register.STREAM_HEAD) == [0]
    states = (region_base(Region.STATES), params.state_words)
    assert read(machine, *states) == read(other, *states)


@pytest.mark.parametrize(("stream_words", "most"), [(0, 0), (2, 32)])
def test_emit_words_beyond_the_states_or_without_a_stream_are_refused(stream_words, most):
    params = dataclasses.replace(SMALL_MACHINES["square"], stream_words=stream_words)
    machine = ModelMachine(params, 1)
    write(machine, Register.EMIT_WORDS, [most])
    assert read(machine, Register.EMIT_WORDS) == [most]
    beyond = np.array([most + 1], np.uint32)
    assert machine.write(int(Register.EMIT_WORDS), beyond) is Result.BAD_VALUE
    write(machine, Register.STREAM_TAIL, [0])
    assert machine.write(int(Register.STREAM_TAIL), np.ones(1, np.uint32)) is Result.BAD_VALUE
    assert machine.read(STREAM, 1)[0] is Result.BAD_ADDRESS


def test_counts_wrap():
    stream = StreamModel(SMALL_MACHINES["square"])
    stream.head = stream.tail = 0xFFFF_FFFC
    words = np.arange(20, dtype=np.uint32)
    assert stream.push(words) == 16
    assert (stream.head, stream.level) == (12, 16)
    assert stream.read(0xFFF_FFFC, 5) is None  # no burst goes beyond the region
    first, second = stream.read(0xFFF_FFFC, 4), stream.read(0, 12)
    assert first is not None
    assert second is not None
    assert [*first, *second] == list(range(16))
    assert not stream.release(13)
    assert stream.release(2)
    assert stream.read(1, 1) is None
    assert stream.push(words[16:]) == 4
    last = stream.read(2, 14)
    assert last is not None
    assert last.tolist() == list(range(6, 20))
