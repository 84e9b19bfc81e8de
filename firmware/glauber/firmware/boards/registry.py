"""Boards by name, and boards that users describe in a file of their own."""

import dataclasses
import difflib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from ..errors import BoardError
from . import ecp5, gowin, ice40
from .board import Board

__all__ = ["BOARDS", "find_board"]

BOARDS: dict[str, Board] = {
    board.name: board for board in (*ice40.BOARDS, *ecp5.BOARDS, *gowin.BOARDS)
}
_NAME_BYTES = 16  # that the header of a machine has for it
_HELP = "docs/boards.md shows a whole example"


def find_board(text: str) -> Board:
    """A board by what a user calls it.

    Parameters
    ----------
    text : str
        A name of `BOARDS`; or the path of a Python file that defines `BOARD`; or `module:NAME`
        for a variable of a module that can be imported.

    Raises
    ------
    BoardError
        There is no such board, or the file or variable does not describe one.
    """
    if text in BOARDS:
        return BOARDS[text]
    if text.endswith(".py"):
        return _from_file(Path(text))
    if ":" in text:
        return _from_module(*text.rsplit(":", 1))
    near = difflib.get_close_matches(text, BOARDS, n=3)
    raise BoardError(
        f"there is no board {text!r}; "
        + (f"did you mean {' or '.join(near)}? " if near else "")
        + "`glauber boards` lists them all. For one of your own, give the path of a Python file "
        f"that ends in .py and defines BOARD, or package.module:BOARD; {_HELP}"
    )


def _from_file(path: Path) -> Board:
    if not path.is_file():
        raise BoardError(
            f"the board is given as {path}, but there is no such file; give the path of a Python "
            f"file that defines BOARD; {_HELP}"
        )
    spec = importlib.util.spec_from_file_location("glauber_board_file", path)
    assert spec is not None  # it ends in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses in the file look for it there
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise BoardError(
            f"the board file {path} needs the Python package {error.name}, which is not installed; "
            "if it is one of Amaranth's, run `pip install 'glauber[build]'`"
        ) from error
    except Exception as error:  # whatever code of a user does
        raise BoardError(
            f"the board file {path} cannot be run: {type(error).__name__}: {error}; correct it"
        ) from error
    return _checked(module, "BOARD", str(path))


def _from_module(module: str, name: str) -> Board:
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise BoardError(
            f"the board is given as {module}:{name}, but the module {module} cannot be imported: "
            f"{error}; give package.module:BOARD of something that is installed; {_HELP}"
        ) from error
    return _checked(found, name, module)


def _checked(module: ModuleType, name: str, where: str) -> Board:
    board = getattr(module, name, None)
    if not isinstance(board, Board):
        found = "nothing of that name" if board is None else f"a {type(board).__name__} there"
        raise BoardError(
            f"{where} must define {name} as a glauber.firmware.boards.board.Board, "
            f"but has {found}; {_HELP}"
        )
    if not board.name.isascii() or not 1 <= len(board.name) <= _NAME_BYTES:
        raise BoardError(
            f"the name of the board in {where} is {board.name!r}, with {len(board.name)} "
            f"characters; it must be 1 to {_NAME_BYTES} of ASCII"
        )
    source = Path(module.__file__).resolve() if module.__file__ else None
    return dataclasses.replace(board, source=source)
