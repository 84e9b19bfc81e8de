"""Loading a problem whose values may change."""

from collections.abc import Hashable

import dimod
import numpy as np

from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.rules import Mode

from ..compile import MAX_SPLIT, IsingProblem, Needs, compile_measured
from ..device import Device
from ..errors import OptionError
from ..options import positive_number, whole_number
from ..schedules import encode, hold
from .loaded import LoadedProblem
from .values import check_fields, quantised_values

__all__ = ["load_problem"]


def load_problem(
    device: Device,
    bqm: dimod.BinaryQuadraticModel,
    beta: float,
    clampable: tuple[Hashable, ...],
    largest: float | None,
    pieces: int,
    seed: int,
    mode: Mode = Mode.HEAT_BATH,
) -> LoadedProblem:
    """Compiles and loads a problem whose values may change; see `MeasuringSampler.load`."""
    problem = IsingProblem.from_bqm(bqm, keep_zeros=True)
    params = device.params
    positive_number("beta", beta)
    index = {variable: number for number, variable in enumerate(problem.variables)}
    last = np.zeros(problem.size, np.bool_)
    for variable in clampable:
        if variable not in index:
            raise OptionError(f"clampable has {variable!r}, which is no variable of the problem")
        last[index[variable]] = True
    if last.all():
        raise OptionError("all variables are clampable, so that nothing could be updated")
    found = max(np.abs(problem.bias).max(), np.abs(problem.coupling).max(initial=0.0))
    size = positive_number("largest", found if largest is None else largest)
    if size < found:
        raise OptionError(
            f"largest is {size:g}, but there is a coupling or bias of {found:g}; raise it"
        )
    if not 1 <= whole_number("slots_per_coupling", pieces) <= MAX_SPLIT:
        raise OptionError(f"slots_per_coupling is {pieces}; it must be 1 to {MAX_SPLIT}")
    hottest = TEMPERATURE_FORMAT.decode(TEMPERATURE_FORMAT.largest)
    scale = min(pieces * params.coupling_max / size, 2 * beta * hottest)
    encode([hold(beta)], scale, params.abilities)  # too cold is an error before all is loaded
    bias, coupling = (
        np.rint(array * scale).astype(np.int64) for array in (problem.bias, problem.coupling)
    )
    values = quantised_values(bias, coupling, scale)
    check_fields(problem, values, params)
    needs = Needs(Abilities.SCORES in params.abilities, True, roomy=True)
    program = compile_measured(problem, values, params, needs, mode=mode, last=last, pieces=pieces)
    return LoadedProblem(device, problem, values, program, bqm.vartype, beta, last, pieces, seed)
