"""What a problem takes of a machine, before anything runs."""

from dataclasses import dataclass

import dimod

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.numbers import field_limit
from glauber.hdl.facts.rules import Mode

from .compile import ClampedProblem, IsingProblem, Quantised, Terms, Use, first_uses, lay_out
from .errors import FieldOverflowError
from .job import read_starts, schedule_problem
from .request import Request

__all__ = ["Fit", "measure_fit"]


@dataclass(frozen=True)
class Fit:
    """What a problem takes of a machine; `str()` says it in words, `bool()` whether it fits.

    uses : of each capacity, how much is needed and how much there is
    field : the largest sum of |J| and |h| of a p-bit, in LSB of the accumulator, and its limit
    quantisation : how the couplings are rounded; None if the field overflows
    remedies : what is too much, and the ways on; none if the problem fits
    """

    device: str
    uses: tuple[Use, ...]
    field: Use | None
    field_bits: int | None
    quantisation: Quantised | None
    remedies: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.remedies

    def __str__(self) -> str:
        lines = [f"{'fits' if self else 'does not fit'} on {self.device}"]
        lines += [str(use) for use in self.uses]
        if self.field is not None:
            lines.append(f"{self.field} ({self.field_bits} bits)")
        values = self.quantisation
        if values is not None:
            error = "exact" if values.exact else f"rounded, off by up to {values.max_error:.3g}"
            lines.append(f"couplings and biases are {error}")
        return "\n  ".join([*lines, *self.remedies])


def measure_fit(
    request: Request,
    problem: IsingProblem,
    vartype: dimod.Vartype,
    params: MachineParams,
    device: str,
) -> Fit:
    """What the problem takes with these settings. Raises `OptionError` for settings not legal."""
    _, starts = read_starts(request, problem, vartype)
    if starts.held.any():
        problem = ClampedProblem.of(problem, starts.held)
    try:
        scheduled = schedule_problem(request, problem, params)
    except FieldOverflowError as error:
        return Fit(device, (), None, None, None, (str(error),))
    values = scheduled.values
    terms = Terms.collect(problem, values, params.coupling_max)
    own = Mode.METROPOLIS in request.mode
    layout = lay_out(problem, values, terms, params, own=own)
    uses = (*first_uses(problem, terms, params), *layout.uses(params))
    # The last of each option asks for most.
    remedies = {
        use.option: use.shortage(problem.size, params, scheduled.remedy)
        for use in uses
        if not use.fits
    }
    largest = int(problem.field_sums(values.bias, values.coupling).max())
    field = Use("LSB of field", largest, params.field_limit, "field_bits")
    bits = next(bits for bits in range(2, params.field_bits + 1) if field_limit(bits) >= largest)
    return Fit(device, uses, field, bits, values, tuple(remedies.values()))
