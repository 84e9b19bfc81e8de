"""The kernel for many couplings of the same size, against plain integers and the other kernel."""

import dataclasses

import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.program import decode_coupling, encode_coupling
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.rules import Mode
from glauber.sim.model import near, rows
from support.model_runs import compare, load_into, plain_of, region, run_plain, settle, write
from support.problems import random_steps

MACHINES = {
    "one block": MachineParams(lanes=2, replicas=64, pbits=64, slots=256, rows=32),
    "two blocks": MachineParams(lanes=4, replicas=128, draws=2, pbits=64, slots=256, rows=32),
    "few replicas": MachineParams(lanes=2, replicas=2, draws=1, pbits=64, slots=256, rows=32),
    "many draws": MachineParams(lanes=1, replicas=128, draws=128, pbits=64, slots=4096, rows=64),
}


def signed_load(params, seed):
    """A random load, each of whose couplings is 3 or -3."""
    load = random_steps(params, seed)
    pbits, values = decode_coupling(load.couplings.astype(np.int64), params.coupling_bits)
    signs = np.random.default_rng(seed).choice([-3, 3], len(values)) * (values != 0)
    words = encode_coupling(pbits, signs, params.coupling_bits)
    return dataclasses.replace(load, couplings=words.astype(np.uint32))


@pytest.fixture
def used(monkeypatch):
    """Whether the programs that were decoded are for this kernel; also those of few couplings."""
    found = []
    gather = near.gather_near

    def gather_near(*arguments):
        found.append(gather(*arguments))
        return found[-1]

    monkeypatch.setattr(near, "_MANY", 1)
    monkeypatch.setattr(rows, "gather_near", gather_near)
    return found


@pytest.mark.parametrize("metropolis", [False, True])
@pytest.mark.parametrize(
    ("name", "seed"), [("one block", 1), ("one block", 2), *((name, 3) for name in MACHINES)]
)
def test_states_are_those_of_plain_integers(name, seed, metropolis, used, monkeypatch):
    monkeypatch.setattr("glauber.sim.model.replicas._SPLIT_WORK", 0)
    params = dataclasses.replace(MACHINES[name], abilities=Abilities.METROPOLIS)
    load = signed_load(params, seed)
    machine, plain = load_into(params, load, threads=5), plain_of(params, load)
    write(machine, Register.MODE, [Mode.METROPOLIS * metropolis])
    plain.metropolis = metropolis
    write(machine, Register.RUN, [1])
    settle(machine)
    run_plain(plain, load)
    compare(machine, plain)
    assert all(used)


@pytest.mark.parametrize("name", MACHINES)
def test_with_temperatures_of_their_own_replicas_have_the_same_states_as_in_the_other_kernel(
    name, used, monkeypatch
):
    params = dataclasses.replace(MACHINES[name], abilities=Abilities.ALL)
    load = signed_load(params, 1)
    rungs = np.random.default_rng(1).integers(0, 2000, params.replicas)
    found = []
    for many in (1, 1 << 30):
        monkeypatch.setattr(near, "_MANY", many)
        machine = load_into(params, load)
        write(machine, Register.MODE, [Mode.LADDER])
        write(machine, region_base(Region.TEMPERATURES), rungs)
        write(machine, Register.RUN, [1])
        settle(machine)
        found.append(region(machine, Region.STATES))
    assert found[0] == found[1]
    assert [rows is not None for rows in used] == [True, False]


def test_it_is_for_many_couplings_of_one_size_between_few_p_bits(monkeypatch):
    cell, other = np.repeat([0, 2], 12), np.arange(24)
    written = np.array([3, 99, 5])
    ones = np.where(np.arange(24) % 3 == 0, -1, 1)
    found = near.gather_near(cell, other, ones, written)
    assert found is not None
    assert found.homes.tolist() == [3, 24, 5]
    assert found.middle.tolist() == [8, 12, 20]
    assert sorted(found.readings[8:12]) == [0, 3, 6, 9]
    assert near.gather_near(cell[1:], other[1:], ones[1:], written) is None
    assert near.gather_near(cell, other, 2 * ones, written) is None
    monkeypatch.setattr(near, "_NAMED_MAX", 23)
    assert near.gather_near(cell, other, ones, written) is None
