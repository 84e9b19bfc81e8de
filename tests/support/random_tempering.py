"""Random modes, temperatures and ladders."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.rules import Mode, modes

__all__ = ["Tempering", "random_tempering"]


@dataclass(frozen=True)
class Tempering:
    """How all p-bits are updated; `temperatures` and `ladder` are the words of their regions, and
    none without the ability.
    """

    mode: Mode
    temperatures: np.ndarray
    ladder: np.ndarray
    exchanges: int

    def writes(self) -> Iterator[tuple[int, np.ndarray]]:
        """Addresses, and the words that stand from them on."""
        yield Register.MODE, np.array([self.mode])
        if len(self.temperatures):
            yield Register.EXCHANGES, np.array([self.exchanges], np.uint32)
            yield region_base(Region.TEMPERATURES), self.temperatures
            yield region_base(Region.LADDER), self.ladder


def random_tempering(params: MachineParams, random: np.random.Generator) -> Tempering | None:
    """A mode that the machine takes; None if there is only one.

    Ladders are in order, or any words.
    """
    possible = [mode for mode in range(4) if not mode & ~int(modes(params.abilities))]
    if len(possible) == 1:
        return None
    mode = Mode(int(random.choice(possible)))
    if Abilities.TEMPERING not in params.abilities:
        return Tempering(mode, np.zeros(0, np.uint32), np.zeros(0, np.uint32), 0)
    replicas = params.replicas
    levels = np.exp(random.uniform(0, np.log(TEMPERATURE_FORMAT.largest), replicas)).astype(int)
    levels[random.random(replicas) < 0.1] = 0
    widths = np.exp(random.uniform(0, np.log(2**32 - 1), replicas)).astype(int)
    widths[random.random(replicas) < 0.1] = 0
    places = random.permutation(replicas)
    temperatures = np.empty(replicas, int)
    temperatures[places] = levels
    if random.random() < 0.3:
        temperatures, levels, places = random.integers(0, 2**32, (3, replicas))
    accepted = random.choice([0, 2**32 - 1], replicas)
    ladder = np.concatenate([levels, widths, places, accepted]).astype(np.uint32)
    exchanges = int(random.choice([0, 1, 2**32 - 1]))
    return Tempering(mode, temperatures.astype(np.uint32), ladder, exchanges)
