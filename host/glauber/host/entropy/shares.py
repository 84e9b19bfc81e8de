"""Estimates from the shares of values, pairs and collisions."""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["bits_of", "collision", "markov", "most_common_value", "upper_bound"]

_Z = 2.5758293035489  # standard deviations on either side that hold 99 % of a normal law
_MARKOV_BITS = 128


def bits_of(probability: float) -> float:
    """The min-entropy in bits of what is guessed with this probability."""
    return max(0.0, -math.log2(probability))  # not -0.0


def upper_bound(share: float, size: int) -> float:
    """The upper end of the 99 % confidence interval of a share seen in `size` trials."""
    return min(1.0, share + _Z * math.sqrt(share * (1 - share) / (size - 1)))


def most_common_value(symbols: NDArray[np.uint8]) -> float:
    """Most common value, section 6.3.1: bias.

    With p the share of the commonest value of n, -log2 of `p + z sqrt(p (1 - p) / (n - 1))`, where
    z = 2.576 makes it the upper end of the 99 % confidence interval of the share.
    """
    return bits_of(upper_bound(np.bincount(symbols).max() / len(symbols), len(symbols)))


def collision(bits: NDArray[np.uint8]) -> float:
    """Collision, section 6.3.2: how soon a value is seen again.

    The row is cut into pieces that end with the first bit equal to an earlier one of its piece: two
    bits, or else three. With the lower end x of the 99 % confidence interval of their mean length,
    -log2 of the p that solves `x = 2 + 2 p (1 - p)`, to which the equation of the standard reduces
    for bits. Near p = 1/2 a small error of x is a large one of p: it underrates fair bits most.
    """
    data = bits.tobytes()
    at = pairs = pieces = 0
    # Where a piece starts depends on all before it; for this a loop is as fast as NumPy.
    while at < len(data) - 1:
        short = data[at] == data[at + 1]
        if not short and at + 3 > len(data):
            break
        at += 2 if short else 3
        pairs += short
        pieces += 1
    share = pairs / pieces
    spread = math.sqrt(share * (1 - share) * pieces / (pieces - 1))
    length = 3 - share - _Z * spread / math.sqrt(pieces)
    return bits_of(0.5 + math.sqrt(max(0.0, 1.25 - max(length, 2) / 2)))


def markov(bits: NDArray[np.uint8]) -> float:
    """Markov, section 6.3.3: dependence on the bit before.

    -log2 of the probability of the likeliest sequence of 128 bits, over 128, in the chain whose
    transition probabilities are the observed shares. That is one of 00.., 01010.., 0111..,
    1000.., 1010.. and 11..; the least figure is 1/128, for a pattern that is certain after its
    first bit.
    """
    counts = np.bincount(2 * bits[:-1] + bits[1:], minlength=4).reshape(2, 2)
    with np.errstate(divide="ignore"):  # -log2 0 is infinite, and so never the least
        step = -np.log2(counts / np.maximum(1, counts.sum(axis=1, keepdims=True)))
        first = -np.log2(np.bincount(bits, minlength=2) / len(bits))
    steps = _MARKOV_BITS - 1
    costs = [
        first[start] + cost
        for start in (0, 1)
        for other in (1 - start,)
        for cost in (
            steps * step[start, start],
            step[start, other] + (steps - 1) * step[other, other],
            (steps + 1) // 2 * step[start, other] + steps // 2 * step[other, start],
        )
    ]
    return min(1.0, abs(float(min(costs))) / _MARKOV_BITS)  # not -0.0
