"""The model against plain integers, over random programs, machines and threads."""

import dataclasses
import time

import numpy as np
import pytest

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register, Status
from glauber.sim.model import rows
from glauber.sim.model.machine import ModelMachine
from glauber.sim.rings import RingModel
from support.plain_model import PlainMachine
from support.problems import SMALL_MACHINES, random_load


def write(machine, address, words):
    assert machine.write(int(address), np.asarray(words, np.uint32)) is Result.OK


def load_and_run(machine, load, number=1):
    for address, words in load.writes():
        write(machine, address, words)
    write(machine, Register.RUN, [number])
    while machine.running:
        time.sleep(0.001)


def states_of(machine):
    params = machine.params
    result, words = machine.read(region_base(Region.STATES), params.state_words)
    assert result is Result.OK
    bits = np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little")
    return bits.reshape(params.pbits, params.replicas)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SMALL_MACHINES)
def test_states_are_those_of_plain_integers(name, seed, threads):
    params = SMALL_MACHINES[name]
    load = random_load(params, seed)
    machine, plain = ModelMachine(params, threads), PlainMachine(params)
    load_and_run(machine, load)
    plain.seed(load.seeds.tolist())
    bits = np.unpackbits(load.states.view(np.uint8), bitorder="little")
    plain.states = bits.reshape(params.pbits, params.replicas).tolist()
    plain.run(load.rows.tolist(), load.couplings.tolist(), load.steps.tolist())
    assert (states_of(machine) == plain.state_array()).all()


WIDE = {
    "one block": MachineParams(lanes=2, replicas=64, pbits=64, slots=256, rows=32),
    "two blocks": MachineParams(lanes=2, replicas=128, draws=2, pbits=64, slots=256, rows=32),
    "many draws": MachineParams(lanes=1, replicas=128, draws=128, pbits=64, slots=4096, rows=32),
}


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize(("largest", "bits"), [(1, 8), (20, 8), (20, 16), (20, 32), (127, 16)])
@pytest.mark.parametrize("name", WIDE)
def test_every_width_of_fields_and_every_split_gives_the_same_states(
    name, largest, bits, threads, monkeypatch
):
    """Couplings that are multiples of three, so that the model divides by it; some fields odd."""
    monkeypatch.setattr("glauber.sim.model.replicas._SPLIT_WORK", 0)
    widths = [width for width in rows._WIDTHS if width[0] >= bits]
    monkeypatch.setattr(rows, "_WIDTHS", widths)
    params = WIDE[name]
    load = random_load(params, 4)
    size = max(1, largest // 3)
    values = np.random.default_rng(largest).integers(-size, size + 1, 512)
    values = values * 3 if largest > 1 else np.where(values == 0, 1, values)
    couplings = load.couplings.copy()
    used = couplings & 0xFF != 0
    couplings[used] = couplings[used] & ~np.uint32(0xFF) | (
        np.resize(values, used.sum()) & 0xFF
    ).astype(np.uint32)
    load = dataclasses.replace(load, couplings=couplings)
    machine, plain = ModelMachine(params, threads), PlainMachine(params)
    load_and_run(machine, load)
    plain.seed(load.seeds.tolist())
    bits = np.unpackbits(load.states.view(np.uint8), bitorder="little")
    plain.states = bits.reshape(params.pbits, params.replicas).tolist()
    plain.run(load.rows.tolist(), load.couplings.tolist(), load.steps.tolist())
    assert (states_of(machine) == plain.state_array()).all()


def test_rings_age_in_a_run_and_a_failure_refuses_the_next(monkeypatch):
    monkeypatch.setattr("glauber.sim.model.replicas._CHUNK_WORK", 1_000_000)
    params = SMALL_MACHINES["reference"]
    machine = ModelMachine(params, 1, RingModel(params.rings, params.ring_divider, seed=1))
    load = random_load(params, 1)
    long = load.steps.copy()
    long[:] = Step(1000, 4000).encode()
    load_and_run(machine, dataclasses.replace(load, steps=long))
    cycles = int(machine.read(Register.CYCLES_LOW, 1)[1][0])
    samples = int(machine.read(Register.SAMPLES, 1)[1][0])
    assert 0.9 < samples * params.ring_divider / cycles < 1.1
    assert machine.read(Register.STATUS, 1)[1].tolist() == [0]
    assert machine.noise.rings is not None
    machine.noise.rings.change(RingModel(params.rings, params.ring_divider, fault="stuck0"))
    write(machine, Register.RUN, [2])
    while machine.running:
        time.sleep(0.001)
    assert machine.read(Register.STATUS, 1)[1].tolist() == [Status.STOPPED | Status.FAULT]
    assert machine.write(Register.RUN, np.array([3], np.uint32)) is Result.FAULT


def test_a_long_run_can_be_watched_and_stopped():
    params = MachineParams(replicas=64, pbits=1024, rows=128)
    machine = ModelMachine(params, 1)
    load = random_load(params, 1)
    load_and_run(machine, load)
    many = [Step(1000, 4096).encode()] * 1000
    write(machine, region_base(Region.STEPS), many)
    write(machine, Register.STEP_COUNT, [len(many)])
    write(machine, Register.RUN, [2])
    assert machine.running
    assert machine.read(Register.STATUS, 1)[1].tolist() == [Status.RUNNING]
    assert machine.write(region_base(Region.STATES), np.zeros(1, np.uint32)) is Result.BUSY
    assert machine.read(region_base(Region.STATES), 1)[0] is Result.BUSY
    assert machine.write(Register.ROW_COUNT, np.ones(1, np.uint32)) is Result.BUSY
    assert machine.write(Register.RUN, np.array([3], np.uint32)) is Result.BUSY
    write(machine, Register.STOP, [1])
    while machine.running:
        time.sleep(0.001)
    status, _, sweeps = machine.read(Register.STATUS, 3)[1].tolist()
    assert status == Status.STOPPED
    assert 0 < sweeps < 1000 * 4096


def test_a_failure_in_a_run_is_not_lost(monkeypatch):
    machine = ModelMachine(SMALL_MACHINES["wide"], 1)

    def fail(*_):
        raise RuntimeError("broken kernel")

    monkeypatch.setattr("glauber.sim.model.replicas.sweep_kernel", fail)
    with pytest.raises(RuntimeError, match="broken kernel"):
        load_and_run(machine, random_load(machine.params, 1))


def test_words_of_a_wide_p_bit_take_effect_together():
    machine = ModelMachine(SMALL_MACHINES["deep"], 1)
    base = region_base(Region.STATES)
    write(machine, base + 2, [0x11111111])
    assert machine.read(base + 2, 2)[1].tolist() == [0, 0]
    write(machine, base + 3, [0x22222222])
    assert machine.read(base + 2, 2)[1].tolist() == [0x11111111, 0x22222222]


def test_the_words_of_a_seed_take_effect_together():
    load = random_load(SMALL_MACHINES["wide"], 2)
    machine, other = (ModelMachine(SMALL_MACHINES["wide"], 1) for _ in range(2))
    load_and_run(machine, load)
    for address, word in enumerate(load.seeds.tolist()):
        write(other, region_base(Region.SEEDS) + address, [word])
    load_and_run(other, load)
    assert (states_of(machine) == states_of(other)).all()
    write(other, region_base(Region.SEEDS), [123])
    load_and_run(other, load, 2)
    assert (states_of(machine) == states_of(other)).all()
