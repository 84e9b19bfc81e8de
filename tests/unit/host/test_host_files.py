import itertools
import json
import os
import random

import dimod
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from glauber.host.errors import (
    CouplingValueError,
    FileFormatError,
    OptionError,
    ProblemTooLargeError,
)
from glauber.host.files import read_problem

TRIANGLE = "4 3\n1 2 1\n2 3 -2.5\n3 1 4e0\n"


@pytest.fixture
def read(read):
    """Writes a file, by default one with edges, and reads it."""
    return lambda content, name="graph.txt", **options: read(content, name, **options)


def test_an_edge_list_is_a_maximum_cut(read):
    problem = read(TRIANGLE)
    assert (problem.kind, problem.name, problem.total_weight) == ("maxcut", "graph.txt", 2.5)
    expected = dimod.BinaryQuadraticModel(
        dict.fromkeys(range(4), 0), {(0, 1): 1, (1, 2): -2.5, (0, 2): 4}, 0, "SPIN"
    )
    assert problem.bqm == expected
    assert list(problem.bqm.variables) == [0, 1, 2, 3]
    for spins in itertools.product((-1, 1), repeat=4):
        energy = problem.bqm.energy(dict(enumerate(spins)))
        cut = sum(
            weight for i, j, weight in ((0, 1, 1), (1, 2, -2.5), (2, 0, 4)) if spins[i] != spins[j]
        )
        assert (problem.total_weight - energy) / 2 == cut


def test_as_ising_the_sign_is_that_of_the_physicists(read):
    problem = read(TRIANGLE, as_kind="ising")
    assert (problem.kind, problem.total_weight) == ("ising", None)
    assert problem.bqm.quadratic == {(1, 0): -1, (2, 1): 2.5, (2, 0): -4}


@pytest.mark.parametrize(
    "text",
    [
        "4 3\r\n1 2 1\r\n2 3 -2.5\r\n3 1 4\r\n",
        "# a comment\n\n 4\t3 \n1 2\n# between\n  2 3 -2.5\n\n3 1 +4.",
        "\ufeff4 3\n1 2\n2 3 -25e-1\n1.0 3 4",
    ],
)
def test_notations_of_the_same_graph(read, text):
    assert read(text).bqm == read(TRIANGLE).bqm


def test_a_graph_without_edges(read):
    problem = read("3 0\n")
    assert (problem.bqm.num_variables, problem.bqm.num_interactions) == (3, 0)
    assert problem.total_weight == 0


EDGE = "expected an edge `i j` or `i j weight`"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "hello world\nfoo",
            r"line 1: found 'hello world', expected a first line `vertices edges`",
        ),
        ("# only this\n", r"is empty, expected a first line `vertices edges`"),
        ("3\n1 2", "line 1: found '3', expected a first line"),
        ("3 1 2\n1 2", "line 1: found '3 1 2', expected a first line"),
        ("0 0\n", "line 1: found '0 0', expected .* of at least one vertex"),
        ("3 -1\n", "line 1: found '3 -1', expected a first line"),
        (f"{'9' * 5000} 1\n", r"line 1: found '9{60}\.\.\.', expected a first line"),
        ("3 2\n1 2\n2 x\n", "line 3: found 'x', expected a number"),
        ("3 2\n# c\n1 2\n2,3\n", f"line 4: found '2,3', {EDGE}"),
        ("3 2\n1 2 0x10\n2 3\n", "line 2: found '0x10', expected a number"),
        ("3 2\n1 2 1.5.2\n2 3\n", "line 2: found '1.5.2', expected a number"),
        ("3 2\n1 2 1_0\n2 3\n", "line 2: found '1_0', expected a number"),
        ("3 2\n1 2 \u0663\n2 3\n", "line 2: found '\u0663', expected a number"),
        ("3 2\n1 2 1\n2 3 1 9\n", f"line 3: found '2 3 1 9', {EDGE}"),
        ("3 2\n1 2 1\n\n3\n", f"line 4: found '3', {EDGE}"),
        ("3 2\n1\n2 3 1 2\n", f"line 2: found '1', {EDGE}"),
        ("3 2\n1 4 1\n2 3", "line 2: found '4', expected a vertex from 1 to 3"),
        ("3 2\n1 2 1\n0 3", "line 3: found '0', expected a vertex from 1 to 3"),
        ("3 1\n1.5 2 1\n", "line 2: found '1.5', expected a vertex from 1 to 3"),
        ("3 1\nnan 2 1\n", "line 2: found 'nan', expected a vertex from 1 to 3"),
        ("3 2\n1 2 1\n2 2 1", "line 3: found '2 2 1', expected an edge between two different"),
        (
            "3 4\n1 2 1\n# c\n2 3 1\n3 1 1\n2 1 5\n",
            "line 6: found '2 1 5', expected each edge once; line 2 gives it too .if both",
        ),
        ("3 3\n1 2 1\n2 3 1", "has 2 edges, but its line 1 announces 3; correct the number"),
        ("3 1\n1 2 1\n2 3 1", "has 2 edges, but its line 1 announces 1; correct the number"),
    ],
)
def test_what_is_no_edge_list(read, text, message):
    with pytest.raises(FileFormatError, match=f"graph.txt.*{message}"):
        read(text)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "Infinity", "NaN"])
def test_weights_must_be_finite(read, value):
    with pytest.raises(
        CouplingValueError, match=f"graph.txt, line 3: found '{value}', expected a finite number"
    ):
        read(f"3 2\n1 2 1\n2 3 {value}\n")


def test_more_vertices_than_any_machine_has(read):
    with pytest.raises(ProblemTooLargeError, match="announces 99999999 variables, the largest"):
        read("99999999 1\n1 2\n")


@pytest.mark.parametrize("seed", range(20))
def test_the_line_of_any_wrong_word_is_found(read, seed):
    rng = random.Random(seed)
    lines = ["50 30"] + [f"{rng.randrange(1, 25)} {rng.randrange(25, 51)} 1" for _ in range(30)]
    for _ in range(20):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(["", "# note", "  ", "\t# x 1"]))
    edges = [number for number, line in enumerate(lines) if line.endswith(" 1") and "#" not in line]
    where = rng.choice(edges)
    words = lines[where].split()
    words[rng.randrange(3)] = "?"
    lines[where] = " ".join(words)
    with pytest.raises(FileFormatError, match=rf"line {where + 1}: found '\?'"):
        read("\n".join(lines))


# -- files that are no problem


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; edge lists, MatrixMarket, QUBO, LP and dimod files can be read"),
        (b" \n\n", "is empty"),
        (
            b"\x89PNG\r\n\x1a\n\0\0",
            r"is a binary file of an unknown format \(byte 0x1a at offset 6",
        ),
        (b"1 2\n1 2 \0", r"is a binary file of an unknown format \(byte 0x00 at offset 8\)"),
    ],
)
def test_junk(read, content, message):
    with pytest.raises(FileFormatError, match=message):
        read(content)


def test_missing_file_and_directory(tmp_path):
    with pytest.raises(FileFormatError, match=r"there is no file .*nothing.txt; check the path"):
        read_problem(tmp_path / "nothing.txt")
    with pytest.raises(FileFormatError, match="is a directory; give a problem file in it"):
        read_problem(tmp_path)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_a_file_that_cannot_be_read(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(FileFormatError, match=r"loop cannot be read: .*; check the file"):
        read_problem(loop)


def test_an_unknown_kind(read):
    with pytest.raises(OptionError, match="'max' is no kind of problem; use maxcut, ising, qubo"):
        read(TRIANGLE, as_kind="max")


QUBO = "c a comment\np qubo 0 4 2 2\n0 0 1.5\n2 2 -1\nc more\n0 2 3\n1 0 -2\n"


def test_a_qubo_file(read):
    problem = read(QUBO, "x.qubo")
    assert (problem.kind, problem.total_weight) == ("qubo", None)
    assert problem.bqm == dimod.BinaryQuadraticModel(
        {0: 1.5, 1: 0, 2: -1, 3: 0}, {(0, 2): 3, (0, 1): -2}, 0, "BINARY"
    )
    assert read(QUBO, "x.txt").bqm == problem.bqm
    assert read("\n\n" + QUBO, "x.txt", as_kind="qubo").bqm == problem.bqm
    assert read(QUBO.replace(" 0 4", " unconstrained 4"), "x").bqm == problem.bqm


QUBO_HEADER = "expected a line `p qubo 0 maxNodes nNodes nCouplers` before the weights"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0 1\n", f"line 1: found '0 0 1', {QUBO_HEADER}"),
        ("c only\n", f"is empty, {QUBO_HEADER}"),
        ("p qubo 0 2 1\n0 0 1", f"line 1: found 'p qubo 0 2 1', {QUBO_HEADER}"),
        ("p qubo 3 2 1 0\n0 0 1", f"line 1: .*{QUBO_HEADER}"),
        ("p qubo 0 0 0 0\n", f"line 1: .*{QUBO_HEADER}"),
        ("p qubo 0 2 x 0\n", f"line 1: .*{QUBO_HEADER}"),
        ("p qubo 0 2 1 0\n0 0\n", "line 2: found '0 0', expected `i j weight`"),
        ("p qubo 0 2 1 0\n0 2 1\n", "line 2: found '2', expected a variable from 0 to 1"),
        (
            "p qubo 0 2 1 2\n0 0 1\n0 1 1\n1 0 1\n",
            "line 4: found '1 0 1', expected each pair once; line 3 gives it too",
        ),
        ("p qubo 0 2 1 1\n0 0 1\n", "has 1 weights, but its line 1 announces 2"),
        ("p qubo 0 2 1 1\n0 0 1\n1 1 1\n", "has 2 weights on the diagonal, but its line 1 announ"),
    ],
)
def test_what_is_no_qubo_file(read, text, message):
    with pytest.raises(FileFormatError, match=f"x.qubo.*{message}"):
        read(text, "x.qubo")


def test_qubo_weights_must_be_finite(read):
    with pytest.raises(CouplingValueError, match=r"x.qubo, line 2: found 'nan', expected a finite"):
        read("p qubo 0 2 1 0\n0 0 nan\n", "x.qubo")


@pytest.mark.parametrize(
    ("text", "name", "kind", "message"),
    [
        (
            TRIANGLE,
            "x.txt",
            "qubo",
            "is an edge list, which cannot be read as 'qubo'; use 'maxcut'",
        ),
        (TRIANGLE, "x.txt", "bqm", "cannot be read as 'bqm'; use 'maxcut' or 'ising', or leave"),
        (QUBO, "x.qubo", "ising", "is a QUBO file, which cannot be read as 'ising'; use 'qubo'"),
        ("{}", "x.json", "qubo", "is a JSON file, which cannot be read as 'qubo'; use 'bqm'"),
        ("DIMODBQM", "x", "maxcut", "is a dimod file, which cannot be read as 'maxcut'; use 'bqm'"),
    ],
)
def test_a_kind_that_contradicts_the_format(read, text, name, kind, message):
    with pytest.raises(OptionError, match=message):
        read(text, name, as_kind=kind)


# -- MatrixMarket, against SciPy


def random_matrix(seed, *, symmetric, integers):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-5, 6, (6, 6)) * (rng.random((6, 6)) < 0.6)
    matrix = matrix + matrix.T if symmetric else matrix
    return matrix if integers else matrix / 8


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("integers", [False, True])
@pytest.mark.parametrize("dense", [False, True])
def test_a_matrix_is_a_qubo(read, tmp_path, symmetric, integers, dense):
    matrix = random_matrix(3, symmetric=symmetric, integers=integers)
    path = tmp_path / "m.mtx"
    scipy.io.mmwrite(path, matrix if dense else scipy.sparse.coo_array(matrix))
    assert (b"symmetric" in path.read_bytes().split(b"\n")[0]) == symmetric
    problem = read(path.read_bytes(), "m.mtx")
    assert (problem.kind, problem.total_weight) == ("qubo", None)
    assert list(problem.bqm.variables) == list(range(6))
    for bits in itertools.product((0, 1), repeat=6):
        x = np.array(bits)
        assert problem.bqm.energy(dict(enumerate(bits))) == pytest.approx(x @ matrix @ x)


@pytest.mark.parametrize("form", ["symmetric", "both", "lower", "upper", "mixed"])
@pytest.mark.parametrize("kind", ["maxcut", "ising"])
def test_a_matrix_is_a_graph_with_each_pair_once(read, tmp_path, form, kind):
    whole = random_matrix(4, symmetric=True, integers=True)
    np.fill_diagonal(whole, 0)
    stored = {
        "symmetric": whole,
        "both": whole,
        "lower": np.tril(whole),
        "upper": np.triu(whole),
        "mixed": np.where(
            np.add.outer(np.arange(6), np.arange(6)) % 2, np.tril(whole), np.triu(whole)
        ),
    }[form]
    path = tmp_path / "m.mtx"
    symmetry = "symmetric" if form == "symmetric" else "general"
    scipy.io.mmwrite(path, scipy.sparse.coo_array(stored), symmetry=symmetry)
    problem = read(path.read_bytes(), "m.mtx", as_kind=kind)
    weights = {(i, j): whole[i, j] for i in range(6) for j in range(i) if whole[i, j]}
    sign = 1 if kind == "maxcut" else -1
    expected = dimod.BinaryQuadraticModel("SPIN")
    expected.add_linear_from(dict.fromkeys(range(6), 0))
    expected.add_quadratic_from({pair: sign * weight for pair, weight in weights.items()})
    assert problem.kind == kind
    assert problem.bqm == expected
    assert problem.total_weight == (sum(weights.values()) if kind == "maxcut" else None)


def test_a_pattern_has_weights_of_one(read):
    text = "%%MatrixMarket matrix coordinate pattern symmetric\n% c\n3 3 2\n2 1\n3 2\n"
    assert read(text, as_kind="maxcut").bqm.quadratic == {(1, 0): 1, (2, 1): 1}


HEAD = "%%MatrixMarket matrix coordinate real general\n"
SYMMETRIC = "%%MatrixMarket matrix coordinate real symmetric\n"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("3 3 1\n1 2 1\n", None, "line 1: found '3 3 1', expected `%%MatrixMarket matrix coord"),
        (HEAD.replace("real", "complex"), None, "line 1: .*complex general', expected `%%Matrix"),
        (HEAD.replace("general", "hermitian"), None, "line 1: .*expected `%%MatrixMarket matrix"),
        (HEAD, None, "is empty, expected `rows columns entries` of a square matrix"),
        (
            HEAD + "3 4 1\n1 2 1\n",
            None,
            "line 2: found '3 4 1', expected `rows columns entries` of",
        ),
        (HEAD + "3 3\n1 2 1\n", None, "line 2: found '3 3', expected `rows columns entries`"),
        (HEAD + "3 3 -1\n1 2 1\n", None, "line 2: found '3 3 -1', expected `rows columns"),
        (HEAD + "3 3 1\n1 2\n", None, "line 3: found '1 2', expected `i j value`"),
        (HEAD + "3 3 2\n1 2 1\n", None, "has 1 entries, but its line 2 announces 2"),
        (HEAD + "3 3 1\n1 4 1\n", None, "line 3: found '4', expected an index from 1 to 3"),
        (
            HEAD + "3 3 3\n1 2 1\n2 1 1\n1 2 1\n",
            None,
            "line 5: found '1 2 1', expected each entry once; line 3 gives it too",
        ),
        (SYMMETRIC + "3 3 1\n1 2 1\n", None, "line 3: .* expected an entry with i >= j, .*swap"),
        (HEAD + "3 3 1\n2 2 5\n", "maxcut", "line 3 has 5.0 on the diagonal, at 2 2; .*'qubo'"),
        (HEAD + "3 3 2\n1 2 5\n2 1 4\n", "ising", "line 4 gives the pair 1 2 in both orders, and"),
        (
            HEAD.replace("coordinate", "array") + "% c\n2 2\n0\n\n0\n3\n7\n",
            "ising",
            "line 8 has 7.0 on the diagonal, at 2 2; a graph",
        ),
        (
            HEAD.replace("coordinate", "array") + "2 2\n1\n2\n3\n",
            None,
            "has 3 values, .* announces 4",
        ),
        (HEAD.replace("coordinate", "array") + "2 2 4\n1\n", None, "expected `rows columns` of a"),
    ],
)
def test_what_is_no_matrix(read, text, kind, message):
    with pytest.raises(FileFormatError, match=f"m.mtx.*{message}"):
        read(text, "m.mtx", as_kind=kind)


def test_entries_must_be_finite(read):
    with pytest.raises(CouplingValueError, match="line 3: found 'inf', expected a finite number"):
        read(HEAD + "3 3 1\n1 2 inf\n", "m.mtx")


# -- dimod


def some_bqm(vartype="SPIN"):
    return dimod.BinaryQuadraticModel({"a": 1.5, "b": 0}, {("a", "b"): -2, ("b", 7): 1}, 3, vartype)


def binary(bqm):
    with bqm.to_file() as file:
        return file.read()


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("as_kind", [None, "bqm"])
def test_dimod_files(read, vartype, as_kind):
    bqm = some_bqm(vartype)
    for content in (binary(bqm), json.dumps(bqm.to_serializable())):
        problem = read(content, "anything", as_kind=as_kind)
        assert (problem.kind, problem.total_weight, problem.name) == ("bqm", None, "anything")
        assert problem.bqm == bqm
        assert list(problem.bqm.variables) == list(bqm.variables)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"DIMODXYZ\x01", "begins with b'DIMODXYZ', expected b'DIMODBQM', or `CQM` or `DQM` for"),
        (b"DIMODBQM", "is a damaged dimod file .*; write it again with `model.to_file"),
        (binary(some_bqm())[:-70], "is a damaged dimod file"),
        (binary(dimod.BinaryQuadraticModel("SPIN")), "has no variables; .*; write it again"),
        (b'{"type": "BinaryQuadraticModel",\n ]', "line 2: .*, expected JSON; write it again"),
        (b'{"type": "BinaryQuadraticModel"}', "is a damaged dimod file .*; write it again with"),
        (b'{"type": "SampleSet"}', "is JSON of the type 'SampleSet', expected 'BinaryQuadratic"),
        (b"{}", "is JSON of the type None, expected 'BinaryQuadraticModel'"),
        (b'{"a": "\xff"}', "cannot be read as JSON .*utf-8"),
        (b'{"a":' * 100_000, "cannot be read as JSON"),
    ],
)
def test_damaged_dimod_files(read, content, message):
    with pytest.raises(FileFormatError, match=message):
        read(content, "x")


def test_a_json_file_must_be_json(read):
    with pytest.raises(FileFormatError, match=r"x.json, line 1: .*, expected JSON"):
        read("4 3\n", "x.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda bqm: bqm.set_linear("b", np.nan), "the bias of 'b' is nan; give a finite number"),
        (lambda bqm: bqm.set_quadratic("b", 7, -np.inf), "the coupling of .* and .* is -inf; give"),
        (lambda bqm: setattr(bqm, "offset", np.inf), "the offset is inf; give a finite number"),
    ],
)
def test_numbers_of_a_model_must_be_finite(read, change, message):
    bqm = some_bqm()
    change(bqm)
    for content in (binary(bqm), json.dumps(bqm.to_serializable())):
        with pytest.raises(CouplingValueError, match=message):
            read(content, "x")


def test_labels_in_another_order_than_their_values(read):
    bqm = dimod.BinaryQuadraticModel({2: 1, 0: 2, 1: np.nan}, {}, "SPIN")
    with pytest.raises(CouplingValueError, match="the bias of 1 is nan"):
        read(binary(bqm), "x")
