"""What a device measured by itself: scores, best states, and the counts of moments."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.regions import Region, region_base, region_words
from glauber.hdl.facts.registers import Register

from .abilities import check_ability
from .bus import Words
from .errors import FactError
from .link import Link
from .states import StateMemory, States

__all__ = ["Measurements", "Scores"]

# Words that are not needed, and yet cost less to read than another request.
_GAP = 4


class Scores(NamedTuple):
    """The scores of all replicas, each of shape (replicas,).

    newest, best : int64; -2E of the quantised problem
    sweeps : int64; the sweeps of the run after which the best was measured
    """

    newest: NDArray[np.int64]
    best: NDArray[np.int64]
    sweeps: NDArray[np.int64]


class Measurements:
    """What the measuring operations of a device's schedules go over, and what they found.

    All raise `DeviceError`, and `OptionError` for what the device has not the ability to.
    """

    def __init__(self, link: Link, params: MachineParams, states: StateMemory) -> None:
        self._link = link
        self._params = params
        self._states = states

    def need(self, abilities: Abilities, what: str) -> None:
        """Raises `OptionError` if the device lacks one of these abilities, which `what` takes."""
        check_ability(abilities, self._params.abilities, what, self._link.transport.name)

    def go_over(self, rows: int, weigh_rows: int) -> None:
        """Set the rows that a measuring walk goes over, and those from weighing to weighing."""
        self.need(Abilities.SCORES if weigh_rows else Abilities.NONE, "weighing")
        if not self._params.abilities & (Abilities.SCORES | Abilities.MOMENTS):
            self.need(Abilities.SCORES | Abilities.MOMENTS, "measuring")
        for what, value in (("measured rows", rows), ("rows of a weighing", weigh_rows)):
            if not 0 <= value <= self._params.rows:
                raise FactError.out_of_range(
                    f"the number of {what}", value, 0, self._params.rows, "use rows that exist"
                )
        self._link.write(Register.MEASURED_ROWS, [rows, weigh_rows])

    def set_target(self, score: int) -> None:
        """Set the score at which a run ends. Raises `FactError` for one that has not 32 bits."""
        self.need(Abilities.SCORES, "a target")
        low, high = -(1 << 31), (1 << 31) - 1
        if not low <= score <= high:
            raise FactError.out_of_range("a target's score", score, low, high, "choose another")
        self._link.write(Register.TARGET, [score & 0xFFFFFFFF])

    def scores(self) -> Scores:
        """The newest and the best scores, and when those were measured."""
        self.need(Abilities.SCORES, "reading scores")
        replicas = self._params.replicas
        words = self._link.read(region_base(Region.SCORES), 3 * replicas)
        tables = words.reshape(3, replicas)
        signed = tables[:2].view(np.int32).astype(np.int64)
        return Scores(signed[0], signed[1], tables[2].astype(np.int64))

    def best_states(self, pbits: int | None = None) -> States:
        """The best states of the first p-bits, all by default; shape (pbits, replicas)."""
        self.need(Abilities.BEST, "reading best states")
        return self._states.read(pbits, Region.BEST)

    def walks(self) -> int:
        """How many walks were counted since the counts began anew."""
        self.need(Abilities.MOMENTS, "counting moments")
        return self._link.read_word(Register.MOMENT_WALKS)

    def moments(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The counts of the coupling words at these places of the program, in their order.

        Places that stand close together are read at once. Raises `FactError` for others than the
        device has.
        """
        self.need(Abilities.MOMENTS, "reading moments")
        wanted = np.unique(places)
        if not len(wanted):
            return np.empty(0, np.int64)
        last = region_words(Region.MOMENTS, self._params) - 1
        for place in (int(wanted[0]), int(wanted[-1])):
            if not 0 <= place <= last:
                raise FactError.out_of_range(
                    "a coupling word's place", place, 0, last, "take places of the program"
                )
        ends = np.flatnonzero(np.diff(wanted) > _GAP) + 1
        counts = np.empty(len(wanted), np.int64)
        for part in np.split(np.arange(len(wanted)), ends):
            first, count = int(wanted[part[0]]), int(wanted[part[-1]] - wanted[part[0]]) + 1
            words: Words = self._link.read(region_base(Region.MOMENTS) + first, count)
            counts[part] = words[wanted[part] - first]
        return counts[np.searchsorted(wanted, places)]
