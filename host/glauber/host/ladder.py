"""The temperatures of a device's replicas, and the ladder along which they exchange them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.tempering import LadderWords

from .abilities import check_ability
from .bus import WORD_MAX, Words, to_words
from .errors import FactError
from .link import Link

__all__ = ["LadderMemory"]


class LadderMemory:
    """What the exchanges of a device's schedules read and write; see `facts.tempering`.

    All raise `DeviceError`, and `OptionError` for a device without the ability.
    """

    def __init__(self, link: Link, params: MachineParams) -> None:
        self._link = link
        self._params = params

    def need(self) -> None:
        """Raises `OptionError` if the device has no temperatures for each replica."""
        needed = Abilities.SCORES | Abilities.TEMPERING
        check_ability(needed, self._params.abilities, "parallel tempering", self._name)

    def write(self, temperatures: Sequence[int], exchange: Sequence[int]) -> None:
        """Set all rungs: replica `p` stands at rung `p`, and no exchange was made.

        temperatures, exchange : codes, one for each replica; see `facts.tempering.LadderWords`

        Raises `FactError` if there are not as many.
        """
        self.need()
        replicas = self._params.replicas
        for what, words in (("temperatures", temperatures), ("exchange temperatures", exchange)):
            if len(words) != replicas:
                raise FactError(
                    f"{len(words)} {what} were given, {self._name} takes {replicas}; give one for "
                    "each replica"
                )
        quarters = {
            LadderWords.TEMPERATURES: temperatures,
            LadderWords.EXCHANGE: exchange,
            LadderWords.REPLICAS: range(replicas),
            LadderWords.ACCEPTED: [0] * replicas,
        }
        words = np.concatenate([to_words(quarters[quarter]) for quarter in LadderWords])
        self._link.write(region_base(Region.LADDER), words)
        self._link.write(region_base(Region.TEMPERATURES), to_words(temperatures))
        self._link.write(Register.EXCHANGES, [0])

    def replicas(self) -> NDArray[np.int64]:
        """Which replica stands at each rung, shape (replicas,)."""
        return self._quarter(LadderWords.REPLICAS).astype(np.int64) % self._params.replicas

    def accepted(self) -> NDArray[np.int64]:
        """How many exchanges with the next rung were made at each rung, modulo 2**32."""
        return self._quarter(LadderWords.ACCEPTED).astype(np.int64)

    def exchanges(self) -> int:
        """The number of the next exchange, modulo 2**32."""
        self.need()
        return self._link.read_word(Register.EXCHANGES) & WORD_MAX

    def _quarter(self, quarter: LadderWords) -> Words:
        self.need()
        replicas = self._params.replicas
        return self._link.read(region_base(Region.LADDER) + quarter * replicas, replicas)

    @property
    def _name(self) -> str:
        return self._link.transport.name
