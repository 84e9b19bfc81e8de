"""LP files that are none: each error names the line and what was expected there."""

import random
import re

import dimod.lp
import pytest

from glauber.host.errors import CouplingValueError, FileFormatError
from glauber.host.files.lp_grammar import check_lp

LP = """\\ a comment
Minimize
 profit: 2 a - i + [ 2 a * b - 3 a ^ 2 ] / 2
Subject To
 c1: a + b <= 1
 c2: a + 2 i >= 1
 - a - - b = -1
Bounds
 0 <= i <= 3
 j <= 4
Binary
 a b
General
 i j
End
"""
TERM = "`+` or `-` before the next term"
RIGHT = "a number on the right side; variables stand on the left"

DAMAGES = [
    # what is replaced, by what, the line, what is found there, what was expected
    ("Minimize", "Minimise", 2, "Minimise", "a section to begin, as `Minimize`"),
    ("profit: 2", "profit 2", 3, "2", f"{TERM}, or another section"),
    ("2 a - i", "2 a - - - i", 3, "-", "a number or a variable"),
    ("2 a - i", "2 a b - i", 3, "b", f"{TERM}, or another section"),
    ("2 a - i", "nan a - i", 3, "nan", "a name that does not begin with `nan` or `inf`"),
    ("2 a - i", "infos - i", 3, "infos", "a name that does not begin with `nan` or `inf`"),
    ("2 a - i", "0x1 - i", 3, "0", "a space between a number and a name that begins with x"),
    ("2 a - i", "2 a; - i", 3, "a;", "a space between a name and a semicolon"),
    ("2 a - i", "2 a ; - i", 3, ";", "a name, a number or a sign (what follows a semicolon is"),
    ("2 a - i", "2 a /* - i", 3, "/*", "`*/` behind this comment"),
    ("i + [", "i - [", 3, "[", "`+` before a bracket; write the signs in it"),
    ("2 a * b", "2 a b", 3, "b", "`* variable` or `^ 2` behind a variable in brackets"),
    ("2 a * b", "2 a * 3", 3, "3", "a variable"),
    ("a ^ 2", "a ^ 3", 3, "3", "2, as in `x ^ 2`"),
    ("] / 2", "/ 2", 3, "/", "`]`, or `+` or `-` before the next product"),
    ("] / 2", "]", 3, "]", "behind it `/ 2` behind the brackets of an objective"),
    ("] / 2", "] / 3", 3, "3", "2, as in `[ ... ] / 2`"),
    ("Subject To\n", "", 4, "c1", f"{TERM}, or another section"),
    ("Subject To", "Maximize\n a\nSubject To", 4, "Maximize", "one objective; line 2 begins it"),
    ("c1: a", "3: a", 5, "3", "a label before the colon"),
    ("c1: a", "c1:: a", 5, ":", f"`<=`, `>=` or `=`, or {TERM}"),
    ("<= 1", "1", 5, "1", f"`<=`, `>=` or `=`, or {TERM}"),
    ("<= 1", "<= one", 5, "one", RIGHT),
    ("<= 1", "=< 1", 5, "=<", "`<=`, `>=` or `=`"),
    ("<= 1", "<= 2 b", 5, "b", "a constraint without a label on a line of its own"),
    ("<= 1", "<= inf", 5, "inf", RIGHT),
    ("c2:", "c1:", 6, "c1", "each label once; line 5 has it too"),
    (">= 1", ">=", 7, "a", RIGHT),
    ("a - - b = -1", "a - - b =", 7, "=", f"behind it {RIGHT}"),
    ("0 <= i <= 3", "0 >= i <= 3", 9, "<=", "two bounds as `low <= variable <= high`"),
    ("0 <= i", "<= i", 9, "<=", "a number"),
    ("0 <= i <= 3", "0 i <= 3", 9, "i", "`<=`, `>=` or `=` behind a bound"),
    ("j <= 4", "j 4", 10, "4", "`<=`, `>=`, `=` or `free` behind a variable"),
    ("j <= 4", "j <= x", 10, "x", "a number"),
    ("Binary\n", "Bounds\n j >= 0\nBinary\n", 11, "Bounds", "each section once; line 8 begins"),
    (" a b\n", " a 3\n", 12, "3", "the name of a variable"),
    (" i j\n", " i a\n", 14, "a", "the type of each variable once; line 12 has it"),
    ("General", "SOS", 13, "SOS", "variables that are binary or whole numbers, and no sets of th"),
    ("General", "Semi-Continuous", 13, "Semi-Continuous", "variables that are binary or whole"),
    ("End\n", "", 14, "i j", "a line `End` at the end of the file"),
    ("End\n", "End\nEnd\n", 16, "End", "nothing behind `End`"),
    ("End\n", "End\nmore\n", 16, "more", "nothing behind `End`"),
]


@pytest.mark.parametrize(("old", "new", "line", "found", "expected"), DAMAGES)
def test_the_line_and_the_reason_are_named(read, old, new, line, found, expected):
    text = LP.replace(old, new, 1)
    assert text != LP
    message = f"model.lp, line {line}: found {found!r}, expected {expected}"
    for content in (text, text.replace("\n", "\r\n")):
        with pytest.raises(FileFormatError, match=re.escape(message)):
            read(content, "model.lp")


def test_numbers_must_be_finite(read):
    text = LP.replace("<= 1", "<= 1e999", 1)
    with pytest.raises(CouplingValueError, match="line 5: found '1e999', expected a finite number"):
        read(text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("hello\n", "line 1: found 'hello', expected a section to begin, as `Minimize`"),
        (LP.encode().replace(b"c2", b"c\xff"), "line 6: found .*, expected UTF-8 text; correct it"),
        ("Minimize\n obj:\nEnd\n", "model.lp has no variables; correct it"),
    ],
)
def test_what_is_no_lp_file_at_all(read, content, message):
    with pytest.raises(FileFormatError, match=message):
        read(content, "model.lp")


@pytest.mark.parametrize(
    "text",
    [
        LP.replace("a b\n", "a\nBinaries\n b\n"),
        LP.replace("<= 1", "<= 1; \\ the end of the line"),
        LP.replace("Minimize", "/* two\nlines */ max"),
        LP.replace("Subject To", "such\n  That").replace(
            "j <= 4", "j free\n -inf <= k <= +Infinity"
        ),
        LP.replace("c1: a + b <= 1\n c2:", "c1: a + b <= 1 c2:"),
        "min a + 2 b + 3\nbin\na\nb\nEnd",
        "Subject To\n c: a + b = 1\nBinary\n a b\nEnd\n",
    ],
)
def test_other_ways_to_write_one(text):
    check_lp("model.lp", text)
    dimod.lp.loads(text)


def test_constraints_alone(read):
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.add_constraint(dimod.Binary("a") + dimod.Binary("b") == 1, label="c")
    assert set(read(dimod.lp.dumps(cqm), "model").bqm.variables) == {"a", "b"}


WORDS = "a c1: 2 -3 + - * / ^ [ ] <= = < : ; \\ free inf nan 1e5 0x1 max st Bounds Binary SOS /* */"


@pytest.mark.parametrize("seed", range(300))
def test_dimod_reads_whatever_passes(seed):
    """So that no error comes without a line."""
    rng = random.Random(seed)
    words = re.split(r"(\s+)", LP)
    for _ in range(rng.randrange(1, 4)):
        where = rng.randrange(len(words) - 2)
        words[where] = rng.choice([*WORDS.split(), "\n", ""])
    text = "".join(words)
    try:
        check_lp("model.lp", text)
    except FileFormatError as error:
        fault = str(error)
    else:
        fault = None
        dimod.lp.loads(text)
    assert fault is None or re.match(r"model.lp, line \d+: found ", fault)
