"""Models with constraints, and with integer and discrete variables, by dimod's own conversion.

A constraint becomes a penalty: the lowest energy is reached where all are kept, if the penalty is
large enough. What the machine samples are the binary variables of the penalised model; `solutions`
reads them in the terms of the model and says which of its constraints they keep.
"""

import itertools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dimod
from dimod.sym import Sense

from ..errors import InputError
from ..options import positive_number
from .problem import Kind, Problem, check_bqm, check_kind

__all__ = ["MODELS", "Constrained", "from_constrained"]

MODELS = (dimod.ConstrainedQuadraticModel, dimod.DiscreteQuadraticModel, dimod.QuadraticModel)
# Beyond this, the powers of two of an integer's bits exceed any coupling.
INTEGER_MAX = 1 << 20

Inverter = Callable[[Mapping[Any, int]], dict[Any, int]]


@dataclass(frozen=True)
class Constrained:
    """A model with constraints, and the way back to it.

    model
        The model. A variable of a discrete model is one binary variable `(variable, case)` per
        case here, of which a constraint allows one to be 1.
    invert
        From a sample of the binary model, a mapping of its variables to 0 and 1, to one of `model`.
    lagrange_multiplier
        As given; None for dimod's choice.
    """

    model: dimod.ConstrainedQuadraticModel
    invert: Inverter
    lagrange_multiplier: float | None

    def solutions(self, sampleset: dimod.SampleSet) -> dimod.SampleSet:
        """Samples of the binary model as samples of `model`, in the same order.

        Energies are those of the objective alone, without penalties. Columns `is_feasible`, shape
        (samples,), and `is_satisfied`, shape (samples, constraints), say what is kept.
        """
        if sampleset.vartype is dimod.SPIN:
            sampleset = sampleset.change_vartype(dimod.BINARY, inplace=False)
        # As Python's integers: the values of an integer variable add up to more than a byte holds.
        rows, names = sampleset.record.sample.tolist(), list(sampleset.variables)
        samples = [self.invert(dict(zip(names, row, strict=True))) for row in rows]
        return dimod.SampleSet.from_samples_cqm(
            samples,
            self.model,
            num_occurrences=sampleset.record.num_occurrences,
            info=dict(sampleset.info),
        )


def from_constrained(
    model: Any,
    as_kind: Kind | None = None,
    lagrange_multiplier: float | None = None,
    name: str = "model",
) -> Problem:
    """A constrained, discrete or quadratic model of dimod, by `dimod.cqm_to_bqm`.

    lagrange_multiplier : what a constraint that is missed by 1 costs, in units of the objective;
        missed by d, it costs d**2 times as much. Too small, and the lowest energy breaks a
        constraint; too large, and the objective is lost in rounding. By default 10 times the
        largest coefficient of the objective.

    Linear constraints only; an inequality takes further binary variables, and whole coefficients.
    Integer variables are from 0 to an upper bound. Raises `InputError` for other models,
    `OptionError` for a multiplier that is not positive.
    """
    kind = check_kind(name, "a constrained model", as_kind, ("constrained",))
    if lagrange_multiplier is not None:
        lagrange_multiplier = positive_number("lagrange_multiplier", lagrange_multiplier)
    cqm = _as_cqm(model, name)
    _check_variables(cqm, name)
    spins = [v for v in cqm.variables if cqm.vartype(v) is dimod.SPIN]
    # dimod's conversion stumbles over spins in the objective.
    binary = cqm.spin_to_binary(inplace=False) if spins else cqm
    _check_constraints(binary, name)
    try:
        with warnings.catch_warnings():
            # It warns of constraints that always hold, and of what was refused above.
            warnings.simplefilter("ignore")
            bqm, invert = dimod.cqm_to_bqm(binary, lagrange_multiplier)
    except (ValueError, OverflowError, RuntimeError) as error:
        raise InputError(f"{name} cannot be made binary: {error}; change the model") from error
    _name_slacks(bqm, set(cqm.variables))
    check_bqm(name, bqm)
    back = _with_spins(invert, spins) if spins else invert
    return Problem(kind, bqm, None, name, Constrained(cqm, back, lagrange_multiplier))


def _as_cqm(model: Any, name: str) -> dimod.ConstrainedQuadraticModel:
    if isinstance(model, dimod.ConstrainedQuadraticModel):
        return model
    if isinstance(model, dimod.DiscreteQuadraticModel):
        return dimod.ConstrainedQuadraticModel.from_discrete_quadratic_model(model)
    if isinstance(model, dimod.QuadraticModel):
        return dimod.ConstrainedQuadraticModel.from_quadratic_model(model)
    raise InputError(
        f"{name} is a {type(model).__name__}; give a constrained, discrete or quadratic model"
    )


def _check_variables(cqm: dimod.ConstrainedQuadraticModel, name: str) -> None:
    """Raise `InputError` for variables that cannot be written in a few bits."""
    for variable in cqm.variables:
        vartype = cqm.vartype(variable)
        low, high = cqm.lower_bound(variable), cqm.upper_bound(variable)
        if vartype is dimod.Vartype.REAL:
            raise InputError(
                f"{name}: variable {variable!r} is real; a p-bit machine has binary variables, so "
                "make it an integer in units of its precision"
            )
        if vartype is dimod.Vartype.INTEGER and not (low == 0 and high <= INTEGER_MAX):
            raise InputError(
                f"{name}: integer variable {variable!r} is from {low:g} to {high:g}; it must be "
                f"from 0 to {INTEGER_MAX} at most, so shift it or give it an upper bound"
            )
        # Only files can have such bounds; the conversion would leave them out.
        if vartype is dimod.BINARY and (low, high) != (0, 1):
            raise InputError(
                f"{name}: binary variable {variable!r} is from {low:g} to {high:g}; leave out its "
                "bounds, and fix it by a constraint"
            )


def _check_constraints(cqm: dimod.ConstrainedQuadraticModel, name: str) -> None:
    """Raise `InputError` for constraints that the conversion would change."""
    for label, constraint in cqm.constraints.items():
        lhs = constraint.lhs
        if lhs.is_soft():
            raise InputError(
                f"{name}: constraint {label!r} is soft, and would become as hard as the others; "
                "make it hard, or a term of the objective"
            )
        if not lhs.is_linear():
            raise InputError(
                f"{name}: constraint {label!r} is quadratic; only linear ones become penalties, so "
                "replace its products by variables"
            )
        if constraint.sense is Sense.Eq:
            continue
        numbers = [*lhs.linear.values(), lhs.offset, constraint.rhs]
        # A slack of whole steps reaches every value that such a constraint allows, and no other.
        if not all(float(number).is_integer() for number in numbers):
            raise InputError(
                f"{name}: constraint {label!r} is an inequality whose numbers are not all whole; "
                "multiply it by what makes them whole"
            )


def _with_spins(invert: Inverter, spins: list[Any]) -> Inverter:
    """The way back, for variables that were spins before they were binary."""

    def back(sample: Mapping[Any, int]) -> dict[Any, int]:
        solution = invert(sample)
        return solution | {spin: 2 * solution[spin] - 1 for spin in spins}

    return back


def _name_slacks(bqm: dimod.BinaryQuadraticModel, known: set) -> None:
    """Names for the slack variables that are the same every time; dimod's are random."""
    slacks = [
        variable
        for variable in bqm.variables
        if isinstance(variable, str) and variable not in known and variable.startswith("slack_")
    ]
    names = (("slack", number) for number in itertools.count())
    free = (name for name in names if name not in bqm.variables)
    bqm.relabel_variables(dict(zip(slacks, free, strict=False)))
