"""Pages whose examples run."""

import contextlib
import io
import re
from pathlib import Path

__all__ = ["Block", "python_blocks", "run_blocks"]

_OUTPUT = "#> "


class Block(str):
    """The text of one example; lines that begin with `#> ` are what those before them print."""

    @property
    def output(self) -> str:
        """What the example prints, by the page."""
        lines = [line for line in self.splitlines() if line.startswith(_OUTPUT)]
        return "".join(line.removeprefix(_OUTPUT) + "\n" for line in lines)


def python_blocks(page: Path) -> list[Block]:
    """The Python examples of a page, in order."""
    return [Block(text) for text in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)]


def run_blocks(page: Path, names: dict[str, object]) -> list[tuple[Block, str]]:
    """Runs the examples of a page one after the other, and tells what each printed.

    names : what they share; tracebacks name the page and the line in it
    """
    text, printed = page.read_text(), []
    for block in python_blocks(page):
        first = text[: text.index(block)].count("\n")
        code = compile("\n" * first + block, str(page), "exec")
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code, names)
        printed.append((block, out.getvalue()))
    return printed
