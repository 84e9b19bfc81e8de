"""Scores against states: what a device measured must be what the host computes."""

import numpy as np
from numpy.typing import NDArray

from ..compile import IsingProblem, Quantised
from ..errors import MeasurementError

__all__ = ["check_scores", "exact_scores"]

Ints = NDArray[np.int64]
_CHUNK = 1 << 22  # products at a time


def exact_scores(problem: IsingProblem, values: Quantised, spins: NDArray[np.int8]) -> Ints:
    """`2 (sum J m m + sum h m)` of the quantised problem, of spins of shape (n, reads)."""
    total = values.bias @ spins.astype(np.int64)
    size = max(1, _CHUNK // max(1, spins.shape[1]))
    for start in range(0, len(values.coupling), size):
        part = slice(start, start + size)
        products = spins[problem.first[part]] * spins[problem.second[part]]
        total += values.coupling[part] @ products.astype(np.int64)
    return 2 * total


def check_scores(
    problem: IsingProblem, values: Quantised, spins: NDArray[np.int8], scores: Ints, name: str
) -> None:
    """Raises `MeasurementError` unless these are the scores of the states, shape (n, reads)."""
    exact = exact_scores(problem, values, spins)
    wrong = np.flatnonzero(exact != scores)
    if len(wrong):
        replica = int(wrong[0])
        raise MeasurementError(
            f"{name} measured a score of {int(scores[replica])} in replica {replica}, but its "
            f"states have {int(exact[replica])}, and {len(wrong)} of {len(scores)} replicas are "
            "wrong: its measuring unit does not work, or its states changed meanwhile; run "
            "`glauber selftest`, and end what else uses the device"
        )
