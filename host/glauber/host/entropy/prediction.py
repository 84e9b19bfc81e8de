"""The estimate from what predicts a bit by an earlier one."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .shares import bits_of, upper_bound

__all__ = ["lag_prediction"]

_LAGS = 128
_CHUNK = 4096  # bits of all lags at a time, which a second-level cache holds
_STEPS = 64  # of a bisection, and of the fixed point within: more than a double resolves

Symbols = NDArray[np.uint8]


def lag_prediction(symbols: Symbols, lags: int = _LAGS, values: int = 2) -> float:
    """Lag prediction, section 6.3.8: echoes, as of a ring that beats against the sampling clock.

    Every symbol is predicted to be the one that came d symbols before, with the d from 1 to `lags`
    that would have been right most often so far. -log2 of the greatest of the share of right
    predictions (99 % bound), of what explains the longest run of right ones, and of 1/values.
    """
    right = _lag_hits(symbols, lags)[1:]  # nothing comes before the first
    count, size = np.count_nonzero(right), len(right)
    overall = upper_bound(count / size, size) if count else 1 - 0.01 ** (1 / size)
    guess = max(overall, 1 / values)
    wrong = np.flatnonzero(np.concatenate([[True], ~right, [True]]))
    run = int(np.diff(wrong).max())  # one more than the longest run of right ones
    return bits_of(_probability_of_run(run, size, guess))


def _lag_hits(symbols: Symbols, lags: int) -> NDArray[np.bool_]:
    """Which symbols the best lag so far predicts, shape (n,).

    The best lag is the one with the most hits. Of several, a hit with the last symbol goes first
    and then the longer lag; without such a hit the best lag stays, as the standard's order of
    updates has it. Hits, the last hit and lag make one number, whose greatest is looked for.
    """
    shift = (lags - 1).bit_length()
    rows = np.arange(lags)[:, None]
    # Before the first symbol stands what no symbol is equal to.
    padded = np.concatenate([np.full(lags, -1, np.int16), symbols.astype(np.int16)])
    scores = np.zeros((lags, 1), np.int64)
    winner = 0  # a row, which is a lag less one
    right = np.zeros(len(symbols), bool)
    for start in range(0, len(symbols), _CHUNK):
        now = padded[lags + start : lags + start + _CHUNK]
        past = sliding_window_view(padded[start : start + lags + len(now) - 1], len(now))[::-1]
        hits = past == now
        keys = np.cumsum(hits, axis=1, dtype=np.int64)
        keys += scores
        scores = keys[:, -1:].copy()
        keys <<= 1
        keys |= hits
        keys <<= shift
        keys |= rows
        best = keys.max(axis=0)
        at = np.where(best >> shift & 1, np.arange(1, len(now) + 1), 0)
        winners = np.concatenate([[winner], best & ((1 << shift) - 1)])
        winners = winners[np.maximum.accumulate(np.concatenate([[0], at]))]
        right[start : start + len(now)] = hits[winners[:-1], np.arange(len(now))]
        winner = int(winners[-1])
    return right


def _probability_of_run(run: int, size: int, low: float) -> float:
    """The probability, `low` or more, with which `size` predictions hold no run of `run` right ones
    with a probability of 0.99.

    Source: section 6.3.8, step 7, after Feller, An Introduction to Probability Theory, volume 1,
    XIII.7: `0.99 = (1 - p x) / ((run + 1 - run x) q x**(size + 1))`, q = 1 - p, where x is the
    smallest root above 1 of `x = 1 + q p**run x**(run + 1)`.
    """
    high = 1.0
    if low >= high or _log_no_run(low, run, size) <= math.log(0.99):
        return low
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _log_no_run(middle, run, size) > math.log(0.99):
            low = middle
        else:
            high = middle
    return high


def _log_no_run(p: float, run: int, size: int) -> float:
    """The natural logarithm of the probability that no `run` of `size` predictions are right."""
    q, x = 1 - p, 1.0
    for _ in range(_STEPS):
        x = 1 + q * x * math.exp(run * math.log(p * x))
    above, below = 1 - p * x, (run + 1 - run * x) * q
    if above <= 0 or below <= 0:  # a run is certain; x is the other root, 1/p
        return -math.inf
    return math.log(above / below) - (size + 1) * math.log(x)
