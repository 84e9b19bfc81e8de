import numpy as np
import pytest

from glauber.host.compile.colour import adjacency, by_columns, by_heap, colour
from glauber.host.compile.order import stable_order
from glauber.host.compile.parallel_colour import colour_in_rounds


def coloured(size, edges):
    """The colours of a graph, after a check that they are proper and leave no gap."""
    first, second = np.array(edges, np.int64).reshape(-1, 2).T
    start, neighbours = adjacency(size, first, second)
    colours = colour(start, neighbours)
    assert colours.shape == (size,)
    assert not (colours[first] == colours[second]).any()
    assert set(colours.tolist()) == set(range(int(colours.max(initial=-1)) + 1))
    return colours


def random_edges(size, probability, seed):
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(size, 1)
    used = random.random(len(first)) < probability
    # In no order, and either way round.
    edges = random.permuted(np.stack([first[used], second[used]], 1), axis=1)
    return random.permutation(edges)


def test_adjacency_lists_every_neighbour_of_every_node():
    edges = random_edges(30, 0.2, 1)
    start, neighbours = adjacency(30, edges[:, 0], edges[:, 1])
    for node in range(30):
        expected = [b if a == node else a for a, b in edges.tolist() if node in (a, b)]
        assert sorted(neighbours[start[node] : start[node + 1]].tolist()) == sorted(expected)
    assert start[-1] == len(neighbours) == 2 * len(edges)


@pytest.mark.parametrize("size", [2, 7, 40, 150])
@pytest.mark.parametrize("probability", [0.02, 0.2, 0.7])
@pytest.mark.parametrize("seed", [1, 2])
def test_random_graphs_get_proper_colours_and_not_too_many(size, probability, seed):
    edges = random_edges(size, probability, seed)
    degrees = np.bincount(edges.ravel(), minlength=size)
    assert coloured(size, edges).max() <= degrees.max()


@pytest.mark.parametrize("seed", range(5))
def test_bipartite_graphs_get_two_colours(seed):
    random = np.random.default_rng(seed)
    first, second = np.nonzero(random.random((30, 40)) < 0.1)
    name = random.permutation(70)
    edges = np.stack([name[first], name[30 + second]], 1)
    assert coloured(70, edges).max() == 1


def test_a_torus_of_even_sides_gets_two_colours():
    node = np.arange(64).reshape(8, 8)
    edges = [np.stack([node, np.roll(node, 1, axis)], -1).reshape(-1, 2) for axis in (0, 1)]
    assert coloured(64, np.concatenate(edges)).max() == 1


@pytest.mark.parametrize("size", [3, 5, 9])
def test_odd_rings_get_three_colours(size):
    assert coloured(size, [(node, (node + 1) % size) for node in range(size)]).max() == 2


@pytest.mark.parametrize("size", [2, 3, 70])
def test_complete_graphs_get_a_colour_for_each_node(size):
    assert sorted(coloured(size, np.stack(np.triu_indices(size, 1), 1))) == list(range(size))


def test_complete_graphs_are_coloured_as_the_rule_would():
    first, second = np.triu_indices(9, 1)
    graph = adjacency(9, first, second)
    assert (colour(*graph) == by_columns(*graph)).all()


def test_isolated_nodes_share_the_first_colour():
    assert coloured(4, [(1, 3)]).tolist() in ([0, 0, 0, 1], [0, 1, 0, 0])
    assert coloured(3, []).tolist() == [0, 0, 0]


def test_a_graph_without_nodes_has_no_colours():
    assert coloured(0, []).tolist() == []


def test_the_same_graph_gets_the_same_colours():
    edges = random_edges(60, 0.2, 3)
    assert coloured(60, edges).tolist() == coloured(60, edges).tolist()


@pytest.mark.parametrize(("size", "probability"), [(60, 0.05), (60, 0.3), (25, 1.0)])
def test_dense_and_sparse_graphs_are_coloured_by_the_same_rule(size, probability):
    edges = random_edges(size, probability, 3)
    graph = adjacency(size, edges[:, 0], edges[:, 1])
    assert (by_columns(*graph) == by_heap(*graph)).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_sides_of_a_bipartite_graph_are_what_the_rule_finds(seed):
    random = np.random.default_rng(seed)
    first, second = np.nonzero(random.random((30, 40)) < 0.04)  # in several components
    name = random.permutation(75)
    graph = adjacency(75, name[first], name[35 + second])
    assert (colour(*graph) == by_heap(*graph)).all()


@pytest.mark.parametrize(("size", "probability"), [(1, 0.0), (300, 0.02), (150, 1.0)])
def test_colouring_in_rounds_is_proper(size, probability):
    edges = random_edges(size, probability, 4)
    graph = adjacency(size, edges[:, 0], edges[:, 1])
    colours = colour_in_rounds(*graph)
    assert not (colours[edges[:, 0]] == colours[edges[:, 1]]).any()
    degrees = np.diff(graph[0])
    assert 0 <= colours.min() <= colours.max() <= degrees.max(initial=0)


def test_large_graphs_are_coloured_in_rounds(monkeypatch):
    edges = random_edges(60, 0.3, 5)
    graph = adjacency(60, edges[:, 0], edges[:, 1])
    monkeypatch.setattr("glauber.host.compile.colour._LARGE", 10)
    assert (colour(*graph) == colour_in_rounds(*graph)).all()


@pytest.mark.parametrize("largest", [1, 1000, 2**62])
def test_a_stable_order_keeps_equal_numbers_in_theirs(largest):
    values = np.random.default_rng(6).integers(0, largest, 500)
    values[::7] = values[0]
    assert (stable_order(values) == np.argsort(values, kind="stable")).all()
    assert not len(stable_order(np.zeros(0, np.int64)))
