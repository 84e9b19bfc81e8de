"""Parallel tempering: which replicas exchange their temperatures, and when.

Replicas stand at *rungs*. Rung `p` has a temperature and an *exchange temperature* towards rung
`p + 1`, which is 0 where one ladder ends and the next begins; so several ladders stand side by
side. States never move: an exchange swaps the replicas `a` and `b` that stand at `p` and `p + 1`,
and gives first `a`, then `b` in `Region.TEMPERATURES` the temperature of its new rung.

Exchange number `n`, counted by `Register.EXCHANGES`, visits the rungs `p` of the parity of `n`,
from the lowest up, for which there is a rung `p + 1`. At each of them all generators draw one word,
and that of unit 0 of lane 0 gives an exponential variate `X`, as in `facts.rules`. Unless the
exchange temperature `T_x` is 0, `a` and `b` are swapped exactly if

    score(a) - score(b) <= floor(T_x * X)

With a score of -2E, and `beta = 1/(2T)`, that has the probability

    min(1, exp((beta_p - beta_(p+1)) (E_a - E_b)))   for   T_x = 2 / (beta_p - beta_(p+1))

which leaves the product of the Boltzmann distributions as it is (Hukushima and Nemoto, J. Phys.
Soc. Jpn. 65, 1604, 1996). The lowest temperature of a ladder stands at its lowest rung.
"""

from enum import IntEnum

from .errors import FactError
from .numbers import FixedPoint

__all__ = ["EXCHANGE_FORMAT", "LadderWords", "exchange_temperature", "visited"]

# As many bits behind the point as a temperature, and a bus word.
EXCHANGE_FORMAT = FixedPoint(integer_bits=24, fraction_bits=8)


class LadderWords(IntEnum):
    """The quarters of `Region.LADDER`; each has one word for each rung.

    TEMPERATURES : of the rungs, in `TEMPERATURE_FORMAT`
    EXCHANGE : their exchange temperatures, in `EXCHANGE_FORMAT`; the last one means nothing
    REPLICAS : which replica stands there, modulo their number; a swap writes the numbers themselves
    ACCEPTED : how many exchanges with the next rung were made; modulo 2**32
    """

    TEMPERATURES = 0
    EXCHANGE = 1
    REPLICAS = 2
    ACCEPTED = 3


def exchange_temperature(lower: int, upper: int) -> int:
    """The exchange temperature between two rungs, as a code of `EXCHANGE_FORMAT`.

    lower, upper : their temperatures, as codes of `TEMPERATURE_FORMAT`

    Raises `FactError` if the lower one is not below the upper one, is 0, or is too near.
    """
    if not 0 < lower < upper:
        raise FactError(
            f"a ladder has the temperature code {lower} below {upper}; codes must be above 0 and "
            "rise: spread the temperatures, or scale the couplings up"
        )
    # 2 / (beta - beta') = 4 / (1/T - 1/T'), and both formats have the same fraction.
    code = (8 * lower * upper + upper - lower) // (2 * (upper - lower))
    if code > EXCHANGE_FORMAT.largest:
        raise FactError.out_of_range(
            "an exchange temperature's code",
            code,
            1,
            EXCHANGE_FORMAT.largest,
            f"spread the temperature codes {lower} and {upper}",
        )
    return code


def visited(exchange: int, replicas: int) -> range:
    """The rungs that exchange number `exchange` visits."""
    return range(exchange & 1, replicas - 1, 2)
