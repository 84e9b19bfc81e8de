import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region
from glauber.hdl.facts.registers import Register
from glauber.host.device import Device
from glauber.host.errors import DeviceLostError, FactError, ProblemTooLargeError
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import SMALL, FakeMachine


def open_fake(params=SMALL):
    machine = FakeMachine(params)
    return Device(Endpoint(machine, "fake")), machine


def with_replicas(replicas):
    return MachineParams(
        lanes=2, replicas=replicas, draws=1, pbits=64, slots=16, rows=8, steps=4, burst_words=5
    )


@dataclasses.dataclass
class Program:
    rows: NDArray[np.uint32]
    couplings: NDArray[np.uint32]


def program(rows, couplings):
    return Program(np.arange(rows, dtype=np.uint32), np.arange(couplings, dtype=np.uint32) * 3)


def test_a_program_is_written_to_its_regions():
    device, machine = open_fake()
    device.load(program(8, 16 * 2 * 2))
    assert machine.memory[Region.ROWS].tolist() == list(range(8))
    assert machine.memory[Region.PROGRAM].tolist() == [3 * word for word in range(64)]


@pytest.mark.parametrize(
    ("rows", "couplings", "message"),
    [
        (9, 4, "the program has 9 rows, fake holds 8; use a larger device"),
        (8, 65, "the program has 65 coupling words, fake holds 64; use a larger device"),
    ],
)
def test_a_program_that_is_too_large_is_refused_before_anything_is_written(
    rows, couplings, message
):
    device, machine = open_fake()
    with pytest.raises(ProblemTooLargeError, match=message):
        device.load(program(rows, couplings))
    assert not machine.memory[Region.ROWS].any()
    assert not machine.memory[Region.PROGRAM].any()


def test_seeds_are_written():
    device, machine = open_fake()
    seeds = np.arange(2 * device.params.generators, dtype=np.uint32) + 1
    device.load_seeds(seeds)
    assert machine.memory[Region.SEEDS].tolist() == seeds.tolist()


@pytest.mark.parametrize("count", [0, 63, 65])
def test_every_generator_must_be_seeded(count):
    device, _ = open_fake()
    assert 2 * device.params.generators == 64
    with pytest.raises(
        FactError, match=f"{count} seed words were given, fake takes 64; give 2 for each of its gen"
    ):
        device.load_seeds([1] * count)


def bit(machine, pbit, replica):
    """The state of one p-bit as the register map defines it."""
    index = pbit * machine.params.replicas + replica
    return bool(machine.memory[Region.STATES][index // 32] >> index % 32 & 1)


@pytest.mark.parametrize("replicas", [1, 2, 16, 32, 64, 128])
@pytest.mark.parametrize("pbits", [0, 1, 3, 33, 64])
def test_states_follow_the_register_map(replicas, pbits):
    device, machine = open_fake(with_replicas(replicas))
    rng = np.random.default_rng(replicas + pbits)
    memory = machine.memory[Region.STATES]
    memory[:] = rng.integers(0, 1 << 32, len(memory), dtype=np.uint32)
    before = device.read_states()
    assert before.shape == (64, replicas)
    assert all(
        before[pbit, replica] == bit(machine, pbit, replica)
        for pbit in range(64)
        for replica in range(replicas)
    )
    states = rng.integers(0, 2, (pbits, replicas)).astype(bool)
    device.write_states(states)
    assert np.array_equal(device.read_states(pbits), states)
    assert np.array_equal(device.read_states()[pbits:], before[pbits:])


def test_only_the_words_that_hold_the_states_are_read():
    device, machine = open_fake(dataclasses.replace(with_replicas(16), burst_words=1))
    asked = []
    read = machine.read
    machine.read = lambda address, count: asked.append(address & 0xFFFF) or read(address, count)
    device.read_states(5)
    assert asked == [0, 1, 2]


def test_states_that_do_not_exist_are_not_read():
    device, _ = open_fake()
    with pytest.raises(FactError, match="pbits is 65, outside its legal range 0 to 64"):
        device.read_states(65)


@pytest.mark.parametrize("shape", [(64,), (1, 63), (65, 64), (1, 1, 64)])
def test_states_of_another_shape_are_refused(shape):
    device, _ = open_fake()
    with pytest.raises(FactError, match=r"states have the shape \(.*\); fake takes \(pbits, repl"):
        device.write_states(np.zeros(shape, bool))


def test_states_of_another_type_are_refused():
    device, _ = open_fake()
    with pytest.raises(FactError, match="states have the type int8; give booleans"):
        device.write_states(np.ones((1, 64), np.int8))


def test_loading_writes_the_row_count():
    device, machine = open_fake()
    device.load(program(3, 4))
    assert machine.log == [(Register.ROW_COUNT, 3)]
    device.run([Step(256, 1).encode()], 3)
    assert [value for word, value in machine.log if word is Register.ROW_COUNT] == [3]


def test_another_row_count_than_the_loaded_one_is_written():
    device, machine = open_fake()
    device.load(program(3, 4))
    device.run([Step(256, 1).encode()], 2)
    assert machine.registers[Register.ROW_COUNT] == 2


@pytest.mark.parametrize("runs", [0, 1, 3])
@pytest.mark.parametrize("rows", [2, 3])
def test_a_reset_since_the_last_run_is_noticed(runs, rows):
    device, machine = open_fake()
    device.load(program(3, 4))
    for _ in range(runs):
        device.run([Step(256, 1).encode()], 3)
    device.check()
    machine.registers = dict.fromkeys(Register, 0)
    text = f"fake lost what this host had loaded .*number 0 of 0 rows, .* number {runs} of 3.*reset"
    with pytest.raises(DeviceLostError, match=text):
        device.check()
    with pytest.raises(DeviceLostError, match=text):
        device.run([Step(256, 1).encode()], rows)
    assert len(machine.steps_run) == runs
    device.load(program(3, 4))  # and then it can be used again
    device.run([Step(256, 1).encode()], 3)


def test_a_second_client_is_noticed():
    first, machine = open_fake()
    second = Device(Endpoint(machine, "fake"))
    first.load(program(3, 4))
    second.load(program(3, 4))
    second.run([Step(256, 1).encode()], 3)
    with pytest.raises(DeviceLostError, match="or someone else uses it; check its power supply"):
        first.run([Step(256, 1).encode()], 3)


def test_a_reset_between_the_check_and_the_start_is_noticed(monkeypatch):
    device, machine = open_fake()
    device.load(program(3, 4))
    write = machine.write

    def refuse(address, words):
        return Result.BAD_VALUE if address == Register.RUN else write(address, words)

    monkeypatch.setattr(machine, "write", refuse)
    with pytest.raises(DeviceLostError, match=r"had loaded \(.*BAD_VALUE.*\): it was reset"):
        device.run([Step(256, 1).encode()], 3)
