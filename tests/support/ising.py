"""The 2D Ising model on a torus: its exact energy, and the coupling that a machine really has.

`E = -J sum m_i m_j` over the bonds of an L x M torus; `K = beta J`. Energies are per spin and in
units of J, so that all bonds satisfied is -2. Along a direction of length 2 the two bonds of a pair
of spins both count.

A p-bit of this model has a field of 0, +-2J or +-4J, so what the machine does is given exactly by
two numbers, the probabilities that a word leads to +1 at 2J and at 4J. Where both belong to one K,
the machine is an exact heat bath at that K, and its table of logistic noise has no error left.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.noise import EXPONENT_MAX, MANTISSA_BITS, WORD_BITS, NoiseTable
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT

__all__ = [
    "CRITICAL",
    "Coupling",
    "bonds",
    "exact_energy",
    "find_coupling",
    "up_probabilities",
]

CRITICAL = math.log(1 + math.sqrt(2)) / 2
# Of the exact energy's numerical derivative; its error is of the order of the square.
_STEP = 1e-4
_POINT = LOGIT_FORMAT.fraction_bits + TEMPERATURE_FORMAT.fraction_bits


def bonds(length: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The two spins of every bond, spin `y * length + x` at (x, y); shape (2 length width,)."""
    spin = np.arange(length * width)
    x, y = spin % length, spin // length
    right = y * length + (x + 1) % length
    below = (y + 1) % width * length + x
    return np.concatenate([spin, spin]), np.concatenate([right, below])


def exact_energy(length: int, width: int, coupling: float) -> float:
    """The mean energy per spin at `K = coupling > 0`, by Kaufman's partition function.

    `Z = (2 sinh 2K)**(N/2) / 2 * (A + B + C + D)` with N = length * width and, over the `length`
    odd and even l below 2 length,

        A, B = prod 2 cosh, 2 sinh (width gamma_l / 2) for odd l, C, D the same for even l;
        cosh gamma_l = cosh 2K coth 2K - cos(pi l / length), gamma_0 = 2K + log tanh K,

    and the energy is `-1/N d log Z / dK`, differentiated by hand. D changes its sign at the
    critical point. Source: Kaufman, "Crystal statistics II", Physical Review 76 (1949).
    """
    slope = 2 * math.cosh(2 * coupling) * (1 - 1 / math.sinh(2 * coupling) ** 2)
    level = math.cosh(2 * coupling) / math.tanh(2 * coupling)

    def factors(numbers: range) -> list[tuple[float, float]]:
        """`width gamma_l / 2` and its derivative, for l > 0."""
        gammas = [math.acosh(level - math.cos(math.pi * number / length)) for number in numbers]
        return [(width * gamma / 2, width * slope / math.sinh(gamma) / 2) for gamma in gammas]

    odd, even = factors(range(1, 2 * length, 2)), factors(range(2, 2 * length, 2))
    zero = width * (2 * coupling + math.log(math.tanh(coupling))) / 2
    zero_slope = width * (1 + 1 / math.sinh(2 * coupling))
    # Each product as its logarithm and the derivative of that; gamma_0 apart, for it may be zero.
    cosh_odd, cosh_even = _log_product(odd, +1), _log_product(even, +1)
    sinh_odd, sinh_even = _log_product(odd, -1), _log_product(even, -1)
    largest = cosh_odd[0]
    total = derivative = 0.0
    for (logarithm, rate), factor, factor_slope in (
        (cosh_odd, 1.0, 0.0),
        (sinh_odd, 1.0, 0.0),
        (cosh_even, 2 * math.cosh(zero), 2 * math.sinh(zero) * zero_slope),
        (sinh_even, 2 * math.sinh(zero), 2 * math.cosh(zero) * zero_slope),
    ):
        weight = math.exp(logarithm - largest)
        total += weight * factor
        derivative += weight * (factor_slope + factor * rate)
    return -1 / math.tanh(2 * coupling) - derivative / total / (length * width)


def _log_product(factors: list[tuple[float, float]], sign: int) -> tuple[float, float]:
    """Logarithm, and its derivative, of the product of `2 cosh x` (sign +1) or `2 sinh x` (-1)."""
    logarithm = sum(x + math.log1p(sign * math.exp(-2 * x)) for x, _ in factors)
    return logarithm, sum(slope * math.tanh(x) ** sign for x, slope in factors)


@cache
def _magnitudes(table: NoiseTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The table's magnitudes in rising order, and of `2**31` words how many reach each or more.

    The second has one entry more, for a field that no word outvotes.
    """
    coarse, offsets = table.coarse(), table.offsets()
    magnitudes, words = [], []
    for exponent in range(EXPONENT_MAX + 1):
        # After the sign and `e` ones there is a zero, except behind the longest row of ones.
        given = 1 + min(exponent + 1, EXPONENT_MAX) + MANTISSA_BITS
        for mantissa in range(1 << MANTISSA_BITS):
            logit = coarse[table.coarse_index(exponent, mantissa)]
            magnitudes.append(logit + offsets[table.offset_index(exponent, mantissa)])
            words.append(1 << (WORD_BITS - given))
    reaching = np.cumsum(words[::-1])[::-1]
    return np.array(magnitudes), np.append(reaching, 0)


def outvoting_words(
    fields: NDArray[np.int64] | int, temperatures: NDArray[np.int64] | int, table: NoiseTable
) -> NDArray[np.int64]:
    """Of all `2**32` words, how many lead to the sign that a field of this size > 0 opposes.

    `floor(T * Lambda)` is `m` or `-m - 1` with `m = floor(T * logit)`, so a field I > 0 loses to
    the words of the minus sign with `m >= I`, and -I to as many of the other sign.
    """
    magnitudes, reaching = _magnitudes(table)
    needed = -(-(np.asarray(fields) << _POINT) // temperatures)
    return reaching[np.searchsorted(magnitudes, needed)]


def up_probabilities(
    fields: NDArray[np.int64], temperature: int, table: NoiseTable
) -> NDArray[np.float64]:
    """The exact probability of +1 in these fields, over all words; 0 follows a word's sign."""
    against = outvoting_words(np.maximum(np.abs(fields), 1), temperature, table) / 2**WORD_BITS
    return np.select([fields > 0, fields < 0], [1 - against, against], 0.5)


def field_logits(
    field: int, temperatures: NDArray[np.int64], table: NoiseTable
) -> NDArray[np.float64]:
    """The exact log odds of +1 in a field > 0: `2 beta I`, were the table without error."""
    against = outvoting_words(field, temperatures, table)
    return np.log(((1 << WORD_BITS) - against) / against)


@dataclass(frozen=True)
class Coupling:
    """An integer coupling J, a temperature code, and the K that the machine has with them.

    at_two, at_four
        K from the flip probabilities at the fields 2J and 4J.
    """

    coupling: int
    temperature: int
    at_two: float
    at_four: float

    @classmethod
    def of(cls, coupling: int, temperature: int, table: NoiseTable | None = None) -> "Coupling":
        """What a machine with this noise table, by default the usual one, makes of J and T."""
        codes, table = np.array([temperature]), table or NoiseTable()
        at_two = float(field_logits(2 * coupling, codes, table)[0]) / 4
        return cls(
            coupling, temperature, at_two, float(field_logits(4 * coupling, codes, table)[0]) / 8
        )

    @property
    def effective(self) -> float:
        """The K at which an exact heat bath has the machine's energy.

        By enumeration of the 4 x 4 torus, the energy depends on the K at 2J by 0.28 to 0.44 of what
        it depends on both, for K from 0.3 to 0.5; so a third is off by less than 1/8 of the gap.
        """
        return (self.at_two + 2 * self.at_four) / 3

    @property
    def gap(self) -> float:
        """By how much the two disagree, as a part of K."""
        return abs(self.at_two - self.at_four) / self.effective

    def energy(self, length: int, width: int) -> float:
        """The exact mean energy per spin."""
        return exact_energy(length, width, self.effective)

    def energy_error(self, length: int, width: int) -> float:
        """How far `energy` may be off because the two disagree: the response to 1/8 of the gap."""
        step = _STEP * self.effective
        high, low = (exact_energy(length, width, self.effective + by) for by in (step, -step))
        return abs(high - low) / (2 * step) * self.gap * self.effective / 8


@cache
def find_coupling(wanted: float, tolerance: float = 5e-3, largest: int = 127) -> Coupling:
    """The J and T whose two flip probabilities agree best on a K within `tolerance` of `wanted`.

    Only the ratio of J and T matters, and both probabilities are stairs of it with some hundred
    steps per percent of K; J and T reach the steps, they do not make them finer.
    """
    table, best = NoiseTable(), None
    for coupling in range(largest // 2 + 1, largest + 1):
        # beta J = K and T = 1 / (2 beta).
        middle = TEMPERATURE_FORMAT.encode(coupling / (2 * wanted))
        reach = round(middle * tolerance)
        codes = np.arange(middle - reach, middle + reach + 1)
        at_two = field_logits(2 * coupling, codes, table) / 4
        at_four = field_logits(4 * coupling, codes, table) / 8
        off = np.abs(at_two / wanted - 1) + np.abs(at_four / wanted - 1)
        gap = np.where(off < 2 * tolerance, np.abs(at_two - at_four), np.inf)
        found = int(np.argmin(gap))
        candidate = Coupling.of(coupling, int(codes[found]))
        if best is None or candidate.gap < best.gap:
            best = candidate
    assert best is not None
    return best
