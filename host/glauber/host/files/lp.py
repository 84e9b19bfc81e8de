"""LP files, as dimod reads them: an objective, linear constraints, binary and integer variables."""

import re

import dimod.lp

from ..errors import FileFormatError
from ..problems.constrained import from_constrained
from ..problems.problem import Kind, Problem, check_kind
from .lp_grammar import check_lp
from .table import fault

__all__ = ["BEGINNING", "read_lp"]

# Comments, then the word that opens an objective, or constraints without one.
BEGINNING = re.compile(
    rb"(?:\s*\\[^\n]*\n)*\s*(?:(?:min(?:imi[sz]e|imum)?|max(?:imi[sz]e|imum)?)\b|subject\s+to\b)",
    re.IGNORECASE,
)
REMEDY = "correct it, or write it with `dimod.lp.dumps(model)`"


def read_lp(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """A constrained model. Raises as `check_lp` and `problems.from_constrained`."""
    kind = check_kind(path, "an LP file", as_kind, ("constrained",))
    try:
        # dimod's reader decodes names as it meets them; and lines end in line feeds alone.
        text = data.decode().replace("\r\n", "\n").rstrip() + "\n"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = data.split(b"\n")[line - 1]
        raise fault(path, line, shown, f"UTF-8 text; {REMEDY}") from error
    check_lp(path, text)
    try:
        model = dimod.lp.loads(text)
    except Exception as error:  # whatever dimod meets that `check_lp` has not
        raise FileFormatError(
            f"{path} is no LP file that dimod can read, with binary and integer variables and "
            f"linear constraints ({error}); {REMEDY}"
        ) from error
    if not len(model.variables):
        raise FileFormatError(f"{path} has no variables; {REMEDY}")
    return from_constrained(model, as_kind=kind, name=name)
