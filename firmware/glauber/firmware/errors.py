"""What can go wrong between a description of gates and an image for a board."""

from glauber.hdl.facts.errors import GlauberError

__all__ = ["BuildError", "RingsLostError"]


class BuildError(GlauberError):
    """An image cannot be built, or what was built is not what was described."""

    exit_code = 3


class RingsLostError(BuildError):
    """The inverter rings of a description are not those of the placed and routed netlist."""
