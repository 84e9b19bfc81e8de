"""The couplings and biases of a problem that stays loaded, and how they change."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams

from ..compile import IsingProblem, Quantised
from ..errors import FieldOverflowError, OptionError

__all__ = ["check_fields", "quantised_values", "read_values"]

Ints = NDArray[np.int64]


def quantised_values(bias: Ints, coupling: Ints, scale: float) -> Quantised:
    """Values that are rounded to whole LSB."""
    return Quantised(bias, coupling, scale, False, 0.5 / scale, 0.5 / scale)


def read_values(
    given: Any, labels: Sequence[Hashable], before: Ints, scale: float, most: int, what: str
) -> Ints:
    """New values, some or all of which a user gave, in LSB and in the machine's sign.

    given : None, a mapping from labels to those that change, or all in the order of the labels
    most : the largest size in LSB

    Raises `OptionError`.
    """
    if given is None:
        return before
    numbers = _numbers(given, labels, what)
    found = before.copy()
    for number, value in numbers.items():
        exact = _finite(value)
        if exact is None or abs(exact) * scale >= most + 0.5:
            raise OptionError(
                f"the {what} of {labels[number]!r} is {value!r}; the problem was loaded for finite "
                f"values up to {most / scale:g}: load it with a larger `largest`"
            )
        found[number] = round(-exact * scale)
    return found


def _numbers(given: Any, labels: Sequence[Hashable], what: str) -> dict[int, Any]:
    """Values by the numbers of their labels; those of two variables stand either way round."""
    if not isinstance(given, Mapping):
        values = list(given)
        if len(values) != len(labels):
            raise OptionError(
                f"there are {len(values)} values of {what} for {len(labels)} places; give one of "
                "each, or a mapping from labels to those that change"
            )
        return dict(enumerate(values))
    index = {label: number for number, label in enumerate(labels)}
    if what == "coupling":
        index |= {label[::-1]: number for label, number in index.items()}  # type: ignore[index]
    for label in given:
        if label not in index:
            raise OptionError(f"there is no {what} of {label!r} in the problem that is loaded")
    return {index[label]: value for label, value in given.items()}


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def check_fields(problem: IsingProblem, values: Quantised, params: MachineParams) -> None:
    """Raises `FieldOverflowError` for a variable whose field could leave the accumulator."""
    sums = problem.field_sums(values.bias, values.coupling)
    if sums.max() > params.field_limit:
        worst = int(sums.argmax())
        raise FieldOverflowError(
            f"the field of variable {problem.variables[worst]!r} could overflow: its |h| and |J| "
            f"sum to {int(sums[worst])} LSB, the accumulator holds {params.field_limit}; load the "
            "problem with a larger `largest`, at the cost of precision, or use more field_bits"
        )
