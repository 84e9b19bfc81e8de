"""The words of an LP file, each with its line, and the sections that they stand in."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import CouplingValueError, FileFormatError
from .table import fault

__all__ = ["OBJECTIVES", "Section", "Token", "split_sections"]

SECTIONS = {
    **dict.fromkeys(("minimize", "minimum", "min"), "minimize"),
    **dict.fromkeys(("maximize", "maximum", "max"), "maximize"),
    **dict.fromkeys(("subject to", "such that", "st", "s.t."), "subject to"),
    **dict.fromkeys(("bounds", "bound"), "bounds"),
    **dict.fromkeys(("binary", "binaries", "bin"), "binary"),
    **dict.fromkeys(("general", "generals", "gen", "integer", "integers"), "general"),
    **dict.fromkeys(("semi-continuous", "semi", "semis"), "semi-continuous"),
    "sos": "sos",
    "end": "end",
}
OBJECTIVES = ("minimize", "maximize")
TYPES = ("binary", "general")
# A semicolon ends a line: what follows it is lost, and must be blank.
TOKEN = re.compile(
    r"""(?P<blank>\s+|\\[^\n]*|/\*.*?\*/|;(?=[ \t]*(?:\\[^\n]*)?(?:\n|\Z)))
    |(?P<open>/\*)
    |(?P<keyword>(?:subject\s+to|such\s+that|semi-continuous)(?![^\s\\:+<>^=/*\[\]-]))
    |(?P<comparison>[<>=]+)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)
    |(?P<mark>[][:+*/^-])
    |(?P<word>[^\s\\:+<>^=/*\[\];-][^\s\\:+<>^=/*\[\]-]*)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
INFINITY = re.compile(r"inf(inity)?", re.IGNORECASE)
# dimod's reader takes these for numbers, in whole or in part.
MISREAD = re.compile(r"nan|inf(?!(?:inity)?$)", re.IGNORECASE)


@dataclass(frozen=True)
class Token:
    """`kind` is a group of `TOKEN`, "free" or "infinity"; of a mark, the mark itself."""

    kind: str
    text: str
    line: int

    def fault(self, path: str, expected: str) -> FileFormatError:
        """The error for a word that is not what it must be."""
        return fault(path, self.line, self.text.encode(), expected)


@dataclass(frozen=True)
class Section:
    """What stands under a keyword, which is `head`."""

    name: str
    head: Token
    tokens: list[Token]


def split_sections(path: str, text: str) -> list[Section]:
    """The sections before `End`. Raises `FileFormatError` for what belongs to none."""
    sections: list[Section] = []
    for token in _tokens(path, text):
        if token.kind == "keyword":
            name = SECTIONS[" ".join(token.text.lower().split())]
            _check_section(path, name, token, sections)
            sections.append(Section(name, token, []))
        elif not sections:
            raise token.fault(path, "a section to begin, as `Minimize`")
        elif sections[-1].name == "end":
            raise token.fault(path, "nothing behind `End`")
        else:
            sections[-1].tokens.append(token)
    if not sections or sections[-1].name != "end":
        lines = text.rstrip().split("\n")
        raise fault(path, len(lines), lines[-1].encode(), "a line `End` at the end of the file")
    return sections[:-1]


def _check_section(path: str, name: str, token: Token, before: list[Section]) -> None:
    if before and before[-1].name == "end":
        raise token.fault(path, "nothing behind `End`")
    if name in ("semi-continuous", "sos"):
        raise token.fault(path, "variables that are binary or whole numbers, and no sets of them")
    if name in TYPES and before and before[-1].name == name:
        return  # as `Generals` behind `Integers`
    alike = OBJECTIVES if name in OBJECTIVES else (name,)
    for section in before:
        if section.name in alike:
            what = "one objective" if name in OBJECTIVES else "each section once"
            raise token.fault(path, f"{what}; line {section.head.line} begins it too")


def _tokens(path: str, text: str) -> Iterator[Token]:
    line = 1
    for match in TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[0]
        token = Token(word if kind == "mark" else kind, word, line)
        line += word.count("\n")
        if kind == "word":
            yield _word(path, token)
        elif kind != "blank":
            _check(path, token, text[match.end() : match.end() + 1])
            yield token


def _word(path: str, token: Token) -> Token:
    word = token.text
    if ";" in word:
        raise token.fault(path, "a space between a name and a semicolon")
    if MISREAD.match(word):
        raise token.fault(path, "a name that does not begin with `nan` or `inf`")
    if word.lower() in SECTIONS:
        kind = "keyword"
    elif INFINITY.fullmatch(word):
        kind = "infinity"
    else:
        kind = "free" if word.lower() == "free" else "word"
    return Token(kind, word, token.line)


def _check(path: str, token: Token, behind: str) -> None:
    """Raise `FileFormatError` for what dimod's reader refuses, or reads as something else.

    Raises `CouplingValueError` for a number that is not finite.
    """
    if token.kind == "open":
        raise token.fault(path, "`*/` behind this comment")
    if token.kind == "other":
        raise token.fault(path, "a name, a number or a sign (what follows a semicolon is lost)")
    if token.kind == "comparison" and token.text not in ("<=", ">=", "="):
        raise token.fault(path, "`<=`, `>=` or `=`")
    if token.kind == "number":
        if token.text == "0" and behind in ("x", "X"):
            raise token.fault(path, "a space between a number and a name that begins with x")
        if not math.isfinite(float(token.text)):
            raise CouplingValueError(str(token.fault(path, "a finite number")))
