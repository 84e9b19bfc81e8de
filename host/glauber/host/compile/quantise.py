"""From real couplings to the machine's integers, with an account of the error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT

from ..errors import FieldOverflowError, OptionError
from .ising import Floats, Ints, IsingProblem

__all__ = ["MAX_SPLIT", "Quantised", "quantise"]

# A coupling that exceeds one slot may take up to this many, if that makes a problem exact.
MAX_SPLIT = 8
# Relative distance from an integer that is taken for rounding in the user's arithmetic.
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Quantised:
    """Integer couplings and biases, `scale` times the real ones.

    bias, coupling : int64, in the order of the problem
    scale : coupling LSBs per unit of the problem's energy
    max_error, rms_error : of the values that the integers stand for, in units of the problem
    """

    bias: Ints
    coupling: Ints
    scale: float
    exact: bool
    max_error: float
    rms_error: float


def quantise(problem: IsingProblem, params: MachineParams, hottest_beta: float) -> Quantised:
    """Chooses the largest scale that everything fits, exact if there is an exact one.

    `hottest_beta` is the smallest inverse temperature to be used, in the units of the problem; the
    scale is kept small enough for the temperature register to hold it. Raises `FieldOverflowError`
    if a p-bit's field could leave the accumulator, `OptionError` if `hottest_beta` is too hot.
    """
    limits = _Limits(problem, params, hottest_beta)
    scale = _exact_scale(problem, params, limits) or _rounded_scale(problem, limits)
    bias = np.rint(problem.bias * scale).astype(np.int64)
    coupling = np.rint(problem.coupling * scale).astype(np.int64)
    _check_fields(problem, params, bias, coupling)
    values = np.concatenate([problem.bias, problem.coupling])
    errors = np.abs(np.concatenate([bias, coupling]) / scale - values)
    exact = bool((errors <= _TOLERANCE * np.abs(values).max(initial=1.0)).all())
    return Quantised(
        bias,
        coupling,
        scale,
        exact,
        0.0 if exact else float(errors.max()),
        0.0 if exact else float(np.sqrt(np.mean(errors**2))),
    )


class _Limits:
    """The largest scales that slots, accumulator and temperature register allow."""

    def __init__(self, problem: IsingProblem, params: MachineParams, hottest_beta: float) -> None:
        couplings = np.abs(problem.coupling) if len(problem.coupling) else np.abs(problem.bias)
        self.coupling = couplings.max(initial=0.0)
        self.field = problem.field_sums(problem.bias, problem.coupling).max()
        largest = TEMPERATURE_FORMAT.decode(TEMPERATURE_FORMAT.largest)
        self.by_slot = params.coupling_max / self.coupling if self.coupling else 1.0
        self.by_field = params.field_limit / self.field if self.field else 1.0
        self.by_temperature = 2 * hottest_beta * largest
        self.hottest_beta = hottest_beta

    def too_hot(self, scale: float) -> OptionError:
        lowest = self.hottest_beta * scale / self.by_temperature
        return OptionError(
            f"beta {self.hottest_beta:g} is too hot for this problem on this device, whose "
            f"temperature register allows {lowest:.3g} and more; raise the lowest beta"
        )


def _exact_scale(problem: IsingProblem, params: MachineParams, limits: _Limits) -> float | None:
    """The largest scale at which all values are integers and fit, or None."""
    unit = _common_unit(
        np.concatenate([problem.bias, problem.coupling]),
        params.field_limit,
    )
    if unit is None or limits.coupling / unit > MAX_SPLIT * params.coupling_max:
        return None
    if limits.field / unit > params.field_limit:
        return None
    if 1 / unit > limits.by_temperature:
        raise limits.too_hot(1 / unit)
    room = min(limits.by_slot, limits.by_field, limits.by_temperature) * unit
    return max(1, int(room + _TOLERANCE)) / unit


def _rounded_scale(problem: IsingProblem, limits: _Limits) -> float:
    """The largest scale at which the rounded values fit."""
    # Rounding adds at most half to each term of a field.
    terms = np.bincount(problem.first, minlength=problem.size)
    terms = terms + np.bincount(problem.second, minlength=problem.size) + 1
    room = 1 - terms.max() / 2 / (limits.by_field * limits.field) if limits.field else 1.0
    return min(limits.by_slot, max(room, 0.5) * limits.by_field, limits.by_temperature)


def _common_unit(values: Floats, largest: int) -> float | None:
    """The largest number of which all values are multiples, none more than `largest` times."""
    sizes = np.unique(np.abs(values[values != 0]))
    if not len(sizes):
        return 1.0
    for divisor in range(1, int(largest * sizes[0] / sizes[-1]) + 1):
        multiples = sizes * (divisor / sizes[0])
        if (np.abs(multiples - np.rint(multiples)) <= _TOLERANCE * multiples).all():
            return float(sizes[-1] / np.rint(multiples[-1]))
    return None


def _check_fields(problem: IsingProblem, params: MachineParams, bias: Ints, coupling: Ints) -> None:
    sums: NDArray = problem.field_sums(bias, coupling)
    lost = not coupling.any() and len(coupling) > 0
    worst = int(sums.argmax())
    if sums[worst] <= params.field_limit and not lost:
        return
    exact_sums = problem.field_sums(problem.bias, problem.coupling)
    worst = int(exact_sums.argmax())
    degree = int((problem.first == worst).sum() + (problem.second == worst).sum())
    raise FieldOverflowError(
        f"the field of variable {problem.variables[worst]!r} could overflow: its |h| and {degree} "
        f"couplings |J| sum to {exact_sums[worst]:g}, and at the coarsest scale that still tells "
        f"the couplings apart this exceeds the accumulator's limit of {params.field_limit} LSB "
        f"({params.field_bits} bits); use a device with a wider accumulator "
        f"(model:?field_bits={min(24, params.field_bits + 4)}) or split the variable"
    )
