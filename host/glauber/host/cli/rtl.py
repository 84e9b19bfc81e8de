"""`glauber rtl`: serve the simulated gates as a virtual board."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glauber.sim.rtl import VirtualBoard

__all__ = ["add_parser"]

_EPILOG = """\
Examples:
  glauber rtl --port 4250
  glauber rtl --options 'lanes=2&replicas=8'

and then, elsewhere:
  glauber solve G1.txt --device 'socket://127.0.0.1:4250?time_scale=20'
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "rtl",
        help="serve the simulated gates as a virtual board",
        description="Simulates the gates and serves them on a TCP port and a pseudo-terminal, "
        "until it is interrupted.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="TCP port (default: any free one)")
    parser.add_argument(
        "--options",
        default="",
        metavar="NAME=N&...",
        help="machine parameters, as after `rtl:?` in a device URL",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    from glauber.sim.rtl import VirtualBoard, listen

    from ..transports import open_transport

    # Before the gates are compiled, which takes a while: the port may be in use.
    with listen(options.host, options.port) as listener:
        transport = open_transport(f"rtl:?{options.options}" if options.options else "rtl:")
        try:
            _serve(VirtualBoard(transport, listener=listener), options.host, transport.time_scale)
        finally:
            transport.close()


def _serve(board: "VirtualBoard", host: str, time_scale: float) -> None:
    scale = f"?time_scale={time_scale:g}"
    print(f"socket://{host}:{board.port}{scale}")
    if board.pty_path:
        print(f"serial:{board.pty_path}{scale}")
    sys.stdout.flush()
    print("the gates are served under these names until you interrupt this", file=sys.stderr)
    board.serve_forever()
