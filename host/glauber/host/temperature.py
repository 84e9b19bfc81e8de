"""The temperature that samples really have, estimated from them."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

import dimod
import numpy as np
from numpy.typing import NDArray

from .compile import IsingProblem
from .errors import InputError
from .results import to_arrays

__all__ = ["EffectiveBeta", "effective_beta"]

# So many parts of the samples, or more, for a standard error.
_PARTS = 32
_NEWTON_STEPS = 100

Floats = NDArray[np.float64]


class EffectiveBeta(NamedTuple):
    """An inverse temperature and its standard error, in units of one over the problem's energy."""

    beta: float
    error: float


def effective_beta(
    sampleset: dimod.SampleSet,
    bqm: dimod.BinaryQuadraticModel,
    clamped: Iterable[Hashable] | None = None,
) -> EffectiveBeta:
    """The inverse temperature at which samples of a problem are most likely, by pseudo-likelihood.

    sampleset : as `GlauberSampler.sample` returned it
    clamped : variables that were held, which say nothing of temperature; by default those that
        `sampleset.info` names

    With `g = m (h + sum J m)` of one variable in one sample, a Boltzmann distribution has
    `P(m | others) = sigmoid(2 beta g)`. The estimate is where the sum of the logarithms is largest,
    `sum g sigmoid(-2 beta g) = 0` (J. Besag, "Statistical analysis of non-lattice data", The
    Statistician 24, 1975). It is consistent, whatever the problem. Variables and successive samples
    depend on each other, so the error comes from the spread of that sum over parts of the samples
    that hardly do: the reads, or if there are fewer than 32, stretches of them. It is the sandwich
    estimator of a composite likelihood (C. Varin, N. Reid, D. Firth, "An overview of composite
    likelihood methods", Statistica Sinica 21, 2011). Stretches must be long against the
    autocorrelation time, or the error is too small.

    An anneal that has not kept up with its schedule has no temperature; the estimate is then that
    of its local excitations.

    Raises `InputError` if the samples determine no beta: too few, without a variable that is
    coupled, or without one that points against its field.
    """
    arrays = to_arrays(sampleset)
    spins = arrays.samples.astype(np.float64)
    if sampleset.vartype is dimod.BINARY:
        spins = 2 * spins - 1
    problem = IsingProblem.from_bqm(bqm)
    if set(problem.variables) != set(arrays.variables):
        raise InputError("the sample set and the problem have different variables; give a pair")
    position = {variable: column for column, variable in enumerate(arrays.variables)}
    spins = spins[:, :, [position[variable] for variable in problem.variables]]
    held = set(sampleset.info.get("clamped", ()) if clamped is None else clamped)
    free = np.array([variable not in held for variable in problem.variables])
    parts = _parts(spins)
    aligned = np.concatenate([_aligned(problem, part)[:, free] for part in parts])
    ends = np.cumsum([len(part) for part in parts])[:-1]
    beta = _most_likely(aligned)
    scores = np.array([_score(part, beta) for part in np.split(aligned, ends)])
    spread = np.sqrt((scores**2).sum() * len(scores) / (len(scores) - 1))
    return EffectiveBeta(beta, float(spread) / _curvature(aligned, beta))


def _parts(spins: Floats) -> list[Floats]:
    """Parts of samples, shape (reads, samples_per_read, n), each of shape (samples, n)."""
    reads, each = spins.shape[:2]
    stretches = 1 if reads >= _PARTS else -(-_PARTS // max(1, reads))
    if reads * min(each, stretches) < _PARTS:
        raise InputError(
            f"there are {reads * each} samples of {reads} reads; an effective beta with its error "
            f"needs {_PARTS} reads, or as many samples"
        )
    return [part for read in spins for part in np.array_split(read, stretches)]


def _aligned(problem: IsingProblem, spins: Floats) -> Floats:
    """Of each variable in each sample, its value times its field: how much it agrees."""
    states = np.ascontiguousarray(spins.T)
    field = np.repeat(problem.bias[:, None], len(spins), axis=1)
    coupling = problem.coupling[:, None]
    np.add.at(field, problem.first, coupling * states[problem.second])
    np.add.at(field, problem.second, coupling * states[problem.first])
    return (states * field).T


def _sigmoid(x: Floats) -> Floats:
    return (1 + np.tanh(x / 2)) / 2


def _score(aligned: Floats, beta: float) -> float:
    """The derivative of the logarithm of the pseudo-likelihood."""
    return float((2 * aligned * _sigmoid(-2 * beta * aligned)).sum())


def _curvature(aligned: Floats, beta: float) -> float:
    """Minus its second derivative."""
    odds = 2 * beta * aligned
    return float((4 * aligned**2 * _sigmoid(odds) * _sigmoid(-odds)).sum())


def _most_likely(aligned: Floats) -> float:
    """Where the score is zero: it falls with beta, so that there is one place at most."""
    largest = float(np.abs(aligned).max(initial=0.0))
    if not largest:
        raise InputError("no variable has a field, so the samples do not depend on beta")
    if not (aligned < 0).any() or not (aligned > 0).any():
        side = "against" if (aligned >= 0).all() else "along"
        raise InputError(
            f"no variable points {side} its field in any sample, so that beta has no finite "
            "estimate; draw more samples, or at a smaller beta"
        )
    low, high = -1 / largest, 1 / largest
    while _score(aligned, low) < 0:
        low *= 2
    while _score(aligned, high) > 0:
        high *= 2
    beta = 0.0
    for _ in range(_NEWTON_STEPS):
        score = _score(aligned, beta)
        low, high = (beta, high) if score > 0 else (low, beta)
        step = score / _curvature(aligned, beta)
        if abs(step) <= 1e-12 * abs(beta + step):
            break
        beta = beta + step if low < beta + step < high else (low + high) / 2
    return beta
