"""Temperatures of replicas and their exchanges in plain integers; see `plain_model`."""

from collections.abc import Callable, Sequence

from glauber.hdl.facts.machine import EXCHANGE_CLOCKS, PAIR_CLOCKS, MachineParams

__all__ = ["PlainTemper"]


class PlainTemper:
    """`temperatures` of the replicas; of each rung the temperature (`rungs`), exchange temperature
    (`widths`), replica that stands there (`places`) and how many exchanges it made (`accepted`).
    """

    def __init__(self, params: MachineParams) -> None:
        self.replicas = params.replicas
        self.temperatures = [0] * params.replicas
        self.rungs = [0] * params.replicas
        self.widths = [0] * params.replicas
        self.places = [0] * params.replicas
        self.accepted = [0] * params.replicas
        self.exchanges = 0

    @property
    def ladder(self) -> list[int]:
        """The words of `Region.LADDER`."""
        return [*self.rungs, *self.widths, *self.places, *self.accepted]

    @ladder.setter
    def ladder(self, words: Sequence[int]) -> None:
        quarters = [list(words[n * self.replicas :][: self.replicas]) for n in range(4)]
        self.rungs, self.widths, self.places, self.accepted = quarters

    def exchange(self, scores: Sequence[int], draw: Callable[[], int]) -> int:
        """The clocks of an exchange; `draw` gives an exponential variate, with 11 bits behind the
        point.
        """
        clocks = EXCHANGE_CLOCKS
        for rung in range(self.exchanges % 2, self.replicas - 1, 2):
            clocks += PAIR_CLOCKS
            noise = self.widths[rung] * draw() // 2**19
            lower, upper = (self.places[at] % self.replicas for at in (rung, rung + 1))
            if self.widths[rung] == 0 or scores[lower] - scores[upper] > noise:
                continue
            self.places[rung], self.places[rung + 1] = upper, lower
            self.accepted[rung] = (self.accepted[rung] + 1) % 2**32
            self.temperatures[lower] = self.rungs[rung + 1] % 2**18
            self.temperatures[upper] = self.rungs[rung] % 2**18
        self.exchanges = (self.exchanges + 1) % 2**32
        return clocks
