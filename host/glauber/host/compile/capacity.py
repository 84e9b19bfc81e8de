"""What a problem takes of a machine's capacities, and what to do if that is too much."""

from collections.abc import Iterable
from dataclasses import dataclass

from glauber.hdl.facts.machine import MachineParams

from ..errors import ProblemTooLargeError

__all__ = ["Use", "check_uses"]

_SMALLER = (
    "or make the problem smaller: fix variables by roof duality (FixVariablesComposite of "
    "dwave-preprocessing), or solve it in parts (dwave-hybrid)"
)


@dataclass(frozen=True)
class Use:
    """How much of one capacity a problem takes.

    what : in words, plural
    option : the parameter of the machine, as in a device URL; none if no machine has more
    """

    what: str
    needed: int
    capacity: int
    option: str | None = None

    @property
    def fits(self) -> bool:
        return self.needed <= self.capacity

    def __str__(self) -> str:
        short = "" if self.fits else f", {self.needed - self.capacity} too many"
        return f"{self.needed} of {self.capacity} {self.what}{short}"

    def shortage(self, variables: int, params: MachineParams, split: int = 1) -> str:
        """What is short, by how much, and the ways on.

        variables : of the problem
        split : over how many slots its couplings are spread at most, to be rounded less
        """
        short = (
            f"the problem needs {self.needed} {self.what}, the device has {self.capacity}: "
            f"{self.needed - self.capacity} too many"
        )
        finer = ""
        if split > 1 and self.option in (None, "slots"):
            finer = f"; or lower slots_per_coupling from {split}, at the cost of precision"
        if self.option is None:
            return f"{short}; split the variable into several that are coupled strongly{finer}"
        fit = int(variables * self.capacity / self.needed)
        larger = 1 << (self.needed - 1).bit_length()
        ways = f"use a larger device, such as model:?{self.option}={larger}&lanes={params.lanes}"
        if self.option == "pbits" and params.replicas > 1:
            ways += ", or an image with fewer replicas, which has room for more p-bits"
        return (
            f"{short}; about {fit} of the {variables} variables would fit at this density; "
            f"{ways}, {_SMALLER}{finer}"
        )


def check_uses(uses: Iterable[Use], variables: int, params: MachineParams, split: int) -> None:
    """Raises `ProblemTooLargeError` for the first capacity that is exceeded."""
    for use in uses:
        if not use.fits:
            raise ProblemTooLargeError(use.shortage(variables, params, split))
