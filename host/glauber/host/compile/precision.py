"""What a problem needs to be exact, and what rounding does to what is sampled."""

from dataclasses import dataclass

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.numbers import field_limit

from ..errors import ProblemTooLargeError
from ..options import positive_number
from .ising import Floats, IsingProblem
from .quantise import FIELD_BITS_MAX, MAX_SPLIT, Quantised
from .units import common_unit

__all__ = ["ENUMERATION_MAX", "Deviation", "ExactNeeds", "exact_deviation", "exact_needs"]

# Variables of a problem whose states are enumerated.
ENUMERATION_MAX = 20


@dataclass(frozen=True)
class ExactNeeds:
    """What a machine needs to hold a problem exactly.

    unit : the largest number of which all couplings and biases are multiples
    coupling, field : the largest coupling, and the largest sum of |J| and |h| of a variable, in
        units
    """

    unit: float
    coupling: int
    field: int

    @property
    def coupling_bits(self) -> int:
        """Bits of a coupling that takes one slot; a machine has 12 at most."""
        return max(2, self.coupling.bit_length() + 1)

    @property
    def field_bits(self) -> int:
        """Bits of the accumulator; a machine has 24 at most."""
        return next(bits for bits in range(4, 65) if field_limit(bits) >= self.field)

    def slots(self, params: MachineParams) -> int | None:
        """`slots_per_coupling` that makes the problem exact on this machine; None if none does."""
        slots = max(1, -(-self.coupling // params.coupling_max))
        return slots if slots <= MAX_SPLIT and self.field <= params.field_limit else None


@dataclass(frozen=True)
class Deviation:
    """How far the distribution of the rounded problem is from that of the problem.

    total_variation : the largest difference of the probabilities of any set of states
    divergence : the Kullback-Leibler divergence of the problem's from the rounded problem's, nats
    log_ratio : the largest |log| of the ratio of a state's probabilities
    """

    total_variation: float
    divergence: float
    log_ratio: float


def exact_needs(problem: IsingProblem) -> ExactNeeds | None:
    """What it takes to hold a problem exactly; None if its values have no common unit.

    Only units of which no value has more than 2**22 are found: no machine has more. A few real
    numbers may have such a unit by chance: values are compared within 1e-9 of themselves.
    """
    unit = common_unit(
        np.concatenate([problem.bias, problem.coupling]), field_limit(FIELD_BITS_MAX)
    )
    if unit is None:
        return None
    bias, coupling = np.rint(problem.bias / unit), np.rint(problem.coupling / unit)
    return ExactNeeds(
        unit,
        int(np.abs(coupling).max(initial=0)),
        int(problem.field_sums(bias, coupling).max()),
    )


def exact_deviation(problem: IsingProblem, values: Quantised, beta: float) -> Deviation:
    """By enumeration of all states, at the inverse temperature `beta`.

    What is compared are the Boltzmann distributions of the problem and of its integers; the error
    of the temperature and of the machine's noise table is not in it, and no variable is taken for
    clamped. Raises `OptionError`, and
    `ProblemTooLargeError` for more than `ENUMERATION_MAX` variables.
    """
    beta = positive_number("beta", beta)
    if problem.size > ENUMERATION_MAX:
        raise ProblemTooLargeError(
            f"the problem has {problem.size} variables; {ENUMERATION_MAX} at most can be "
            "enumerated, so use the bounds of Quantised.info(beta)"
        )
    log_true, log_rounded = (
        _log_probabilities(problem, bias, coupling, beta)
        for bias, coupling in (
            (problem.bias, problem.coupling),
            (values.bias / values.scale, values.coupling / values.scale),
        )
    )
    ratio = log_true - log_rounded
    true = np.exp(log_true)
    return Deviation(
        float(np.abs(true - np.exp(log_rounded)).sum() / 2),
        float(max(0.0, true @ ratio)),
        float(np.abs(ratio).max()),
    )


def _log_probabilities(
    problem: IsingProblem, bias: Floats, coupling: Floats, beta: float
) -> Floats:
    """Of all states, shape (2**n,); variable i is +1 where bit i of the state's number is set."""
    couplings = np.zeros((problem.size, problem.size))
    np.add.at(couplings, (problem.first, problem.second), coupling)
    couplings += couplings.T
    energies = np.zeros(1)
    for variable in range(problem.size):
        field = np.array([bias[variable]])
        for before in range(variable):
            step = couplings[variable, before]
            field = np.concatenate([field - step, field + step])
        energies = np.concatenate([energies + field, energies - field])
    logs = -beta * (energies - energies.min())
    return logs - np.log(np.exp(logs).sum())
