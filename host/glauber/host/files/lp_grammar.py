"""Whether an LP file is one, and in which line it is not.

dimod's reader says only that it does not like a file, and lets some things pass in silence. So the
file is gone through here before it is given to it.
"""

from .lp_tokens import OBJECTIVES, Section, Token, split_sections

__all__ = ["check_lp"]

TERM = "`+` or `-` before the next term"
RIGHT_SIDE = "a number on the right side; variables stand on the left"


def check_lp(path: str, text: str) -> None:
    """Raise `FileFormatError`, with the line, for what is no LP file; `CouplingValueError` for a
    number that is not finite.

    Taken are an objective, whose quadratic part is `[ ... ] / 2`, constraints, bounds, and names of
    binary and integer variables; each section once, and `End` behind them.
    """
    types: dict[str, Token] = {}
    for section in split_sections(path, text):
        walk = _Walk(path, section)
        if section.name in OBJECTIVES:
            walk.objective()
        elif section.name == "subject to":
            walk.constraints()
        elif section.name == "bounds":
            walk.bounds()
        else:
            walk.names(types)


class _Walk:
    """Goes through one section, word by word."""

    def __init__(self, path: str, section: Section) -> None:
        self._path = path
        self._tokens = section.tokens
        self._last = section.head
        self._next = 0

    def objective(self) -> None:
        self._expression(halved=True)
        if self._next < len(self._tokens):
            self._expect(f"{TERM}, or another section")

    def constraints(self) -> None:
        labels: dict[str, Token] = {}
        while self._next < len(self._tokens):
            first = self._tokens[self._next]
            if self._kind(1) == ":":
                if first.text in labels:
                    line = labels[first.text].line
                    raise first.fault(self._path, f"each label once; line {line} has it too")
                labels[first.text] = first
            elif first.line == self._last.line:
                raise first.fault(self._path, "a constraint without a label on a line of its own")
            self._expression(halved=False)
            self._expect(f"`<=`, `>=` or `=`, or {TERM}", "comparison")
            self._signs()
            self._expect(RIGHT_SIDE, "number")

    def bounds(self) -> None:
        while self._next < len(self._tokens):
            if self._kind() == "word":
                self._take()
                if self._kind() == "free":
                    self._take()
                    continue
                self._expect("`<=`, `>=`, `=` or `free` behind a variable", "comparison")
                self._limit()
                continue
            self._limit()
            relation = self._expect("`<=`, `>=` or `=` behind a bound", "comparison")
            self._expect("a variable", "word")
            if self._kind() == "comparison":
                if relation.text != "<=" or self._tokens[self._next].text != "<=":
                    self._expect("two bounds as `low <= variable <= high`")
                self._take()
                self._limit()

    def names(self, types: dict[str, Token]) -> None:
        """Names of variables; `types` are those of the sections so far."""
        while self._next < len(self._tokens):
            name = self._expect("the name of a variable", "word")
            if name.text in types:
                line = types[name.text].line
                raise name.fault(self._path, f"the type of each variable once; line {line} has it")
            types[name.text] = name

    def _expression(self, *, halved: bool) -> None:
        """A label, and terms with signs between them; the first needs none."""
        if self._kind(1) == ":":
            self._expect("a label before the colon", "word")
            self._take()
        first = True
        while self._kind() in ("+", "-", *(("number", "word", "[") if first else ())):
            negative = self._signs()
            if self._kind() == "[":
                if negative:
                    self._expect("`+` before a bracket; write the signs in it")
                self._bracket(halved=halved)
            else:
                self._term()
            first = False

    def _term(self) -> None:
        if self._kind() == "number":
            self._take()
            if self._kind() == "word":
                self._take()
        else:
            self._expect("a number or a variable", "word")

    def _bracket(self, *, halved: bool) -> None:
        """Products and squares; those of an objective are halved."""
        self._take()
        first = True
        while self._kind() in ("+", "-", *(("number", "word") if first else ())):
            self._signs()
            if self._kind() == "number":
                self._take()
            self._expect("a variable", "word")
            if self._kind() == "^":
                self._take()
                self._two("2, as in `x ^ 2`")
            else:
                self._expect("`* variable` or `^ 2` behind a variable in brackets", "*")
                self._expect("a variable", "word")
            first = False
        self._expect("`]`, or `+` or `-` before the next product", "]")
        if halved:
            self._expect("`/ 2` behind the brackets of an objective", "/")
            self._two("2, as in `[ ... ] / 2`")

    def _two(self, expected: str) -> None:
        if self._kind() != "number" or float(self._tokens[self._next].text) != 2:
            self._expect(expected)
        self._take()

    def _limit(self) -> None:
        self._signs()
        kind = "infinity" if self._kind() == "infinity" else "number"
        self._expect("a number", kind)

    def _signs(self) -> bool:
        """Up to two signs; whether they make a minus."""
        negative = False
        for _ in range(2):
            if self._kind() in ("+", "-"):
                negative ^= self._take().text == "-"
        return negative

    def _kind(self, ahead: int = 0) -> str:
        """The kind of a word that comes; "" behind the last."""
        index = self._next + ahead
        return self._tokens[index].kind if index < len(self._tokens) else ""

    def _take(self) -> Token:
        self._last = self._tokens[self._next]
        self._next += 1
        return self._last

    def _expect(self, expected: str, kind: str | None = None) -> Token:
        """The next word, if it is of this kind. Raises `FileFormatError` if not."""
        if kind is not None and self._kind() == kind:
            return self._take()
        if self._next < len(self._tokens):
            raise self._tokens[self._next].fault(self._path, expected)
        raise self._last.fault(self._path, f"behind it {expected}")
