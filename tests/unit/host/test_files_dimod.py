import json
import struct

import dimod
import numpy as np
import pytest
from dimod.serialization import coo

from glauber.host.errors import (
    CouplingValueError,
    FileFormatError,
    OptionError,
    ProblemTooLargeError,
)


def some_bqm(dtype=np.float64):
    """Four variables, all of whose pairs but one interact."""
    quadratic = {"ab": 1, "ac": -2, "bc": 0.5, "cd": 4, "bd": 0}
    return dimod.BinaryQuadraticModel(
        dict(zip("abcd", range(4), strict=True)), quadratic, 1.5, "SPIN", dtype=dtype
    )


def packed(bqm, **options):
    with bqm.to_file(**options) as file:
        return file.read()


@pytest.mark.parametrize("dtype", [np.float64, np.float32, object])
@pytest.mark.parametrize("options", [{"version": 1}, {"version": 2}, {"ignore_labels": True}])
def test_all_that_dimod_writes_is_read(read, dtype, options):
    bqm = some_bqm(dtype)
    if "ignore_labels" in options:
        bqm.relabel_variables_as_integers()
    read_back = read(packed(bqm, **options)).bqm
    assert read_back == bqm
    assert list(read_back.variables) == list(bqm.variables)
    assert read_back.dtype == (np.float64 if dtype is object else dtype)


def test_labels_of_all_kinds_come_back(read):
    bqm = dimod.BinaryQuadraticModel({"a": 1, 7: 2, ("t", 1): 3}, {("a", 7): 1}, "BINARY")
    for content in (packed(bqm), packed(bqm, version=1), json.dumps(bqm.to_serializable())):
        assert read(content).bqm == bqm


# -- the binary format, field by field


def with_header(content, **changes):
    """The file with other entries in its header, as long as before."""
    length = struct.unpack("<I", content[10:14])[0]
    header = json.loads(content[14 : 14 + length]) | changes
    text = json.dumps(header).encode().ljust(length - 1) + b"\n"
    assert len(text) == length
    return content[:14] + text + content[14 + length :]


def with_numbers(content, at, value):
    """The file with a 32-bit number in place of another, `at` bytes after the header."""
    place = 14 + struct.unpack("<I", content[10:14])[0] + at
    return content[:place] + struct.pack("<i", value) + content[place + 4 :]


PLAIN = packed(some_bqm())
OFFSET, NODE, END = 8, 12, 12
FIRST_END = OFFSET + 4 * NODE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PLAIN[:8] + b"\3" + PLAIN[9:], r"its format is 3.0, and not before 3.0"),
        (PLAIN[:12], "unpack requires"),
        (PLAIN[:60], "."),
        (with_header(PLAIN, shape=[4]), "not enough values to unpack"),
        (with_header(PLAIN, shape=[4, -1]), r"its shape is \[4, -1\]"),
        (with_header(PLAIN, shape=[4.5, 5]), r"its shape is \[4.5, 5\]"),
        (with_header(PLAIN, shape=[4, 500]), "it ends after .* bytes, in the middle of its num"),
        (with_header(PLAIN, shape=[5, 5]), "."),
        (with_header(PLAIN, dtype="object"), "its dtype is 'object', and not float32 or float64"),
        (with_header(PLAIN, itype="uint32"), "its itype is 'uint32', and not int8 or int16"),
        (with_header(PLAIN, ntype="float"), "its ntype is 'float', and not int8"),
        (with_header(PLAIN, vartype="REAL"), "REAL|vartype"),
        (PLAIN[: 14 + 178 + 20], "it ends after .* bytes, in the middle of its numbers"),
        (with_numbers(PLAIN, OFFSET, 1), "neighbours of its variables do not follow each other"),
        (with_numbers(PLAIN, OFFSET + NODE, 9), "neighbours of its variables do not follow"),
        (with_numbers(PLAIN, OFFSET + NODE, -3), "neighbours of its variables do not follow"),
        (with_numbers(PLAIN, FIRST_END, -1), "an interaction is of variable -1, of 0 to 3"),
        (with_numbers(PLAIN, FIRST_END, 4), "an interaction is of variable 4, of 0 to 3"),
        (with_numbers(PLAIN, FIRST_END, 2**31 - 1), "is of variable 2147483647, of 0 to 3"),
        (with_numbers(PLAIN, FIRST_END, 0), "the two ends of an interaction do not agree"),
        (with_numbers(PLAIN, FIRST_END, 3), "the two ends of an interaction do not agree"),
        (with_numbers(PLAIN, FIRST_END + 8, 1), "the two ends of an interaction do not agree"),
        (PLAIN.replace(b'"a", "b"', b'"a", "a"'), "two of its variables have the same label"),
        (PLAIN.replace(b'"c", "d"', b'"c"     '), "its arrays have different lengths"),
        (PLAIN.replace(b"VARS", b"WARS"), "unknown subheader"),
    ],
)
def test_damage_is_found(read, content, message):
    assert content != PLAIN
    with pytest.raises(FileFormatError, match=f"model is a damaged dimod file .*{message}"):
        read(content)


@pytest.mark.parametrize("cut", range(0, len(PLAIN), 7))
def test_a_file_that_ends_early(read, cut):
    # What follows the labels is filling.
    whole = len(PLAIN.rstrip()) <= cut
    if whole:
        assert read(PLAIN[:cut]).bqm == some_bqm()
        return
    with pytest.raises(FileFormatError):
        read(PLAIN[:cut])


def test_more_variables_than_any_machine_has(read):
    header = with_header(PLAIN, shape=[99999999, 5])
    with pytest.raises(ProblemTooLargeError, match="model announces 99999999 variables"):
        read(header)


# -- JSON


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quadratic_head": [0, 0, 1, 2, -5]}, "an interaction is of variable -5, of 0 to 3"),
        ({"quadratic_head": [0, 0, 1, 2, 2**31]}, "is of variable 2147483648, of 0 to 3"),
        ({"quadratic_head": [0, 0, 1, 2, 2**70]}, "is no whole number"),
        ({"quadratic_head": [0, 0, 1, 2, 0.5]}, "an index is no whole number"),
        ({"quadratic_head": [0, 0, 1, 2, "x"]}, "an index is no whole number"),
        ({"quadratic_head": [0, 0, 1, 2]}, "its arrays have different lengths"),
        ({"quadratic_head": [[0, 0, 1, 2, 1]]}, "its arrays have different lengths"),
        ({"quadratic_head": [0] * 5, "quadratic_tail": [1, 2, 3, 1, 2]}, "an interaction is there"),
        ({"quadratic_head": [1] * 5, "quadratic_tail": [1, 2, 3, 0, 0]}, "interaction with itself"),
        ({"linear_biases": [1, 2]}, "its arrays have different lengths"),
        ({"linear_biases": [1, 2, 3, "x"]}, "could not convert string to float"),
        ({"variable_labels": ["a", "b", "c", "a"]}, "two of its variables have the same label"),
        ({"variable_labels": ["a", "b", "c", {}]}, "unhashable"),
        ({"variable_type": "REAL"}, "REAL|vartype"),
        ({"offset": "x"}, "could not convert string to float"),
        ({"use_bytes": True}, "its arrays are bytes, which JSON has not"),
    ],
)
def test_damaged_json(read, changes, message):
    content = some_bqm().to_serializable() | changes
    with pytest.raises(FileFormatError, match=f"model is a damaged dimod file .*{message}"):
        read(json.dumps(content))


# -- COO


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_what_dimod_writes_as_coo_is_read(read, vartype):
    bqm = dimod.BinaryQuadraticModel({0: 1.5, 1: 0, 2: -1}, {(0, 1): -2, (2, 1): 0.25}, vartype)
    for name in ("model.coo", "model.txt"):
        problem = read(coo.dumps(bqm, vartype_header=True), name)
        assert (problem.kind, problem.bqm) == ("bqm", bqm)


def test_notations_of_the_same_model(read):
    expected = read("# vartype=SPIN\n0 0 1\n0 2 -2\n").bqm
    assert expected.num_variables == 3
    for text in (
        "\ufeff# vartype=SPIN\r\n0 0 1\r\n2 0 -2.0\r\n",
        "\n#vartype: SPIN\n# more\n\n  0 2 -2e0\n\t0 0 1",
    ):
        assert read(text).bqm == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0 1\n", "line 1: there is no vartype, expected `# vartype=SPIN` or `# vartype=BINA"),
        ("# vartype=REAL\n0 0 1\n", "line 1: the vartype is REAL, expected SPIN or BINARY"),
        ("\n# c\n# vartype=REAL\n0 0 1\n", "line 3: the vartype is REAL, expected SPIN or B"),
        ("# vartype=SPIN\n0 0 1\n# vartype=BINARY\n", "line 3: the vartype is BINARY, expected SP"),
        ("# vartype=SPIN\n", "has no entries, expected lines `i j bias`; complete it"),
        ("# vartype=SPIN\n0 0 1\n0 1\n", "line 3: found '0 1', expected `i j bias`"),
        ("# vartype=SPIN\n0 0 1\n0 1 x\n", "line 3: found 'x', expected a number"),
        ("# vartype=SPIN\n0 -1 1\n", "line 2: found '-1', expected a variable from 0 to 16777215"),
        ("# vartype=SPIN\n0 16777216 1\n", "line 2: found '16777216', expected a variable from 0"),
        ("# vartype=SPIN\n0 1 1\n2 2 1\n1 0 1\n", "line 4: .* expected each pair once; line 2 giv"),
    ],
)
def test_what_is_no_coo_file(read, text, message):
    with pytest.raises(FileFormatError, match=f"model.coo.*{message}"):
        read(text, "model.coo")


def test_coo_biases_must_be_finite(read):
    with pytest.raises(CouplingValueError, match="line 2: found 'nan', expected a finite number"):
        read("# vartype=SPIN\n0 1 nan\n")


def test_a_coo_file_is_a_model(read):
    with pytest.raises(OptionError, match="is a COO file, which cannot be read as 'ising'; use 'b"):
        read("# vartype=SPIN\n0 1 1\n", as_kind="ising")
