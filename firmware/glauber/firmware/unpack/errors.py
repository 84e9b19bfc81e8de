"""What can go wrong between a bitstream and a netlist."""

from ..errors import BuildError

__all__ = ["UnpackError"]


class UnpackError(BuildError):
    """A bitstream, or the database that explains it, does not say what is needed."""
