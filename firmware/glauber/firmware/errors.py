"""What can go wrong between a description of gates and an image for a board."""

from glauber.hdl.facts.errors import GlauberError

__all__ = [
    "BoardAbsentError",
    "BoardError",
    "BuildError",
    "CacheError",
    "ClockError",
    "DesignTooLargeError",
    "ImageNameError",
    "LoadError",
    "LoadRefusedError",
    "LoaderMissingError",
    "LoaderPermissionError",
    "RingsLostError",
    "TimingError",
    "ToolFailedError",
    "ToolMissingError",
    "ToolSlowError",
]


class BuildError(GlauberError):
    """An image cannot be built, or what was built is not what was described."""

    exit_code = 3


class RingsLostError(BuildError):
    """The inverter rings of a description are not those of the placed and routed netlist."""


class DesignTooLargeError(BuildError):
    """The machine needs more of something than the device has."""


class TimingError(BuildError):
    """The machine is slower, by static timing, than the clock that it is to have."""


class ToolFailedError(BuildError):
    """A tool refused its input: the text ends with the tool's own last words."""

    @classmethod
    def of_output(cls, tool: str, code: int, output: str, log: object) -> "ToolFailedError":
        """The error of a tool that ended with `code`; `log` names the file of its whole output."""
        lines = output.strip().splitlines()
        said = [line for line in lines if line.startswith(("ERROR", "fatal error"))] or lines
        return cls(
            f"{tool} failed with exit code {code}; it said:\n"
            + "\n".join(said[-6:] or ["nothing"])
            + f"\nIts whole output is in {log}. If it complains of a constraint, correct the "
            "board's description; otherwise try the tool versions of constraints.txt."
        )


class ToolSlowError(BuildError):
    """A tool did not end in the time that it was given."""


class ClockError(BuildError):
    """No clock or baud rate of the kind that was asked for can be made."""


class BoardError(BuildError):
    """There is no board of this name, or what was given as a board is none."""

    exit_code = 2


class ImageNameError(BuildError):
    """There is no image of this name."""

    exit_code = 2


class ToolMissingError(BuildError):
    """A tool or a package that building an image needs is not installed."""

    exit_code = 4


class CacheError(BuildError):
    """The cache of images cannot be written."""

    exit_code = 4


class LoadRefusedError(GlauberError, ValueError):
    """What is asked of the loader cannot be done with this board, file or option."""

    exit_code = 2


class LoadError(GlauberError):
    """An image was not loaded: the board, the way to it, or the loader failed."""

    exit_code = 1


class BoardAbsentError(LoadError):
    """The board, or the cable to it, is not found on USB."""


class LoaderMissingError(GlauberError):
    """openFPGALoader is not installed, too old, or cannot start on this machine."""

    exit_code = 4


class LoaderPermissionError(GlauberError):
    """The operating system does not let this user open the USB device of a board."""

    exit_code = 4
