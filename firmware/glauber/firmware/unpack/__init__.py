"""From what goes onto a board back to a netlist, to see that it is still the design.

Synthesis, placement, routing and packing are programs of others. Each reader here takes the file
that a board is loaded with and recovers the cells and wires that it configures, knowing nothing of
the design; what is recovered can be simulated and compared with the model.
"""

from .ice40 import unpack_ice40
from .netlist import Cell, Netlist

__all__ = ["Cell", "Netlist", "unpack_ice40"]
