"""Whatever is in a file, reading it gives a problem or an error of this project."""

import gzip
import json
import random
from pathlib import Path

import dimod
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from glauber.host.errors import FileFormatError, GlauberError
from glauber.host.files import read_problem

BQM = dimod.BinaryQuadraticModel({"a": 1.5, "b": 0}, {("a", "b"): -2, ("b", 7): 1}, 3, "SPIN")


def constrained():
    i, x, y = dimod.Integer("i", upper_bound=7), *dimod.Binaries("xy")
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(-3 * i + x * y + 2 * x)
    cqm.add_constraint(i + 2 * x <= 5, label="c")
    cqm.add_constraint(x + y == 1, label="d")
    return cqm


def packed(model, **options):
    with model.to_file(**options) as file:
        return file.read()


# A small file of each format, and the extension it has.
WHOLE = {
    "edge list": (b"4 3\n1 2 1\n2 3 -2.5\n3 1 4e0\n", ".txt"),
    "QUBO": (b"c a\np qubo 0 4 2 2\n0 0 1.5\n2 2 -1\n0 2 3\n1 0 -2\n", ".qubo"),
    "coordinates": (
        b"%%MatrixMarket matrix coordinate real symmetric\n% c\n3 3 2\n2 1 4\n3 2 1e3\n",
        ".mtx",
    ),
    "array": (b"%%MatrixMarket matrix array real general\n2 2\n0\n2\n2\n0\n", ".mtx"),
    "COO": (b"# vartype=SPIN\n0 0 1\n0 1 -2\n", ".coo"),
    "LP": (dimod.lp.dumps(constrained()).encode(), ".lp"),
    "JSON": (json.dumps(BQM.to_serializable()).encode(), ".json"),
    "BQM": (packed(BQM), ".bqm"),
    "BQM of format 1": (packed(BQM, version=1), ".bqm"),
    "CQM": (packed(constrained()), ".cqm"),
    "gzip": (gzip.compress(b"4 3\n1 2 1\n2 3 -2.5\n3 1 4e0\n", mtime=0), ".gz"),
}
EXTENSIONS = sorted({extension for _, extension in WHOLE.values()})


def check(path, content):
    """That reading gives a problem of finite numbers, or an error of this project."""
    path.write_bytes(content)
    try:
        problem = read_problem(path)
    except GlauberError:
        return
    vectors = problem.bqm.to_numpy_vectors()
    assert problem.bqm.num_variables > 0
    assert np.isfinite(vectors.linear_biases).all()
    assert np.isfinite(vectors.quadratic.biases).all()


@st.composite
def damaged(draw):
    """A file of one of the formats after some edits, and an extension."""
    content, extension = draw(st.sampled_from(list(WHOLE.values())))
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        gone = draw(st.integers(0, 8))
        new = draw(st.one_of(st.binary(max_size=4), st.sampled_from(EDITS)))
        content[at : at + gone] = new
    return bytes(content), draw(st.sampled_from([extension, *EXTENSIONS]))


EDITS = [b"0", b"-1", b"9", b"nan", b"inf", b"1e999", b".5", b"\n", b"\r\n", b" ", b"#", b"[", b"{"]
WORDS = [
    *("p qubo 0", "# vartype=SPIN", "%%MatrixMarket matrix coordinate real general", "min"),
    *("\n", "\n", "\n", "0", "1", "2", "3", "-1", "1.5", "nan", "x", "c", "%", "#", "{"),
]
QUICK = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@QUICK
@given(content=st.binary(max_size=200), extension=st.sampled_from(EXTENSIONS))
@example(content=b"\xef\xbb\xbf", extension=".txt")
@example(content=b"DIMODBQM" + bytes(60), extension=".bqm")
@example(content=b"\x1f\x8b" + bytes(20), extension=".gz")
def test_any_bytes(tmp_path, content, extension):
    check(tmp_path / f"file{extension}", content)


@QUICK
@given(
    words=st.lists(
        st.sampled_from(WORDS),
        max_size=30,
    ),
    extension=st.sampled_from(EXTENSIONS),
)
def test_any_words(tmp_path, words, extension):
    check(tmp_path / f"file{extension}", " ".join(words).encode())


@QUICK
@given(file=damaged())
def test_any_damage(tmp_path, file):
    content, extension = file
    check(tmp_path / f"file{extension}", content)


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_are_read(tmp_path, name):
    content, extension = WHOLE[name]
    path = tmp_path / f"file{extension}"
    path.write_bytes(content)
    assert read_problem(path).bqm.num_interactions


@pytest.mark.parametrize("name", ["edge list", "QUBO", "coordinates", "array", "JSON", "CQM"])
def test_files_that_end_early_are_refused(tmp_path, name):
    content, extension = WHOLE[name]
    path = tmp_path / f"file{extension}"
    for end in range(0, len(content.rstrip()) - 4, 3):
        path.write_bytes(content[:end])
        with pytest.raises(FileFormatError):
            read_problem(path)


# -- compressed


@pytest.mark.parametrize("name", WHOLE)
def test_compressed_files_are_read_as_what_is_in_them(tmp_path, name):
    content, extension = WHOLE[name]
    plain, compressed = tmp_path / f"file{extension}", tmp_path / f"file{extension}.gz"
    plain.write_bytes(content)
    compressed.write_bytes(gzip.compress(content))
    if name == "gzip":  # twice is not what it is
        with pytest.raises(FileFormatError, match="is a binary file of an unknown format"):
            read_problem(compressed)
        return
    problem = read_problem(compressed)
    assert problem.bqm.is_equal(read_problem(plain).bqm)
    assert problem.name == compressed.name


def test_the_extension_of_what_is_compressed_counts(tmp_path):
    path = tmp_path / "file.coo.gz"
    path.write_bytes(gzip.compress(b"0 0 1\n"))
    with pytest.raises(FileFormatError, match="line 1: there is no vartype, expected `# vart"):
        read_problem(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:5],
        lambda content: content[:-4],
        lambda content: content[:12] + b"\xff\xff\xff" + content[15:],
        lambda content: content + b"more",
        lambda content: content[:-8] + b"\0\0\0\0" + content[-4:],
    ],
)
def test_damaged_gzip_files(tmp_path, damage):
    path = tmp_path / "file.gz"
    path.write_bytes(damage(WHOLE["gzip"][0]))
    with pytest.raises(
        FileFormatError, match=r"file.gz is a damaged gzip file .*; compress it aga"
    ):
        read_problem(path)


def test_nothing_compressed_is_nothing(tmp_path):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(FileFormatError, match="is empty; edge lists, MatrixMarket, QUBO, LP and"):
        read_problem(path)


# -- files as people have them

DATA = Path(__file__).parents[4] / "shared" / "data"
REAL = sorted(DATA.glob("*/*.txt"))
needs_data = pytest.mark.skipif(
    not REAL, reason=f"the instances are not part of the project; there is no {DATA.name}"
)


@needs_data
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_files_in_other_notations(tmp_path, path):
    whole = read_problem(path)
    text = path.read_bytes()
    vertices, edges = (int(word) for word in text.split(b"\n")[0].split())
    assert whole.bqm.shape == (vertices, edges)
    for content in (
        text.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf# a comment\n" + text.rstrip(),
        gzip.compress(text, 1),
    ):
        copy = tmp_path / "copy"
        copy.write_bytes(content)
        assert read_problem(copy).bqm.is_equal(whole.bqm)


@needs_data
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("edge", "message"),
    [
        ("{i}", "expected an edge `i j` or `i j weight`"),
        ("{i} 0 {weight}", "expected a vertex from 1 to"),
        ("{i} 99999 {weight}", "expected a vertex from 1 to"),
        ("{i} {i} {weight}", "between two different vertices"),
        ("{i} {j} 1,5", "expected a number"),
        ("{i} {j} inf", "expected a finite number"),
        ("{q} {p} 7", "each edge once; line .* gives it too"),
    ],
)
def test_the_line_of_one_wrong_edge_in_a_real_file(tmp_path, path, edge, message):
    lines = path.read_text().splitlines()
    where = random.Random(path.stem).randrange(2, len(lines))
    i, j, weight = lines[where].split()
    p, q, _ = lines[where - 1].split()
    lines[where] = edge.format(i=i, j=j, weight=weight, p=p, q=q)
    damaged = tmp_path / "damaged"
    damaged.write_text("\n".join(lines))
    with pytest.raises(GlauberError, match=rf"damaged, line {where + 1}: found .*{message}"):
        read_problem(damaged)


@needs_data
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_files_that_end_early(tmp_path, path):
    content = path.read_bytes()
    damaged = tmp_path / "damaged"
    damaged.write_bytes(content[: 2 * len(content) // 3])
    with pytest.raises(
        FileFormatError, match=r"announces .*; correct the number, or complete|expected"
    ):
        read_problem(damaged)
