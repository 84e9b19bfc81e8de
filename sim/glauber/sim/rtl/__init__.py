"""The gates, compiled to native code, behind the same link protocol as a board.

Importing this needs no Amaranth; `open_rtl` does, and says so.
"""

from .compile import compile_gates
from .errors import GatesBuildError, GatesEnvironmentError, GatesError
from .netlist import compile_netlist, open_netlist
from .pins import PinSimulation
from .server import VirtualBoard, listen
from .simulation import Simulation, Stall
from .transport import RtlTransport, open_rtl

__all__ = [
    "GatesBuildError",
    "GatesEnvironmentError",
    "GatesError",
    "PinSimulation",
    "RtlTransport",
    "Simulation",
    "Stall",
    "VirtualBoard",
    "compile_gates",
    "compile_netlist",
    "listen",
    "open_netlist",
    "open_rtl",
]
