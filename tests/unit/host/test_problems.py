import itertools

import dimod
import networkx as nx
import numpy as np
import pytest
import scipy.sparse

from glauber.host.errors import (
    CouplingValueError,
    InputError,
    OptionError,
    ProblemTooLargeError,
)
from glauber.host.problems import (
    Kind,
    as_problem,
    from_bqm,
    from_graph,
    from_matrix,
    from_qubo,
)

SIZE = 5


def spins(size=SIZE):
    return np.array(list(itertools.product((-1, 1), repeat=size)))


def square(seed=1, *, symmetric=False):
    """A matrix of whole numbers with a diagonal and holes."""
    random = np.random.default_rng(seed)
    matrix = random.integers(-4, 5, (SIZE, SIZE)) * (random.random((SIZE, SIZE)) < 0.7)
    return matrix + matrix.T if symmetric else matrix


def forms(matrix):
    """The same matrix as SciPy and NumPy have it."""
    return [
        matrix,
        matrix.astype(float),
        np.asfortranarray(matrix.astype(np.float32)),
        scipy.sparse.coo_array(matrix),
        scipy.sparse.csr_matrix(matrix),
        scipy.sparse.csc_array(matrix.astype(np.int8)),
        scipy.sparse.dok_array(matrix),
        scipy.sparse.lil_array(matrix),
        scipy.sparse.dia_array(matrix),
    ]


@pytest.mark.parametrize("shape", ["symmetric", "upper", "lower", "general"])
def test_a_matrix_is_a_qubo_over_all_its_entries(shape):
    matrix = square(symmetric=shape == "symmetric")
    matrix = {"upper": np.triu, "lower": np.tril}.get(shape, np.asarray)(matrix)
    bits = (spins() + 1) // 2
    energies = np.einsum("si,ij,sj->s", bits, matrix, bits)
    for form in forms(matrix):
        problem = as_problem(form)
        assert (problem.kind, problem.total_weight, problem.name) == ("qubo", None, "matrix")
        assert list(problem.bqm.variables) == list(range(SIZE))
        assert np.array_equal(problem.bqm.energies((bits, range(SIZE))), energies)


@pytest.mark.parametrize("shape", ["symmetric", "upper", "lower", "mixed"])
def test_a_matrix_is_a_graph_with_each_pair_once(shape):
    whole = square(symmetric=True)
    np.fill_diagonal(whole, 0)
    odd = np.add.outer(np.arange(SIZE), np.arange(SIZE)) % 2 == 1
    stored = {
        "symmetric": whole,
        "upper": np.triu(whole),
        "lower": np.tril(whole),
        "mixed": np.where(odd, np.tril(whole), np.triu(whole)),
    }[shape]
    pairs = np.einsum("si,ij,sj->s", spins(), np.triu(whole), spins())
    for form in forms(stored):
        ising, cut = as_problem(form, "ising"), as_problem(form, "maxcut")
        assert np.array_equal(ising.bqm.energies((spins(), range(SIZE))), -pairs)
        assert np.array_equal(cut.bqm.energies((spins(), range(SIZE))), pairs)
        assert cut.total_weight == np.triu(whole).sum()
        assert (ising.kind, ising.total_weight, cut.kind) == ("ising", None, "maxcut")


def test_biases_have_the_sign_of_the_couplings():
    matrix = np.triu(square(), 1)
    biases = np.array([1, -2, 0, 0.5, 4])
    expected = -np.einsum("si,ij,sj->s", spins(), matrix, spins()) - spins() @ biases
    for given in (biases, biases.tolist(), biases.astype(np.float32)):
        problem = from_matrix(matrix, "ising", given)
        assert np.array_equal(problem.bqm.energies((spins(), range(SIZE))), expected)


def test_duplicates_of_a_sparse_matrix_add_up_as_scipy_has_it():
    matrix = scipy.sparse.coo_array(([1.0, 2.0, 5.0], ([0, 0, 1], [1, 1, 1])), shape=(2, 2))
    assert as_problem(matrix).bqm.quadratic == {(1, 0): 3}
    assert matrix.nnz == 3  # what was given is as it was
    small = scipy.sparse.coo_array(([100, 100], ([0, 0], [1, 1])), shape=(2, 2), dtype=np.int8)
    assert as_problem(small).bqm.quadratic == {(1, 0): 200}


def test_truth_values_are_an_adjacency_matrix():
    assert as_problem(np.triu(np.ones((3, 3), bool), 1), "maxcut").total_weight == 3


def test_a_matrix_of_zeros_is_a_problem():
    for kind in ("qubo", "ising", "maxcut"):
        for empty in (np.zeros((3, 3)), scipy.sparse.csr_array((3, 3))):
            assert as_problem(empty, kind).bqm.shape == (3, 0)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros((2, 3)), r"matrix has the shape \(2, 3\); give a square matrix of at least one"),
        (np.zeros(4), r"matrix has the shape \(4,\); give a square"),
        (np.zeros((2, 2, 2)), r"matrix has the shape \(2, 2, 2\); give a square"),
        (np.zeros((0, 0)), r"matrix has the shape \(0, 0\); give a square"),
        (scipy.sparse.csr_array((2, 3)), r"matrix has the shape \(2, 3\); give a square"),
        (np.zeros((2, 2), complex), "matrix has elements of type complex128; give real numbers"),
        (np.array([["1"]]), "matrix has elements of type <U1; give real numbers"),
        (np.array([[None]]), "matrix has elements of type object; give real numbers"),
        (scipy.sparse.csr_array(np.eye(2) * 1j), "matrix has elements of type complex128"),
        (np.ma.masked_less(np.eye(2), 1), "matrix is a MaskedArray; give a NumPy array or a SciPy"),
    ],
)
def test_what_is_no_square_matrix(matrix, message):
    with pytest.raises(InputError, match=message):
        as_problem(matrix)


def test_a_list_is_no_matrix():
    with pytest.raises(InputError, match="matrix is a list; give a NumPy array or a SciPy sparse"):
        from_matrix([[1, 2], [0, 1]])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_entries_must_be_finite(value):
    matrix = np.diag([1.0, 2.0, 3.0])
    matrix[1, 2] = value
    for form in (matrix, scipy.sparse.csr_array(matrix)):
        with pytest.raises(CouplingValueError, match=rf"matrix has {value} at \[1, 2\]; give a fi"):
            as_problem(form)
    with pytest.raises(CouplingValueError, match=rf"biases has {value} at \[1\]; give a finite"):
        from_matrix(np.zeros((2, 2)), "ising", [0, value])


def test_what_is_no_graph():
    with pytest.raises(
        InputError, match=r"matrix has 3.0 on the diagonal, at 1 1; a graph .* as 'q"
    ):
        as_problem(np.diag([0, 3.0]), "maxcut")
    with pytest.raises(
        InputError, match=r"matrix gives the pair 0 1 in both orders, and is not sym"
    ):
        as_problem(np.array([[0, 1], [2, 0]]), "ising")


def test_what_biases_are_for():
    cases: list[tuple[Kind, str]] = [
        ("qubo", "put them on the diagonal"),
        ("maxcut", "leave them out"),
    ]
    for kind, remedy in cases:
        with pytest.raises(InputError, match=f"biases are for 'ising', not for '{kind}'; {remedy}"):
            from_matrix(np.zeros((2, 2)), kind, [1, 2])
    with pytest.raises(
        InputError, match=r"biases has the shape \(3,\); the matrix asks for \(2,\)"
    ):
        from_matrix(np.zeros((2, 2)), "ising", [1, 2, 3])
    with pytest.raises(InputError, match=r"biases is no array \(.*\); give 2 numbers"):
        from_matrix(np.zeros((2, 2)), "ising", [[1], [1, 2]])
    with pytest.raises(InputError, match="biases has elements of type <U1; give real numbers"):
        from_matrix(np.zeros((2, 2)), "ising", ["a", "b"])


def test_a_matrix_that_is_too_large():
    with pytest.raises(ProblemTooLargeError, match="matrix announces 16777217 variables"):
        as_problem(scipy.sparse.coo_array(((1 << 24) + 1, (1 << 24) + 1)))


# -- graphs


def test_a_graph_is_a_maximum_cut():
    graph = nx.petersen_graph()
    problem = as_problem(graph)
    assert (problem.kind, problem.total_weight, problem.name) == ("maxcut", 15, "graph")
    assert (problem.total_weight - dimod.ExactSolver().sample(problem.bqm).first.energy) / 2 == 12


def test_weights_and_biases_of_a_graph():
    graph = nx.Graph()
    graph.add_node("lone", bias=3)
    graph.add_edge("a", "b", weight=2.5, cost=7)
    graph.add_edge("b", "c")
    graph.nodes["a"]["bias"] = np.float32(0.5)
    ising = as_problem(graph, "ising")
    expected = dimod.BinaryQuadraticModel(
        {"lone": -3, "a": -0.5, "b": 0, "c": 0}, {"ab": -2.5, "bc": -1}, "SPIN"
    )
    assert ising.bqm.is_equal(expected)
    cut = as_problem(graph)
    expected = dimod.BinaryQuadraticModel(
        dict.fromkeys(["lone", "a", "b", "c"], 0), {"ab": 2.5, "bc": 1}, "SPIN"
    )
    assert cut.bqm.is_equal(expected)
    assert cut.total_weight == 3.5
    other = from_graph(graph, "ising", weight="cost", bias="none of them")
    assert other.bqm.quadratic == {("b", "a"): -7, ("c", "b"): -1}
    assert not any(other.bqm.linear.values())


def test_parallel_edges_add_up():
    graph = nx.MultiGraph([(0, 1, {"weight": 2}), (1, 0, {"weight": 3})])
    problem = as_problem(graph)
    assert (problem.bqm.quadratic, problem.total_weight) == ({(1, 0): 5}, 5)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (nx.DiGraph([(0, 1)]), "graph is directed; give graph.to_undirected(), or a matrix"),
        (nx.Graph([(0, 1), ("a", "a")]), "graph has an edge from 'a' to itself; take it out"),
        (nx.Graph([(0, 1, {"weight": "x"})]), "the weight of edge 0 1 is 'x'; give a number"),
        (nx.Graph([(0, 1, {"weight": 10**400})]), "the weight of edge 0 1 is 10000"),
        (nx.Graph([(0, 1, {"weight": None})]), "the weight of edge 0 1 is None; give a number"),
        (nx.Graph([(0, 1, {"weight": np.inf})]), "the weight of edge 0 1 is inf; give a finite"),
        (nx.Graph(), "graph has no variables; a problem needs at least one"),
    ],
)
def test_what_is_no_problem_of_a_graph(graph, message):
    with pytest.raises(InputError) as caught:
        as_problem(graph)
    assert str(caught.value).startswith(message)


def test_biases_of_a_graph_must_be_numbers():
    graph = nx.Graph([(0, 1)])
    graph.nodes[1]["bias"] = "x"
    with pytest.raises(InputError, match="the bias of node 1 is 'x'; give a number"):
        as_problem(graph, "ising")
    graph.nodes[1]["bias"] = np.nan
    with pytest.raises(CouplingValueError, match="the bias of node 1 is nan; give a finite number"):
        as_problem(graph, "ising")


# -- dictionaries and models


def test_a_dictionary_is_a_qubo():
    problem = as_problem({(0, 0): 1, ("b", 0): 2.5, (0, "b"): -1, ("b", "b"): -3})
    assert (problem.kind, problem.name) == ("qubo", "dictionary")
    expected = dimod.BinaryQuadraticModel({0: 1, "b": -3}, {(0, "b"): 1.5}, "BINARY")
    assert problem.bqm.is_equal(expected)
    assert from_qubo({(0, 0): 1}, offset=4).bqm.offset == 4


@pytest.mark.parametrize(
    "weights",
    [
        *({0: 1}, {(0, 1, 2): 1}, {"a": 1}),
        *({(0, 1): value} for value in ("x", None, 1j, 10**400)),
    ],
)
def test_what_is_no_qubo(weights):
    with pytest.raises(
        InputError, match=r"the dictionary is no QUBO .*; give \{\(i, j\): weight\}"
    ):
        as_problem(weights)


def test_a_qubo_must_have_finite_weights_and_variables():
    with pytest.raises(CouplingValueError, match=r"dictionary: the coupling of .* is nan; give a"):
        as_problem({(0, 1): np.nan})
    with pytest.raises(CouplingValueError, match="dictionary: the offset is inf; give a finite"):
        from_qubo({(0, 1): 1}, offset=np.inf)
    with pytest.raises(InputError, match="dictionary has no variables; a problem needs at least"):
        as_problem({})


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, object])
def test_a_model_is_taken_as_it_is(vartype, dtype):
    bqm = dimod.BinaryQuadraticModel({"a": 1}, {"ab": 2}, 3, vartype, dtype=dtype)
    problem = as_problem(bqm)
    assert problem.bqm is bqm
    assert (problem.kind, problem.name, from_bqm(bqm, name="x").name) == ("bqm", "model", "x")


def test_a_model_must_be_finite_and_have_variables():
    with pytest.raises(CouplingValueError, match="model: the bias of 'a' is nan; give a finite"):
        as_problem(dimod.BinaryQuadraticModel({"a": np.nan}, {}, "SPIN"))
    with pytest.raises(InputError, match="model has no variables; a problem needs at least one"):
        as_problem(dimod.BinaryQuadraticModel("SPIN"))


# -- any of them


def test_a_path_is_read(tmp_path):
    path = tmp_path / "graph.txt"
    path.write_text("2 1\n1 2 3\n")
    for source in (path, str(path)):
        assert as_problem(source).total_weight == 3
        assert as_problem(source, "ising").bqm.quadratic == {(1, 0): -3}


def test_a_problem_stays_what_it_is():
    problem = as_problem(np.zeros((2, 2)), "ising")
    assert as_problem(problem) is problem
    assert as_problem(problem, "ising") is problem
    with pytest.raises(OptionError, match="matrix is a problem, which cannot be read as 'qubo'"):
        as_problem(problem, "qubo")


@pytest.mark.parametrize("source", [None, 7, [[1, 2], [3, 4]], object(), b"graph.txt"])
def test_what_is_no_problem(source):
    with pytest.raises(
        InputError, match=r"a \w+ cannot be taken for a problem; give a dimod model"
    ):
        as_problem(source)


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (
            np.zeros((1, 1)),
            "bqm",
            "matrix is a matrix, which cannot be read as 'bqm'; use 'qubo' or",
        ),
        (nx.path_graph(2), "qubo", "is a graph, which cannot be read as 'qubo'; use 'maxcut' or '"),
        ({(0, 0): 1}, "ising", "is a dictionary, which cannot be read as 'ising'; use 'qubo'"),
        (
            dimod.BQM({0: 1}, {}, "SPIN"),
            "qubo",
            "is a binary quadratic model, which cannot be read",
        ),
        ({(0, 0): 1}, "max", "'max' is no kind of problem; use maxcut, ising, qubo, bqm, constrai"),
    ],
)
def test_a_kind_that_contradicts_the_source(source, kind, message):
    with pytest.raises(OptionError, match=message):
        as_problem(source, kind)


def test_samples_of_a_maximum_cut_have_their_cuts():
    problem = as_problem(nx.cycle_graph(4))
    samples = dimod.ExactSolver().sample(problem.bqm)
    solutions = problem.solutions(samples)
    cuts = [sum(row[u] != row[(u + 1) % 4] for u in range(4)) for row in samples.record.sample]
    assert solutions.record.cut.tolist() == cuts
    assert solutions.first.cut == 4


def test_samples_of_other_problems_stay_as_they_are():
    problem = as_problem({(0, 0): 1})
    samples = dimod.ExactSolver().sample(problem.bqm)
    assert problem.solutions(samples) is samples
