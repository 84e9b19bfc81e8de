"""What a machine can do by itself beside sweeps, and what it measures.

An operation of a schedule is carried out while the machine is at rest between two sweeps. A
*measuring walk* goes over the first `Register.MEASURED_ROWS` rows slot by slot, like a sweep, but
draws no random word and writes no state. With a coupling word from p-bit `i` of the row to p-bit
`j`, of the coupling `J`,

    scores     the score of each replica grows by `J m_i m_j`
    moments    the count at the word's place in `Region.MOMENTS` grows by the number of replicas
               with `m_i = m_j`

whatever `J` is. If the walk meets every coupling from both its ends, which takes rows of the p-bits
that are held or constant behind those of a sweep, then a score is -2E, and exact.

A score is added up in the accumulators of a lane's cells, which start from 0 and are *weighed*
after every `Register.WEIGH_ROWS` rows, or at the end of the walk: the cells tell the bits of their
totals from the top down, by their signs, while the weights of those bits are taken off; the bits of
all lanes are counted and added to the score. The host sees to it that no total of a lane leaves the
range of a field between two weighings, and no count that of 32 bits.

With `MeasureFlags.BEST`, a replica whose score is above its best one has a new best score, notes
how many sweeps the run had done, and with `Abilities.BEST` keeps its states in `Region.BEST`. With
`MeasureFlags.TARGET`, the run ends if the score of any replica is at least `Register.TARGET`. With
`MeasureFlags.EXCHANGE`, neighbouring replicas of a ladder may exchange their temperatures: see
`facts.tempering`. It comes last, and whether or not the run ends.
"""

from enum import STRICT, IntFlag

from .errors import FactError

__all__ = ["Abilities", "MeasureFlags"]


class Abilities(IntFlag, boundary=STRICT):
    """What a machine can do beside sweeps and emissions; `Header.ABILITIES`.

    LOOPS : repeat parts of a schedule
    SCORES : measure the scores of all replicas, and end a run at a target
    BEST : keep the best states; needs SCORES
    MOMENTS : count how often p-bits agree
    METROPOLIS : update by the rule of Metropolis too, see `facts.rules`
    TEMPERING : a temperature for each replica, and exchanges of them; needs SCORES

    A machine with none of them has no operations: it takes every word of a schedule for a step.
    """

    NONE = 0
    LOOPS = 1
    SCORES = 2
    BEST = 4
    MOMENTS = 8
    METROPOLIS = 16
    TEMPERING = 32
    ALL = 63

    @classmethod
    def of_names(cls, text: str) -> "Abilities":
        """What a text lists: `all`, `none`, or names in lower case with commas between them.

        Raises `FactError` with the names there are.
        """
        names = {str(ability.name).lower(): ability for ability in cls}
        given = cls.NONE
        for name in () if text == "none" else names if text == "all" else text.split(","):
            if name not in names:
                raise FactError(
                    f"abilities are {text!r}; give all, none, or some of {', '.join(names)} with "
                    "commas between them"
                )
            given |= names[name]
        return given

    @property
    def text(self) -> str:
        """The text for `of_names`."""
        return ",".join(str(ability.name).lower() for ability in self) or "none"


class MeasureFlags(IntFlag):
    """What a measuring operation does. What the machine lacks the ability for means nothing.

    SCORES : measure the scores
    BEST : compare them with the best ones; with SCORES
    MOMENTS : add to the counts
    TARGET : end the run at the target; with SCORES
    FRESH : what was best, and what was counted, before this operation counts for nothing; with BEST
        and MOMENTS
    EXCHANGE : exchange temperatures by the scores; with SCORES
    """

    NONE = 0
    SCORES = 1
    BEST = 2
    MOMENTS = 4
    TARGET = 8
    FRESH = 16
    EXCHANGE = 32
