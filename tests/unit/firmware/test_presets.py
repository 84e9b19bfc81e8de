"""The presets hold what is said of them: the host compiles the problems for their machines."""

import dimod
import numpy as np
import pytest

from glauber.firmware.boards.registry import BOARDS
from glauber.host.compile import IsingProblem, compile_problem, quantise
from glauber.host.errors import ProblemTooLargeError


def compiled(board: str, bqm: dimod.BinaryQuadraticModel):
    params = BOARDS[board].preset.params
    problem = IsingProblem.from_bqm(bqm)
    values = quantise(problem, params, 0.1)
    assert values.exact
    return compile_problem(problem, values, params), params


def random_graph(vertices: int, edges: int) -> dimod.BinaryQuadraticModel:
    """A graph as dense as those of the G-set, with weights of 1."""
    pairs = np.transpose(np.triu_indices(vertices, 1))
    chosen = np.random.default_rng(1).choice(len(pairs), edges, replace=False)
    bqm = dimod.BinaryQuadraticModel("SPIN")
    bqm.add_quadratic_from((int(i), int(j), 1.0) for i, j in pairs[chosen])
    return bqm


def lattice(side: int) -> dimod.BinaryQuadraticModel:
    """A cube with periodic borders: degree 6."""
    bqm = dimod.BinaryQuadraticModel("SPIN")
    sites = np.arange(side**3).reshape(side, side, side)
    for axis in range(3):
        others = np.roll(sites, 1, axis)
        bqm.add_quadratic_from(
            (int(i), int(j), 1.0) for i, j in zip(sites.flat, others.flat, strict=True)
        )
    return bqm


@pytest.mark.parametrize("board", ["icebreaker", "icesugar"])
def test_single_port_memories_hold_800_vertices_and_19176_edges(board: str) -> None:
    program, params = compiled(board, random_graph(800, 19_176))
    assert program.slots <= params.slots
    # A third of the couplings would do without: this is what the large memories are for.
    assert len(program.couplings) > 2 * 16_384


def test_more_than_it_holds_is_refused() -> None:
    with pytest.raises(ProblemTooLargeError, match="slots per lane"):
        compiled("icebreaker", random_graph(800, 40_000))


@pytest.mark.parametrize("board", [name for name in BOARDS if name.endswith("85f")])
def test_a_thousand_pbits_of_degree_6_take_four_clocks_a_row(board: str) -> None:
    program, params = compiled(board, lattice(10))
    assert program.slots == 4 * len(program.rows)
    assert 1000 * params.replicas / program.slots > 60  # updates per clock


@pytest.mark.parametrize("board", BOARDS)
def test_every_preset_holds_a_lattice(board: str) -> None:
    program, params = compiled(board, lattice(6))
    assert program.addresses <= params.pbits
