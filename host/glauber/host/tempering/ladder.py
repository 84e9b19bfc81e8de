"""Ladders of temperatures, in betas of the problem and in the codes of a machine."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.tempering import exchange_temperature

from ..compile import IsingProblem
from ..errors import OptionError
from ..options import whole_number
from ..schedule import default_beta_range, encode_betas

__all__ = ["Ladder", "count_ladders", "default_ladder_range", "geometric_ladder", "read_betas"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The coldest beta, at most so many times that at which a typical coupling is hardly ever broken.
_COLDEST = 3.0


def default_ladder_range(problem: IsingProblem) -> tuple[float, float]:
    """A hot beta at which the states of a glass or a magnet are forgotten fast, and a cold one.

    Hot: half of one over the typical field, `sqrt(mean of sum J**2)`. A model of infinite range
    orders at one over it, others where they are colder. Cold: that of an anneal, but not colder
    than three times what it would be if all couplings were of typical size.
    """
    squares = problem.field_sums(problem.bias**2, problem.coupling**2)
    values = np.concatenate([problem.bias, problem.coupling])
    values = values[values != 0]
    _, cold = default_beta_range(problem)
    if not len(values):
        return 0.1, 1.0  # every state has the same energy
    typical = float(np.sqrt(np.mean(values**2)))
    hot = 0.5 / float(np.sqrt(np.mean(squares[squares > 0])))
    cold = min(cold, _COLDEST * math.log(100) / (2 * typical))
    return min(hot, cold / 2), cold


def read_betas(betas: Iterable[float]) -> tuple[float, ...]:
    """The betas of the rungs, the coldest first, as they were given or the other way round.

    Raises `OptionError` unless they are two or more, positive, finite, and rise or fall.
    """
    try:
        found = tuple(float(beta) for beta in betas)
    except (TypeError, ValueError):
        found = ()
    if len(found) < 2 or not all(0 < beta < math.inf for beta in found):
        raise OptionError(
            f"betas are {betas!r}; give two or more positive finite numbers, one for each rung"
        )
    falling = found if found[0] > found[-1] else found[::-1]
    for colder, hotter in pairwise(falling):
        if colder <= hotter:
            raise OptionError(
                f"betas have {colder:g} beside {hotter:g}; they must all differ, and rise or fall"
            )
    return falling


def geometric_ladder(low: float, high: float, rungs: int) -> tuple[float, ...]:
    """Betas with equal ratios, the coldest first."""
    return tuple(np.geomspace(high, low, rungs).tolist())


def count_ladders(rungs: int, num_ladders: int | None, replicas: int) -> int:
    """How many ladders stand side by side. Raises `OptionError` if they do not fit."""
    if not 2 <= whole_number("num_rungs", rungs, None) <= replicas:
        raise OptionError(
            f"a ladder has {rungs} rungs; it must have 2 to {replicas}, the replicas of this "
            "device: use fewer, or a device with more replicas, such as "
            f"model:?replicas={1 << max(1, rungs - 1).bit_length()}"
        )
    most = replicas // rungs
    if num_ladders is None:
        return most
    if whole_number("num_ladders", num_ladders) > most:
        raise OptionError(
            f"num_ladders is {num_ladders}; {most} ladders of {rungs} rungs fit the {replicas} "
            "replicas of this device: use fewer ladders or rungs, or a device with more replicas"
        )
    return num_ladders


@dataclass(frozen=True)
class Ladder:
    """`num_ladders` ladders of the same betas, the coldest first, on a machine.

    Replicas that no ladder takes are as hot as can be, and exchange nothing.

    betas : as they were asked for
    scale : LSB of a coupling of 1
    replicas : of the machine

    Raises `OptionError` for betas that are the same to the machine, or beyond its register;
    `FactError` for two so near to each other that no exchange temperature tells them apart.
    """

    betas: tuple[float, ...]
    scale: float
    num_ladders: int
    replicas: int

    def __post_init__(self) -> None:
        for index, (colder, hotter) in enumerate(pairwise(self.codes)):
            if colder >= hotter:
                first, second = self.betas[index : index + 2]
                raise OptionError(
                    f"betas {first:g} and {second:g} are the same temperature to this device, of "
                    f"code {colder}; set the rungs further apart, or take fewer"
                )
        self.exchange  # noqa: B018  # raises for what has no exchange temperature

    @property
    def num_rungs(self) -> int:
        return len(self.betas)

    @property
    def codes(self) -> list[int]:
        """Of the temperatures of the rungs, in `TEMPERATURE_FORMAT`."""
        return encode_betas(np.array(self.betas), self.scale)[0]

    @property
    def beta_error(self) -> float:
        """The largest relative error of a beta, from rounding to the temperature register."""
        return encode_betas(np.array(self.betas), self.scale)[1]

    @property
    def realised(self) -> Floats:
        """The betas that the rungs really have."""
        return self.scale * (1 << TEMPERATURE_FORMAT.fraction_bits) / (2 * np.array(self.codes))

    @property
    def exchange(self) -> list[int]:
        """The codes of the exchange temperatures between neighbouring rungs."""
        return [exchange_temperature(colder, hotter) for colder, hotter in pairwise(self.codes)]

    @property
    def rungs(self) -> Ints:
        """Where the rungs of each ladder stand among those of the machine, (ladders, rungs)."""
        size = self.num_ladders * self.num_rungs
        return np.arange(size).reshape(self.num_ladders, self.num_rungs)

    def words(self) -> tuple[Sequence[int], Sequence[int]]:
        """The temperatures and the exchange temperatures of all rungs of the machine."""
        idle = self.replicas - self.num_ladders * self.num_rungs
        temperatures = self.codes * self.num_ladders + [TEMPERATURE_FORMAT.largest] * idle
        exchange = [*self.exchange, 0] * self.num_ladders + [0] * idle
        return temperatures, exchange

    def attempts(self, exchanges: int) -> Ints:
        """How often each pair was visited by that many exchanges, (ladders, rungs - 1)."""
        odd = self.rungs[:, :-1] & 1
        return (exchanges + 1 - odd) // 2
