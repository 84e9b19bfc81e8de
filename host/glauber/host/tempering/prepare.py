"""From the keywords of a tempering call to a problem on a device with its ladders."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import dimod
import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.rules import Mode

from ..compile import (
    ClampedProblem,
    IsingProblem,
    MeasuredProgram,
    Needs,
    Quantised,
    compile_measured,
    quantise,
)
from ..device import Device
from ..errors import OptionError
from ..job import Job, prepare, read_starts
from ..measuring.offsets import energy_offsets
from ..request import Request
from ..schedule import checked_range, fit_beta_range
from .ladder import Ladder, count_ladders, default_ladder_range, geometric_ladder, read_betas
from .loaded import TemperedProblem

__all__ = ["RungSettings", "coarsened", "load_tempered"]

# Of the ladder that tuning begins with.
_RUNGS = 16
# Of the lowest temperature, in LSB, where couplings have some to spare.
_COLDEST_LSB = 2.0
_SETTINGS = (
    "clamped",
    "initial_states",
    "initial_states_generator",
    "slots_per_coupling",
    "seed",
    "proposal_acceptance_criteria",
    "time_limit",
    "interrupt_function",
)


@dataclass(frozen=True)
class RungSettings:
    """The keywords of `temper` about rungs. Raises `OptionError` if they contradict each other."""

    betas: Sequence[float] | None
    beta_range: Sequence[float] | None
    num_rungs: int | None
    num_ladders: int | None
    sweeps_per_exchange: int

    def __post_init__(self) -> None:
        if self.betas is not None and (self.beta_range is not None or self.num_rungs is not None):
            raise OptionError("betas contradict beta_range and num_rungs; leave one of them out")


def load_tempered(
    device: Device,
    bqm: dimod.BinaryQuadraticModel,
    problem: IsingProblem,
    rungs: RungSettings,
    settings: dict[str, Any],
    fresh_seed: Callable[[], int],
) -> tuple[TemperedProblem, Job]:
    """Compiles and loads a problem, and starts its replicas. Raises as `GlauberSampler.temper`."""
    for name in settings:
        if name not in _SETTINGS:
            raise OptionError(f"there is no keyword {name!r} here; see help() of the method")
    params = device.params
    settings = {"proposal_acceptance_criteria": "Metropolis"} | settings
    plain = Request(num_reads=params.replicas, **settings)
    betas = _first_betas(rungs, problem, bqm.vartype, plain, params)
    count = count_ladders(len(betas), rungs.num_ladders, params.replicas)
    request = Request(
        num_reads=params.replicas,
        beta_schedule_type="custom",
        beta_schedule=betas,
        **settings,
    )
    adapt = partial(coarsened, coldest=betas[0])
    job = prepare(request, problem, bqm.vartype, params, fresh_seed, _compile, adapt)
    offsets = energy_offsets(bqm, job)
    if len(offsets) > 1:
        raise OptionError(
            "clamped has a sequence of values, but replicas that exchange their temperatures must "
            "have one energy in common: give a single value of each variable"
        )
    ladder = Ladder(betas, job.scheduled.values.scale, count, params.replicas)
    every = rungs.sweeps_per_exchange
    return TemperedProblem(device, job, ladder, every, float(offsets[0])), job


def coarsened(values: Quantised, coldest: float) -> Quantised:
    """The same exact couplings in fewer LSB, if there are more than the temperatures need.

    coldest : the largest beta of the ladder, whose temperature stays at 2 LSB or more: a code is
        off by 1 part in 1,000 at most

    Sums of large couplings must be weighed often, and exchanges take as long as that.
    """
    if not values.exact:
        return values
    unit = int(np.gcd.reduce(np.concatenate([values.bias, values.coupling])))
    if not unit:
        return values
    fewest = max(1, math.ceil(_COLDEST_LSB * 2 * coldest * unit / values.scale))
    if fewest >= unit:
        return values
    bias, coupling = (array // unit * fewest for array in (values.bias, values.coupling))
    return replace(values, bias=bias, coupling=coupling, scale=values.scale / unit * fewest)


def _first_betas(
    rungs: RungSettings,
    problem: IsingProblem,
    vartype: dimod.Vartype,
    request: Request,
    params: MachineParams,
) -> tuple[float, ...]:
    """The betas that were given, or those of equal ratios that tuning begins with."""
    if rungs.betas is not None:
        return read_betas(rungs.betas)
    number = min(_RUNGS, params.replicas) if rungs.num_rungs is None else rungs.num_rungs
    count_ladders(number, rungs.num_ladders, params.replicas)
    if rungs.beta_range is not None:
        low, high = sorted(checked_range(rungs.beta_range))
        if not 0 < low < high:
            raise OptionError(
                f"beta_range is {low:g} to {high:g}; the ends of a ladder must differ, and be "
                "above 0"
            )
        return geometric_ladder(low, high, number)
    _, starts = read_starts(request, problem, vartype)
    if starts.held.any():
        problem = ClampedProblem.of(problem, starts.held)
    ends = default_ladder_range(problem)
    # As far as the register goes without costing precision.
    split = int(request.slots_per_coupling or 1)
    values = quantise(problem, params, ends[0], keep_hottest=False, split=split)
    low, high = fit_beta_range(ends, values.scale)
    return geometric_ladder(low, high, number)


def _compile(
    problem: IsingProblem, values: Quantised, params: MachineParams, split: int, mode: Mode
) -> MeasuredProgram:
    return compile_measured(problem, values, params, Needs(), split, mode)
