"""Where the rungs of a ladder should be.

A replica travels a ladder fastest if all pairs of neighbours exchange equally often (Kofke, J.
Chem. Phys. 117, 6911, 2002; Rathore, Chopra and de Pablo, J. Chem. Phys. 122, 024111, 2005). The
rungs are moved as Syed, Bouchard-Cote, Deligiannidis and Doucet do it (J. R. Stat. Soc. B 84, 321,
2022, algorithm 4), for exchanges that take turns between even and odd pairs, as those of the
machine: the rejections of the pairs, added up along the ladder, are a function of beta that does
not depend on where the rungs are; the new rungs divide it into equal parts. Its value at the end is
the *barrier*; about twice as many rungs are best, so that half of all exchanges are made.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .loaded import TemperedProblem

__all__ = ["TunedLadder", "equal_rejection", "tune", "wanted_rungs"]

Floats = NDArray[np.float64]

_FIRST_EXCHANGES = 16  # of the first round; twice as many in each that follows
_TOLERANCE = 0.1  # of an acceptance, from the mean of all
_LEAST = 1e-3  # rejection of a pair, so that the sum rises everywhere


@dataclass(frozen=True)
class TunedLadder:
    """A ladder, and how it came about.

    betas : of the rungs, the coldest first
    acceptance : float64, shape (rungs - 1,); of each pair in the last round
    barrier : the sum of all rejections in the last round
    converged : whether all were within the tolerance of their mean
    rounds : runs that it took
    sweeps : that all of them took, of each replica
    history : betas and acceptance of each round
    """

    betas: tuple[float, ...]
    acceptance: Floats
    barrier: float
    converged: bool
    rounds: int
    sweeps: int
    history: tuple[tuple[tuple[float, ...], Floats], ...]


def equal_rejection(betas: tuple[float, ...], acceptance: Floats, rungs: int) -> tuple[float, ...]:
    """`rungs` betas from the first to the last of `betas`, with equal rejections between them.

    Between the old rungs the sum of rejections is taken to be linear in the logarithm of beta.
    """
    rejection = np.maximum(1 - acceptance, _LEAST)
    total = np.concatenate([[0.0], np.cumsum(rejection)])
    wanted = np.linspace(0, total[-1], rungs)
    inner = np.exp(np.interp(wanted, total, np.log(betas)))[1:-1]
    return (betas[0], *inner.tolist(), betas[-1])


def wanted_rungs(barrier: float, most: int) -> int:
    """The power of two next to twice the barrier, so that ladders fill the replicas.

    At least 4, or the barrier of two rungs would be less than 1 whatever it is; at most `most`.
    """
    return min(most, max(4, 1 << round(np.log2(max(1.0, 2 * barrier)))))


def tune(
    tempered: TemperedProblem,
    rungs: int | None,
    rounds: int,
    tolerance: float = _TOLERANCE,
    interrupt: Callable[[], bool] | None = None,
) -> TunedLadder:
    """Moves the rungs of a problem that is loaded, between the ends that they have.

    rungs : how many there shall be, or None for about twice the barrier

    It ends when no acceptance is further than `tolerance` from their mean, or after so many rounds.
    Standard errors are not reckoned with; from the fourth round on they are smaller. An interrupt
    ends it after the run that is under way.
    """
    ladder = tempered.ladder
    most, count = ladder.replicas, ladder.num_ladders
    betas = ladder.betas
    history: list[tuple[tuple[float, ...], Floats]] = []
    begin, converged = tempered.sweeps, False
    for number in range(rounds):
        exchanges = _FIRST_EXCHANGES << number
        tempered.run(exchanges * tempered.sweeps_per_exchange, interrupt=interrupt)
        acceptance = np.nan_to_num(tempered.acceptance(), nan=0.0)
        history.append((betas, acceptance))
        even = np.abs(acceptance - acceptance.mean()).max() <= tolerance
        size = len(betas)
        if rungs is None:
            size = wanted_rungs(float((1 - acceptance).sum()), most)
        converged = bool(even) and size == len(betas) and number > 1
        if converged or tempered.stopped or number + 1 == rounds:
            break
        betas = equal_rejection(betas, acceptance, size)
        tempered.set_betas(betas, None if rungs is None else count)
    used, acceptance = history[-1]
    return TunedLadder(
        used,
        acceptance,
        float((1 - acceptance).sum()),
        converged,
        len(history),
        tempered.sweeps - begin,
        tuple(history),
    )
