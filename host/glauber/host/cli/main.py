"""Entry point of the `glauber` command: arguments, errors, exit codes."""

import argparse
import importlib.metadata
import sys
from collections.abc import Sequence

from ..errors import GlauberError
from . import devices, rtl, sample, solve

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
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="glauber",
        description="Samples Ising problems on a probabilistic computer made of p-bits.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = importlib.metadata.version("glauber")
    parser.add_argument("--version", action="version", version=f"glauber {version}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (solve, sample, devices, rtl):
        command.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        options.run(options)
    except GlauberError as error:
        if options.debug:
            raise
        print(f"glauber: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        if options.debug:
            raise
        print("glauber: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return 0
