import itertools

import dimod
import numpy as np
import pytest

from glauber.host.lattice import find_lattice


def grid(rows, columns, wrap, label, missing=()):
    """A square lattice, by the labels that `label(row, column)` gives."""
    couplings = {}
    for row, column in itertools.product(range(rows), range(columns)):
        for down, right in ((0, 1), (1, 0)):
            other = row + down, column + right
            if wrap:
                other = other[0] % rows, other[1] % columns
            if other[0] < rows and other[1] < columns and (row, column) not in missing:
                couplings[label(row, column), label(*other)] = -1
    sites = [label(*site) for site in itertools.product(range(rows), range(columns))]
    return dimod.BQM(dict.fromkeys(sites, 0.0), couplings, "SPIN")


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(3, 5), (5, 3), (4, 4), (2, 6), (7, 12)])
@pytest.mark.parametrize("first", [0, 1])
def test_numbers_row_by_row(rows, columns, wrap, first):
    bqm = grid(rows, columns, wrap, lambda row, column: first + row * columns + column)
    found = find_lattice(bqm)
    assert found is not None
    assert [bqm.variables[index] - first for index in found.ravel().tolist()] == list(
        range(rows * columns)
    )
    if (rows, columns) != (2, 6) or not wrap:
        assert found.shape == (rows, columns)


def test_variables_in_any_order():
    numbers = np.random.default_rng(1).permutation(20).tolist()
    bqm = dimod.BQM(dict.fromkeys(numbers, 0.0), {}, "SPIN")
    bqm.update(grid(4, 5, False, lambda row, column: row * 5 + column))
    found = find_lattice(bqm)
    assert found is not None
    assert [[bqm.variables[index] for index in line] for line in found] == (
        np.arange(20).reshape(4, 5).tolist()
    )


def test_couplings_may_be_missing():
    bqm = grid(4, 6, True, lambda row, column: row * 6 + column, missing=[(0, 0), (2, 3), (3, 5)])
    found = find_lattice(bqm)
    assert found is not None
    assert found.shape == (4, 6)


def test_pairs_are_places_whatever_the_couplings_are():
    bqm = grid(3, 4, False, lambda row, column: (row - 1, column + 5))
    bqm.add_quadratic((-1, 5), (1, 8), 1)
    found = find_lattice(bqm)
    assert found is not None
    assert [[bqm.variables[index] for index in line] for line in found] == [
        [(row, column) for column in range(5, 9)] for row in range(-1, 2)
    ]


def from_edges(*edges):
    return dimod.BQM({}, dict.fromkeys(edges, 1), "SPIN")


@pytest.mark.parametrize(
    "bqm",
    [
        from_edges(*((node, (node + 1) % 10) for node in range(10))),
        from_edges(*((node, node + 1) for node in range(11))),
        from_edges(*itertools.combinations(range(9), 2)),
        from_edges((0, 1), (1, 2)),
        grid(4, 4, False, lambda row, column: row * 5 + column),  # numbers with gaps
        grid(3, 3, False, lambda row, column: f"{row},{column}"),
        grid(3, 3, False, lambda row, column: (row, column) if row + column else (9, 9)),
        grid(3, 3, False, lambda row, column: (str(row), column)),
        grid(3, 3, False, lambda row, column: (row, (column,))),
        dimod.BQM(dict.fromkeys(((0, 0), (0, 1), (0, 2)), 1.0), {}, "SPIN"),
        dimod.BQM(dict.fromkeys(range(12), 1.0), {}, "SPIN"),
        dimod.BQM({}, {}, 0.0, "SPIN"),
    ],
    ids=[
        "ring",
        "chain",
        "complete",
        "three",
        "gaps",
        "texts",
        "hole",
        "no numbers",
        "nested",
        "one row",
        "no couplings",
        "nothing",
    ],
)
def test_what_is_no_lattice(bqm):
    assert find_lattice(bqm) is None


def test_a_diagonal_makes_it_no_lattice_of_numbers():
    bqm = grid(4, 4, False, lambda row, column: row * 4 + column)
    bqm.add_quadratic(0, 5, 1)
    assert find_lattice(bqm) is None
