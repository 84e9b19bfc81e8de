from dataclasses import replace

import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.host.compile.colour import adjacency, colour
from glauber.host.compile.place import place


def random_graph(size, degree, seed):
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(size, 1)
    used = random.random(len(first)) < degree / max(1, size - 1)
    return size, first[used], second[used]


def placed(graph, params, seed=0):
    """The placement of a graph whose nodes need random numbers of coupling words."""
    size, first, second = graph
    start, neighbours = adjacency(size, first, second)
    extra = np.random.default_rng(seed).integers(0, 4, size)
    terms = np.diff(start) + extra
    placement = place(colour(start, neighbours), terms, start, neighbours, params)
    return placement, terms


def hazards(graph, placement, params):
    """Walks two sweeps slot by slot: the pairs (reader, read) where a reader comes too soon.

    Written from the rule alone: a slot may read a p-bit if at least `hazard` slots lie from the
    last slot of the p-bit's row to it.
    """
    size, first, second = graph
    others = [[] for _ in range(size)]
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        others[a].append(b)
        others[b].append(a)
    members = [np.flatnonzero(placement.row == row) for row in range(len(placement.lengths))]
    last_slot, found, slot = {}, [], 0
    for _ in range(2):
        for row, length in enumerate(placement.lengths.tolist()):
            reading = slot + int(placement.waits[row])
            for node in members[row].tolist():
                for other in others[node]:
                    if other in last_slot and reading < last_slot[other] + params.hazard:
                        found.append((node, other))
            slot += length
            last_slot.update(dict.fromkeys(members[row].tolist(), slot - 1))
    return found


def check(graph, placement, terms, params):
    size, first, second = graph
    row, lane = placement.row, placement.lane
    assert hazards(graph, placement, params) == []
    assert not (row[first] == row[second]).any(), "coupled p-bits in one row"
    assert len(set(zip(row.tolist(), lane.tolist(), strict=True))) == size
    assert lane.min() >= 0
    assert lane.max() < params.lanes
    assert set(row.tolist()) == set(range(len(placement.lengths)))
    assert (placement.waits >= 0).all()
    assert (placement.lengths - placement.waits >= params.row_min).all()
    slots = (placement.lengths - placement.waits) * params.couplings_per_slot
    assert (terms <= slots[row]).all(), "couplings that do not fit their row"


def machine(lanes, per_slot, replicas, draws):
    return MachineParams(
        lanes=lanes, couplings_per_slot=per_slot, replicas=replicas, draws=draws, pbits=4096
    )


@pytest.mark.parametrize("lanes", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("per_slot", [1, 2])
@pytest.mark.parametrize(("replicas", "draws"), [(1, 1), (8, 4), (64, 8), (32, 32)])
@pytest.mark.parametrize(("size", "degree"), [(1, 0), (3, 2), (20, 3), (60, 6), (25, 24)])
def test_no_coupling_reads_a_pbit_too_soon(lanes, per_slot, replicas, draws, size, degree):
    params = machine(lanes, per_slot, replicas, draws)
    for seed in range(2):
        graph = random_graph(size, degree, seed)
        placement, terms = placed(graph, params, seed)
        check(graph, placement, terms, params)


@pytest.mark.parametrize("lanes", [1, 4, 64])
def test_isolated_nodes_never_wait(lanes):
    params = machine(lanes, 2, 8, 4)
    placement, terms = placed(random_graph(100, 0, 0), params)
    check(random_graph(100, 0, 0), placement, terms, params)
    assert not placement.waits.any()
    assert len(placement.lengths) == -(-100 // lanes)


def test_two_rows_that_read_each_other_wait_just_long_enough():
    params = machine(1, 2, 8, 4)
    graph = 2, np.array([0]), np.array([1])
    placement, _ = placed(graph, params)
    assert (placement.waits == params.hazard - 1).all()
    for row in range(2):
        shorter = placement.waits.copy()
        shorter[row] -= 1
        assert hazards(graph, replace(placement, waits=shorter), params)


def test_a_large_sparse_graph_hardly_waits():
    params = machine(4, 2, 8, 4)
    graph = random_graph(1000, 4, 5)
    placement, terms = placed(graph, params)
    check(graph, placement, terms, params)
    assert placement.waits.sum() < 0.02 * placement.lengths.sum()


@pytest.mark.parametrize("lanes", [1, 4, 16])
@pytest.mark.parametrize(("size", "degree"), [(20, 3), (60, 6), (200, 3), (200, 20), (25, 24)])
@pytest.mark.parametrize("seed", range(3))
def test_rows_and_their_order_depend_on_the_lanes_alone(lanes, size, degree, seed):
    graph = random_graph(size, degree, seed)
    machines = [
        machine(lanes, 2, 8, 4),
        machine(lanes, 1, 8, 4),
        machine(lanes, 2, 512, 1),
        machine(lanes, 2, 64, 32),
    ]
    first, *others = [placed(graph, params)[0] for params in machines]
    for other in others:
        assert np.array_equal(first.row, other.row)
        assert np.array_equal(first.lane, other.lane)


def test_the_checker_sees_a_placement_without_waits():
    params = machine(2, 2, 8, 4)
    graph = random_graph(25, 24, 1)
    placement, _ = placed(graph, params)
    assert placement.waits.any()
    broken = replace(
        placement,
        waits=np.zeros_like(placement.waits),
        lengths=placement.lengths - placement.waits,
    )
    assert hazards(graph, broken, params)


def test_the_checker_sees_a_hazard_across_the_end_of_a_sweep():
    params = machine(1, 2, 8, 4)
    graph = 2, np.array([0]), np.array([1])
    placement, _ = placed(graph, params)
    first = int(placement.waits[0])
    waits, lengths = placement.waits.copy(), placement.lengths.copy()
    waits[0] -= first
    lengths[0] -= first
    found = hazards(graph, replace(placement, waits=waits, lengths=lengths), params)
    assert len(found) == 1  # not in the first sweep, where nothing was written before


def test_the_checker_sees_rows_in_a_bad_order():
    params = machine(2, 2, 64, 8)
    graph = random_graph(60, 6, 2)
    placement, _ = placed(graph, params)
    order = np.random.default_rng(1).permutation(len(placement.lengths))
    shuffled = replace(
        placement,
        row=np.argsort(order)[placement.row],
        waits=placement.waits[order],
        lengths=placement.lengths[order],
    )
    assert hazards(graph, shuffled, params)
