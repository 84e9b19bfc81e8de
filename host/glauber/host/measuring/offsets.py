"""What an energy of the problem has beside that of the problem on the machine."""

import dimod
import numpy as np
from numpy.typing import NDArray

from ..job import Job

__all__ = ["energy_offsets"]

Floats = NDArray[np.float64]


def energy_offsets(bqm: dimod.BinaryQuadraticModel, job: Job) -> Floats:
    """For each read, or once for all, the energy that no free variable changes.

    The machine knows neither the offset of a model nor what its clamped variables add among
    themselves.
    """
    starts, size = job.plan.starts, job.problem.size
    clamped = np.zeros((1, size), np.int8) if starts is None else starts.clamped
    first = job.plan.first_read if len(clamped) > 1 else 0
    spins = np.where(clamped[first:] == 0, 1, clamped[first:])
    values = (spins + 1) // 2 if bqm.vartype is dimod.BINARY else spins
    whole = bqm.energies((values, job.problem.variables))
    problem = job.problem
    ends = spins[:, problem.first] * spins[:, problem.second]
    return np.asarray(whole + ends @ problem.coupling + spins @ problem.bias, np.float64)
