"""What can go wrong between a description of gates and a machine that answers."""

from glauber.hdl.facts.errors import GlauberError

__all__ = ["GatesBuildError", "GatesEnvironmentError", "GatesError"]


class GatesError(GlauberError):
    """The simulated gates cannot be used the way they were."""

    exit_code = 1


class GatesBuildError(GlauberError):
    """A tool refused the gates: the text ends with the tool's own last words."""

    exit_code = 3

    @classmethod
    def of_tool(cls, tool: str, output: str, *, lines: int = 12) -> "GatesBuildError":
        tail = "\n".join(output.strip().splitlines()[-lines:])
        return cls(
            f"{tool} failed while compiling the gates; its last words were:\n{tail}\n"
            "If this is not a broken installation of the tool, please report it."
        )


class GatesEnvironmentError(GlauberError):
    """Something that the gates need is missing on this machine: the text says how to get it."""

    exit_code = 4
