"""Entry point of the `glauber` command: arguments, errors, exit codes."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

from ..errors import (
    EnvironmentMissingError,
    GlauberError,
    OptionError,
    OutdatedImageWarning,
)
from . import (
    bench,
    boards,
    build,
    devices,
    flash,
    noise,
    rtl,
    sample,
    selftest,
    solve,
    study,
    temper,
    watch,
)

__all__ = ["main"]

_INTERRUPTED = 130
_EPILOG = """\
Devices are named by URL:
  model:                     the bit-exact model, on this computer (default)
  model:?replicas=64&threads=2
  rtl:                       the gates themselves, simulated
  serial:/dev/ttyUSB1        a board
  socket://127.0.0.1:4250    a board or a virtual board on the network

Exit codes: 0 done; 1 device or link; 2 usage or input; 3 build; 4 environment; 130 interrupted.

Example:
  glauber solve G1.txt --num-reads 64 --num-sweeps 1000 --seed 1
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors look like all others, and which takes no shortened options."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise OptionError(f"{message}; `{self.prog} --help` shows how")


class _Version(argparse.Action):
    """Prints the version, which is looked up only then: that takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"glauber {version('glauber')}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = _Parser(
        prog="glauber",
        description="Samples Ising problems on a probabilistic computer made of p-bits.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (
        solve,
        temper,
        sample,
        watch,
        study,
        devices,
        noise,
        rtl,
        boards,
        build,
        flash,
        selftest,
        bench,
    ):
        command.add_parser(commands)
    debug: dict[str, Any] = {"action": "store_true", "help": "show the traceback of an error"}
    parser.add_argument("--debug", **debug)
    for subparser in commands.choices.values():
        # Suppressed, or it would undo the same option given before the command.
        subparser.add_argument("--debug", default=argparse.SUPPRESS, **debug)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code."""
    debug = False
    try:
        options = build_parser().parse_args(arguments)
        debug = options.debug
        _run(options)
        sys.stdout.flush()
    except GlauberError as error:
        if debug:
            raise
        print(f"glauber: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        if debug:
            raise
        print("glauber: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # Who reads our output has seen enough, as `head` has; Python would flush it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"glauber: warning: {message}", file=sys.stderr)


def _run(options: argparse.Namespace) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", OutdatedImageWarning)
            warnings.showwarning = _show_warning
            options.run(options)
    except MemoryError as error:
        raise EnvironmentMissingError(
            f"there is not enough memory for this ({error}); use a smaller device or ask for less, "
            "such as fewer reads or samples"
        ) from error
