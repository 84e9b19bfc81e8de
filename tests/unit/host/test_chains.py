import dataclasses

import numpy as np
import pytest

from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region
from glauber.hdl.facts.registers import Register, Status
from glauber.hdl.facts.seeding import seed_words
from glauber.host.chains import ChainRunner
from glauber.host.compile import Program
from glauber.host.device import Device
from glauber.host.errors import DeviceLostError, DeviceRefusedError, OptionError
from glauber.host.initial import Starts
from glauber.host.plan import ChainPlan
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import FakeMachine

STEPS = [Step(256, sweeps).encode() for sweeps in (2, 3)]
NEXT = [Step(256, 4).encode()]
RANDOMISE = Step(1, 1, couple=False)


def program(constant=None):
    return Program(
        rows=np.array([2, 3], np.uint32),
        couplings=np.arange(20, dtype=np.uint32),
        pbits=np.array([3, 0, 2]),
        constant=constant,
        colours=2,
        slots=5,
    )


def runner(constant=None, polls=0, **given):
    machine = FakeMachine(polls=polls)
    device = Device(Endpoint(machine, "fake"))
    return ChainRunner(device, program(constant), **given), machine


def leave_running(machine):
    machine.registers[Register.STATUS] = Status.RUNNING
    machine.left = 1_000_000


def test_a_plan_counts_its_sweeps():
    assert ChainPlan(1, STEPS, 0).sweeps_per_read == 5
    assert ChainPlan(1, STEPS, 0, 4, NEXT).sweeps_per_read == 5 + 3 * 4


def test_a_program_is_loaded_with_its_constant():
    chains, machine = runner(constant=4)
    chains.load()
    assert machine.memory[Region.ROWS][:2].tolist() == [2, 3]
    assert machine.memory[Region.PROGRAM][:20].tolist() == list(range(20))
    states = np.unpackbits(machine.memory[Region.STATES].view(np.uint8), bitorder="little")
    states = states.reshape(64, 64)
    assert states[4].all()
    assert not np.delete(states, 4, 0).any()


def test_states_are_left_alone_without_a_constant():
    chains, machine = runner()
    machine.memory[Region.STATES][:] = 7
    chains.load()
    assert (machine.memory[Region.STATES] == 7).all()


def test_an_orphaned_run_is_ended_before_the_program_is_loaded():
    chains, machine = runner(constant=4)
    leave_running(machine)
    chains.load()
    assert machine.log == [(Register.STOP, 1), (Register.ROW_COUNT, 2)]
    assert machine.memory[Region.ROWS][:2].tolist() == [2, 3]


def test_without_the_stop_a_busy_device_would_refuse():
    _, machine = runner()
    leave_running(machine)
    with pytest.raises(DeviceRefusedError, match="a run is under way"):
        Device(Endpoint(machine, "fake")).load(program())


def test_reads_take_batches_of_all_replicas_and_a_seed_each():
    chains, machine = runner()
    chains.load()
    seeds = []
    write = machine.write

    def note(address, words):
        if address >> 28 == Region.SEEDS and not address & 0xFFFF:
            seeds.append(words[:2].tolist())
        return write(address, words)

    machine.write = note
    samples = chains.run(ChainPlan(130, STEPS, seed=9))
    assert samples.shape == (130, 1, 3)
    assert samples.dtype == np.int8
    assert len(machine.steps_run) == 3
    assert all(Step.decode(steps[0]) == RANDOMISE for steps in machine.steps_run)
    assert all(steps[1:] == STEPS for steps in machine.steps_run)
    streams = [machine.params.seed_stream(batch, 0, 0) for batch in range(3)]
    source = machine.params.source
    assert seeds == [seed_words(source, 9, stream) for stream in streams]
    assert len(set(map(tuple, seeds))) == 3


def test_samples_are_the_states_of_the_variables():
    chains, machine = runner()
    states = np.random.default_rng(1).integers(0, 1 << 32, 128, dtype=np.uint32)
    machine.memory[Region.STATES][:] = states
    bits = np.unpackbits(states.view(np.uint8), bitorder="little").reshape(64, 64)
    samples = chains.run(ChainPlan(10, STEPS, seed=1))
    assert np.array_equal(samples[:, 0], 2 * bits[[3, 0, 2], :10].T.astype(int) - 1)


def test_later_samples_continue_the_chain():
    chains, machine = runner()
    samples = chains.run(ChainPlan(2, STEPS, 1, samples_per_read=3, next_steps=NEXT))
    assert samples.shape == (2, 3, 3)
    assert [steps[-1:] for steps in machine.steps_run] == [STEPS[1:], NEXT, NEXT]
    assert [Step.decode(steps[0]).couple for steps in machine.steps_run] == [False, True, True]
    assert chains.sweeps == 5 + 2 * 4  # the random start is not counted


def test_progress_counts_the_sweeps_of_all_batches():
    done = []
    chains, _ = runner(polls=1, on_sweeps=done.append)
    plan = ChainPlan(100, STEPS, 1, samples_per_read=2, next_steps=NEXT)
    chains.run(plan)
    assert done == sorted(done)
    assert done[-1] == 2 * plan.sweeps_per_read == chains.sweeps
    assert not chains.stopped


def test_an_interrupt_keeps_whole_batches_only():
    machine_of = []
    chains, machine = runner(interrupt=lambda: len(machine_of[0].steps_run) == 5)
    machine_of.append(machine)
    plan = ChainPlan(200, STEPS, 1, samples_per_read=2, next_steps=NEXT)
    samples = chains.run(plan)
    assert chains.stopped
    assert samples.shape == (128, 2, 3)


def test_an_interrupt_at_once_leaves_nothing():
    chains, machine = runner(interrupt=lambda: True)
    assert chains.run(ChainPlan(200, STEPS, 1)).shape == (0, 1, 3)
    assert machine.steps_run == []


@pytest.mark.parametrize("reads", [100, 64])
def test_a_reset_between_batches_or_before_the_last_states_is_an_error(reads, monkeypatch):
    chains, machine = runner()
    chains.load()
    read_states = Device.read_states

    def reset_and_read(device, pbits):
        machine.registers = dict.fromkeys(Register, 0)
        return read_states(device, pbits)

    monkeypatch.setattr(Device, "read_states", reset_and_read)
    with pytest.raises(DeviceLostError, match="fake lost what this host had loaded"):
        chains.run(ChainPlan(reads, STEPS, 1))
    assert len(machine.steps_run) == 1


@pytest.mark.parametrize("name", ["num_reads", "samples_per_read"])
def test_absurdly_many_samples_are_refused(name):
    plan = ChainPlan(1, STEPS, 1)
    with pytest.raises(OptionError, match=f"{name} is {10**20}; it must be 2147483648 or less"):
        dataclasses.replace(plan, **{name: 10**20})


def test_samples_that_no_array_holds_are_a_lack_of_memory():
    chains, machine = runner()
    plan = ChainPlan(1 << 31, STEPS, 1, samples_per_read=1 << 31)
    with pytest.raises(MemoryError, match="unable to allocate an array of the shape"):
        chains.run(plan)
    assert machine.log == []


def test_the_samples_are_held_once(monkeypatch):
    parts = []
    monkeypatch.setattr(ChainRunner, "_run_batch", lambda *given: parts.append(given[-1]))
    chains, _ = runner()
    samples = chains.run(ChainPlan(130, STEPS, 1, samples_per_read=3))
    assert [len(part) for part in parts] == [64, 64, 2]
    assert all(np.shares_memory(part, samples) for part in parts)


def starts(clamped=((0, 0, 0),), initial=()):
    return Starts(
        np.array(initial, np.int8).reshape(-1, 3), np.array(clamped, np.int8), ("a", "b", "c")
    )


def noted_states(machine):
    """The state words of every write, with how many runs there were before."""
    noted = []
    write = machine.write

    def note(address, words):
        if address >> 28 == Region.STATES:
            noted.append((len(machine.steps_run), np.array(words)))
        return write(address, words)

    machine.write = note
    return noted


def test_states_that_are_given_are_written_after_the_random_start():
    chains, machine = runner(constant=4)
    chains.load()
    noted = noted_states(machine)
    plan = ChainPlan(70, STEPS, 1, 2, NEXT, starts=starts([(0, 1, -1)], [(1, 1, -1), (-1, 1, -1)]))
    samples = chains.run(plan)
    runs = [[Step.decode(word).couple for word in steps] for steps in machine.steps_run]
    assert runs == [[False], [True, True], [True]] * 2
    assert {before for before, _ in noted} == {1, 4}
    assert samples[:, 0, 1].tolist() == [1] * 70
    assert samples[:, 0, 2].tolist() == [-1] * 70
    assert samples[:3, 0, 0].tolist() == [1, -1, -1]  # the machine's own state is -1
    assert chains.sweeps == 2 * plan.sweeps_per_read  # the random start is not counted
    bits = np.unpackbits(machine.memory[Region.STATES].view(np.uint8), bitorder="little")
    assert bits.reshape(64, 64)[4].all(), "the constant was lost"


def test_states_go_by_the_number_of_the_read():
    chains, _ = runner()
    plan = ChainPlan(66, STEPS, 1, starts=starts(initial=[(1, -1, 1)] * 128 + [(-1, 1, 1)] * 3))
    late = dataclasses.replace(plan, first_read=64)
    assert (chains.run(plan)[:, 0] == (1, -1, 1)).all()
    found = chains.run(late)[:, 0]
    assert (found[:64] == (1, -1, 1)).all()
    assert (found[64:] == (-1, 1, 1)).all()


def test_no_further_batch_is_begun_when_it_is_enough():
    chains, machine = runner(enough=lambda: len(machine_of[0].steps_run) >= 2)
    machine_of = [machine]
    samples = chains.run(ChainPlan(200, STEPS, 1))
    assert samples.shape == (128, 1, 3)
    assert chains.stopped
    always, _ = runner(enough=lambda: True)
    assert always.run(ChainPlan(64, STEPS, 1)).shape == (64, 1, 3), "the first batch always runs"
    assert not always.stopped


def test_an_interrupt_in_the_random_start_leaves_no_read():
    chains, machine = runner(interrupt=lambda: True)
    samples = chains.run(ChainPlan(3, STEPS, 1, starts=starts([(0, 1, -1)])))
    assert samples.shape == (0, 1, 3)
    assert machine.steps_run == []
