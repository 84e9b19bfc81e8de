"""From inverse temperatures in the units of the problem to schedule steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.program import COUPLE_SHIFT, SWEEPS_MAX, SWEEPS_SHIFT, Step

from .compile.ising import IsingProblem
from .errors import OptionError
from .options import at_least, at_most, positive_number, whole_number

__all__ = [
    "DEFAULT_SWEEPS",
    "BetaSchedule",
    "anneal_schedule",
    "checked_range",
    "default_beta_range",
    "encode_betas",
    "encode_schedule",
    "fit_beta_range",
    "fixed_schedule",
    "realised_beta",
]

SCHEDULE_TYPES = ("geometric", "linear", "custom")
DEFAULT_SWEEPS = 1000
SWEEPS_LIMIT = 1 << 32  # of a schedule
BETAS_LIMIT = 1 << 24  # of an anneal
_FRACTION = 1 << TEMPERATURE_FORMAT.fraction_bits
# T of 1/16 coupling LSB: the smallest field flips a p-bit once in 10 million times.
_FROZEN = _FRACTION // 16


@dataclass(frozen=True)
class BetaSchedule:
    """Inverse temperatures, `sweeps_per_beta` sweeps at each; from hot to cold if annealing.

    betas : float64, shape (betas,), in units of one over the problem's energy; not all 0
    """

    betas: NDArray[np.float64]
    sweeps_per_beta: int

    @property
    def sweeps(self) -> int:
        return len(self.betas) * self.sweeps_per_beta

    @property
    def hottest(self) -> float:
        """The smallest beta that is not 0, at which couplings do not count."""
        return float(self.betas[self.betas > 0].min())


def default_beta_range(problem: IsingProblem) -> tuple[float, float]:
    """A hot beta at which all p-bits flip easily, and a cold one at which hardly any does.

    Hot: against the largest possible field a p-bit still points with odds of 1 to 2,
    `beta = ln 2 / (2 max field)`. Cold: against the smallest coupling with odds of 1 to 100,
    `beta = ln 100 / (2 min |J|)`, couplings of less than 1/128 of the largest not counted.
    """
    fields = problem.field_sums(problem.bias, problem.coupling)
    values = np.abs(np.concatenate([problem.bias, problem.coupling]))
    values = values[values > values.max(initial=0.0) / 128]
    if not len(values):
        return 0.1, 1.0  # every state has the same energy
    return math.log(2) / (2 * float(fields.max())), math.log(100) / (2 * float(values.min()))


def fit_beta_range(beta_range: tuple[float, float], scale: float) -> tuple[float, float]:
    """The range as far as the temperature register holds it, for a problem quantised by `scale`.

    It ends where the smallest field is frozen.
    """
    hottest = _FRACTION * scale / (2 * TEMPERATURE_FORMAT.largest)
    coldest = _FRACTION * scale / (2 * _FROZEN)
    low, high = (min(max(beta, hottest), coldest) for beta in beta_range)
    return low, high


def fixed_schedule(beta: float, sweeps: int) -> BetaSchedule:
    """One inverse temperature. Raises `OptionError`."""
    betas = np.array([positive_number("beta", beta)])
    sweeps = whole_number("num_sweeps", sweeps)
    return BetaSchedule(betas, _sweeps_number("num_sweeps or thin", sweeps))


def anneal_schedule(
    default_range: tuple[float, float],
    num_sweeps: int | None,
    num_sweeps_per_beta: int,
    beta_range: Sequence[float] | None,
    beta_schedule_type: str,
    beta_schedule: Sequence[float] | None,
) -> BetaSchedule:
    """The betas of an anneal, by the keywords of `GlauberSampler.sample`. Raises `OptionError`."""
    if beta_schedule_type not in SCHEDULE_TYPES:
        raise OptionError(
            f"beta_schedule_type is {beta_schedule_type!r}; use one of {', '.join(SCHEDULE_TYPES)}"
        )
    num_sweeps_per_beta = _sweeps_number("num_sweeps_per_beta", num_sweeps_per_beta)
    if (beta_schedule_type == "custom") != (beta_schedule is not None):
        raise OptionError("beta_schedule and beta_schedule_type='custom' must be given together")
    if beta_schedule is not None:
        return _custom(beta_schedule, num_sweeps, num_sweeps_per_beta, beta_range)
    sweeps = DEFAULT_SWEEPS if num_sweeps is None else _sweeps_number("num_sweeps", num_sweeps)
    count, rest = divmod(sweeps, num_sweeps_per_beta)
    if count < 1 or rest:
        raise OptionError(
            f"num_sweeps is {sweeps}, which is not a positive multiple of num_sweeps_per_beta, "
            f"{num_sweeps_per_beta}; use {max(1, count) * num_sweeps_per_beta}"
        )
    if count > BETAS_LIMIT:
        raise OptionError(
            f"num_sweeps is {sweeps}, at {num_sweeps_per_beta} sweeps per beta: an anneal has at "
            f"most {BETAS_LIMIT} betas; use fewer sweeps or a larger num_sweeps_per_beta"
        )
    low, high = default_range if beta_range is None else checked_range(beta_range)
    if not (low and high) and beta_schedule_type == "geometric":
        raise OptionError(
            "beta_range begins or ends at 0, where no geometric schedule can; stay above it, or "
            "use beta_schedule_type='linear'"
        )
    if count == 1:
        low = high  # what has one temperature has the last
        if not high:
            raise OptionError(
                "beta_range ends at 0, which cannot be the only beta; use more sweeps"
            )
    spaced = np.linspace if beta_schedule_type == "linear" else np.geomspace
    return BetaSchedule(spaced(low, high, count), num_sweeps_per_beta)


def _sweeps_number(name: str, value: Any) -> int:
    """`value` as a number of sweeps. Raises `OptionError`."""
    number = whole_number(name, value)
    if number > SWEEPS_LIMIT:
        raise OptionError(f"{name} is {number}; it must be {SWEEPS_LIMIT} or less")
    return number


def _custom(
    beta_schedule: Sequence[float],
    num_sweeps: int | None,
    num_sweeps_per_beta: int,
    beta_range: Sequence[float] | None,
) -> BetaSchedule:
    try:
        betas = np.asarray(beta_schedule, np.float64)
    except (TypeError, ValueError):
        betas = np.empty(0)
    if betas.ndim != 1 or not (np.isfinite(betas) & (betas >= 0)).all() or not betas.any():
        raise OptionError(
            "beta_schedule must be a sequence of finite numbers that are positive or 0, not all 0"
        )
    if beta_range is not None and _pair(beta_range) != (betas[0], betas[-1]):
        raise OptionError("beta_range and beta_schedule contradict each other; leave one out")
    schedule = BetaSchedule(betas, num_sweeps_per_beta)
    if schedule.sweeps > SWEEPS_LIMIT:
        raise OptionError(
            f"beta_schedule has {len(betas)} betas of {num_sweeps_per_beta} sweeps each, "
            f"{schedule.sweeps} in all; the most is {SWEEPS_LIMIT}"
        )
    if num_sweeps is not None and whole_number("num_sweeps", num_sweeps) != schedule.sweeps:
        raise OptionError(
            f"num_sweeps is {num_sweeps}, but beta_schedule has {len(betas)} betas of "
            f"{num_sweeps_per_beta} sweeps each, {schedule.sweeps} in all; leave num_sweeps out"
        )
    return schedule


def _pair(beta_range: Sequence[float]) -> tuple[float, float]:
    try:
        low, high = (float(beta) for beta in beta_range)
    except (TypeError, ValueError):
        raise OptionError(f"beta_range is {beta_range!r}; give a pair of numbers") from None
    return low, high


def checked_range(beta_range: Sequence[float]) -> tuple[float, float]:
    """A pair of betas that a user gave. Raises `OptionError`."""
    low, high = _pair(beta_range)
    if not (0 <= low < math.inf and 0 <= high < math.inf and low + high):
        raise OptionError(
            f"beta_range is {low:g} to {high:g}; give two finite numbers, the hot end first, that "
            "are positive or 0, not both 0"
        )
    return low, high


def encode_betas(betas: NDArray[np.float64], scale: float) -> tuple[list[int], float]:
    """Temperature codes for a problem quantised by `scale`, and the largest relative error.

    The temperature of a beta is `scale / (2 beta)` coupling LSB, rounded to the register. A beta of
    0 has the code 0. Raises `OptionError` for a beta beyond the register.
    """
    used = betas > 0
    exact = _FRACTION * scale / (2 * betas[used])
    codes = np.zeros_like(betas)
    codes[used] = np.rint(exact)
    if not used.any():
        return codes.astype(np.int64).tolist(), 0.0
    hot, cold = codes.max() > TEMPERATURE_FORMAT.largest, codes[used].min() < 1
    if hot or cold:
        beta = betas[used].min() if hot else betas.max()
        lowest = _FRACTION * scale / (2 * TEMPERATURE_FORMAT.largest)
        raise OptionError(
            f"beta {beta:g} is outside the range of this problem on this device, "
            f"{at_least(lowest)} to {at_most(_FRACTION * scale)}; choose a beta in it"
        )
    error = float(np.abs(codes[used] / exact - 1).max())
    return codes.astype(np.int64).tolist(), error


def encode_schedule(schedule: BetaSchedule, scale: float) -> tuple[list[int], float]:
    """Step words for a problem quantised by `scale`, and the largest relative error of a beta.

    Neighbours that round to the same temperature share steps. At a beta of 0 couplings do not
    count. Raises `OptionError` as `encode_betas`.
    """
    found, error = encode_betas(schedule.betas, scale)
    codes = np.array(found)
    starts = np.flatnonzero(np.diff(codes, prepend=-1))  # no code is -1; equal ones are one step
    counts = np.diff(starts, append=len(codes)) * schedule.sweeps_per_beta
    pieces = -(-counts // SWEEPS_MAX)
    sweeps = np.full(int(pieces.sum()), SWEEPS_MAX)
    sweeps[np.cumsum(pieces) - 1] = counts - (pieces - 1) * SWEEPS_MAX
    return _step_words(np.repeat(codes[starts], pieces), sweeps), error


def _step_words(codes: NDArray[np.int64], sweeps: NDArray[np.int64]) -> list[int]:
    """Step words; temperature code 0 stands for a beta of 0."""
    flags, sweeps = (codes > 0) << COUPLE_SHIFT, sweeps % SWEEPS_MAX
    return (np.maximum(codes, 1) | flags | sweeps << SWEEPS_SHIFT).tolist()


def realised_beta(words: Sequence[int], scale: float) -> float:
    """The beta that the last step really has, of a problem quantised by `scale`."""
    step = Step.decode(words[-1])
    return _FRACTION * scale / (2 * step.temperature)
