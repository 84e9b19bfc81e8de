"""How a p-bit is updated, and at which temperature; `Register.MODE`.

Heat bath forgets the p-bit's own state: with the field `I` it becomes +1 exactly if `I + N >= 0`,
where `N` is `floor(T * Lambda)`, and the sign of the logistic variate `Lambda` a bit of the random
word. Metropolis turns a state over with probability `min(1, exp(-2 beta m I))`. That is the same
sum with other noise: `N` is `floor(T * X)`, with `X` exponential, if the p-bit is -1, and the
complement of that if it is +1. `X` comes from the exponent and the mantissa of the random word
through the other law of the table; the sign bit means nothing then.

A step without `couple` is always one of heat bath, so that it draws uniformly random states.

Source of the rule: Metropolis et al., J. Chem. Phys. 21, 1087 (1953).
"""

from enum import STRICT, IntFlag

from .measure import Abilities

__all__ = ["Mode", "modes"]


class Mode(IntFlag, boundary=STRICT):
    """Bits of `Register.MODE`, which all steps of a run have in common.

    METROPOLIS : update by the rule of Metropolis, not heat bath; with the ability
    LADDER : every replica has the temperature of its word in `Region.TEMPERATURES`, and those of
        the steps mean nothing; with `Abilities.TEMPERING`
    """

    HEAT_BATH = 0
    METROPOLIS = 1
    LADDER = 2


def modes(abilities: Abilities) -> Mode:
    """The bits that a machine with these abilities takes."""
    mode = Mode.HEAT_BATH
    if Abilities.METROPOLIS in abilities:
        mode |= Mode.METROPOLIS
    if Abilities.TEMPERING in abilities:
        mode |= Mode.LADDER
    return mode
