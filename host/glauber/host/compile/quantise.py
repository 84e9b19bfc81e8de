"""From real couplings to the machine's integers, with an account of the error."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT, field_limit

from ..errors import FieldOverflowError, OptionError
from ..options import at_least
from .ising import Ints, IsingProblem
from .units import LEFTOVER, TOLERANCE, common_unit

__all__ = ["FIELD_BITS_MAX", "MAX_SPLIT", "Quantised", "fine_split", "quantise"]

# A coupling that exceeds one slot may take up to this many.
MAX_SPLIT = 32
# Coupling words that a problem may take to be rounded less: a part of what small machines hold.
_FINE_WORDS = 1 << 14
# Of the widest accumulator that a machine may have.
FIELD_BITS_MAX = 24


@dataclass(frozen=True)
class Quantised:
    """Integer couplings and biases, `scale` times the real ones.

    bias, coupling : int64, in the order of the problem
    scale : coupling LSBs per unit of the problem's energy
    exact : whether all values are kept, but for the rounding of the arithmetic that they are from:
        1e-9 of themselves, and 1e-13 of the largest; then all errors are 0
    max_error, rms_error : of the couplings and biases that the integers stand for, in units of the
        problem, as all that follow
    max_energy_error : a bound on the error of any state's energy: the sum of all errors
    rms_energy_error : the root mean square of that error over all states, exactly: the products of
        spins in an energy are uncorrelated, so that the squares of all errors add up
    max_field_error : a bound on the error of any variable's field in any state
    """

    bias: Ints
    coupling: Ints
    scale: float
    exact: bool
    max_error: float
    rms_error: float
    max_energy_error: float = 0.0
    rms_energy_error: float = 0.0
    max_field_error: float = 0.0

    def info(self, beta: float | None = None) -> dict[str, Any]:
        """The account of the error; with an inverse temperature also what it does to samples.

        Where the energies of states are wrong by at most B, the logarithms of the probability
        ratios span at most `D = 2 beta B`, and so

        divergence_bound : the Kullback-Leibler divergence of the rounded problem's distribution,
            either way round, is at most `D**2 / 8` nats (Hoeffding's lemma)
        total_variation_bound : the total variation distance is at most `tanh(D / 4)`
        flip_bound : likewise of one update, where D is 2 beta times the largest error of a field

        The first two grow with the size of a problem, as they must: they compare whole states.
        """
        account: dict[str, Any] = {
            "exact": self.exact,
            "scale": float(self.scale),
            "max_error": self.max_error,
            "rms_error": self.rms_error,
            "max_energy_error": self.max_energy_error,
            "rms_energy_error": self.rms_energy_error,
            "max_field_error": self.max_field_error,
        }
        if beta is None:
            return account
        spread = float(beta) * self.max_energy_error
        return account | {
            "flip_bound": math.tanh(float(beta) * self.max_field_error / 2),
            "divergence_bound": spread**2 / 2,
            "total_variation_bound": math.tanh(spread / 2),
        }


def quantise(
    problem: IsingProblem,
    params: MachineParams,
    hottest_beta: float,
    keep_hottest: bool = True,
    split: int = 1,
) -> Quantised:
    """Chooses the largest scale that everything fits, exact if there is an exact one.

    hottest_beta : the smallest inverse temperature to be used, in the units of the problem
    keep_hottest : whether the scale is kept small enough for the temperature register to hold it,
        at the cost of precision; otherwise only as far as that costs none
    split : how many slots a coupling may take, up to `MAX_SPLIT`, to be rounded less; a problem
        that can be exact may always take them all

    Raises `FieldOverflowError` if a p-bit's field could leave the accumulator, `OptionError` if
    `hottest_beta` must be kept and is too hot.
    """
    limits = _Limits(problem, params, hottest_beta, keep_hottest)
    scale = _exact_scale(problem, params, limits) or _rounded_scale(problem, limits, split)
    bias = np.rint(problem.bias * scale).astype(np.int64)
    coupling = np.rint(problem.coupling * scale).astype(np.int64)
    _check_fields(problem, params, limits, bias, coupling)
    bias_errors = np.abs(bias / scale - problem.bias)
    coupling_errors = np.abs(coupling / scale - problem.coupling)
    errors = np.concatenate([bias_errors, coupling_errors])
    sizes = np.abs(np.concatenate([problem.bias, problem.coupling]))
    if (errors <= TOLERANCE * sizes + LEFTOVER * sizes.max()).all():
        return Quantised(bias, coupling, scale, True, 0.0, 0.0)
    return Quantised(
        bias,
        coupling,
        scale,
        exact=False,
        max_error=float(errors.max()),
        rms_error=float(np.sqrt(np.mean(errors**2))),
        max_energy_error=float(errors.sum()),
        rms_energy_error=float(np.sqrt(np.sum(errors**2))),
        max_field_error=float(problem.field_sums(bias_errors, coupling_errors).max()),
    )


def fine_split(problem: IsingProblem) -> int:
    """How many slots a coupling may take where rounding matters, as when sampling.

    Depends on the problem alone: what is sampled must not depend on a machine's capacity.
    """
    return max(1, min(MAX_SPLIT, _FINE_WORDS // max(1, 2 * len(problem.coupling))))


class _Limits:
    """The largest scales that slots, accumulator and temperature register allow."""

    def __init__(
        self,
        problem: IsingProblem,
        params: MachineParams,
        hottest_beta: float,
        keep_hottest: bool,
    ) -> None:
        couplings = np.abs(problem.coupling) if len(problem.coupling) else np.abs(problem.bias)
        self.coupling = float(couplings.max())
        self.field = float(problem.field_sums(problem.bias, problem.coupling).max())
        largest = TEMPERATURE_FORMAT.decode(TEMPERATURE_FORMAT.largest)
        self.by_slot = params.coupling_max / self.coupling if self.coupling else 1.0
        self.by_field = params.field_limit / self.field if self.field else 1.0
        self.by_temperature = 2 * hottest_beta * largest
        self.hottest_beta = hottest_beta
        self.keep_hottest = keep_hottest

    def check_heat(self, scale: float) -> None:
        """Raises `OptionError` if the hottest beta must be kept and asks for less than `scale`."""
        if self.keep_hottest and self.by_temperature < scale * (1 - TOLERANCE):
            lowest = self.hottest_beta * scale / self.by_temperature
            raise OptionError(
                f"beta {self.hottest_beta:g} is too hot for this problem on this device, whose "
                f"temperature register allows {at_least(lowest)} and more; raise the lowest beta"
            )


def _exact_scale(problem: IsingProblem, params: MachineParams, limits: _Limits) -> float | None:
    """The largest scale at which all values are integers and fit, or None."""
    if not limits.field:
        return limits.by_temperature  # nothing has a scale
    unit = common_unit(
        np.concatenate([problem.bias, problem.coupling]),
        params.field_limit,
    )
    if unit is None:
        return None
    bias, coupling = np.rint(problem.bias / unit), np.rint(problem.coupling / unit)
    if np.abs(coupling).max(initial=0) > MAX_SPLIT * params.coupling_max:
        return None
    if problem.field_sums(bias, coupling).max() > params.field_limit:
        return None
    limits.check_heat(1 / unit)
    room = min(limits.by_slot, limits.by_field, limits.by_temperature) * unit
    return max(1, int(room * (1 + TOLERANCE))) / unit


def _rounded_scale(problem: IsingProblem, limits: _Limits, split: int) -> float:
    """The largest scale at which the rounded values fit."""
    # Rounding adds at most half to each term of a field.
    terms = np.bincount(problem.first, minlength=problem.size)
    terms = terms + np.bincount(problem.second, minlength=problem.size) + 1
    room = 1 - int(terms.max()) / 2 / (limits.by_field * limits.field)
    scale = min(split * limits.by_slot, max(room, 0.5) * limits.by_field)
    if not limits.keep_hottest:
        return scale
    limits.check_heat(min(scale, 1 / limits.coupling))
    return min(scale, limits.by_temperature)


def _check_fields(
    problem: IsingProblem, params: MachineParams, limits: _Limits, bias: Ints, coupling: Ints
) -> None:
    sums = problem.field_sums(bias, coupling)
    lost = not coupling.any() and len(coupling) > 0
    if sums.max() <= params.field_limit and not lost:
        return
    exact_sums = problem.field_sums(problem.bias, problem.coupling)
    worst = int(exact_sums.argmax())
    degree = int((problem.first == worst).sum() + (problem.second == worst).sum())
    remedy = "split the variable, or scale its bias down"
    # The largest coupling as one LSB at least, with room for the rounding of the others.
    needed = max(2 * limits.field / limits.coupling, params.field_limit + 1)
    field_bits = next(
        (bits for bits in range(4, FIELD_BITS_MAX + 1) if field_limit(bits) >= needed), None
    )
    if field_bits is not None:
        remedy = (
            f"use a device with a wider accumulator (model:?field_bits={field_bits}), or {remedy}"
        )
    raise FieldOverflowError(
        f"the field of variable {problem.variables[worst]!r} could overflow: its |h| and {degree} "
        f"couplings |J| sum to {exact_sums[worst]:g}, and at the coarsest scale that still tells "
        f"the couplings apart this exceeds the accumulator's limit of {params.field_limit} LSB "
        f"({params.field_bits} bits); {remedy}"
    )
