"""Where reads start: at random, in states that a user gives, or with variables clamped."""

from dataclasses import dataclass
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from .compile import IsingProblem
from .errors import OptionError

__all__ = ["GENERATORS", "Starts", "expand_states", "read_states"]

GENERATORS = ("none", "tile", "random")

Spins = NDArray[np.int8]


@dataclass(frozen=True)
class Starts:
    """Where reads start; +-1, or 0 for what the machine draws at random.

    initial : int8, shape (given, n)
        The first reads start there, the others at random.
    clamped : int8, shape (reads, n), or (1, n) for all reads alike
        0 for variables that are free. What is clamped may be left out of `initial`, as 0.
    variables : their labels

    Raises `OptionError` if the two contradict each other.
    """

    initial: Spins
    clamped: Spins
    variables: tuple

    def __post_init__(self) -> None:
        clamped = self._clamped(0, len(self.initial))
        wrong = (self.initial != 0) & (clamped != 0) & (self.initial != clamped)
        if wrong.any():
            variable = self.variables[int(wrong.any(axis=0).argmax())]
            raise OptionError(
                f"initial_states and clamped give variable {variable!r} different values; leave it "
                "out of one of them"
            )

    @property
    def held(self) -> NDArray[np.bool_]:
        """Which variables are clamped, shape (n,)."""
        return (self.clamped != 0).any(axis=0)

    def of(self, first: int, reads: int) -> Spins:
        """The start of `reads` reads from number `first` on, shape (reads, n)."""
        states = np.zeros((reads, len(self.variables)), np.int8)
        given = self.initial[first : first + reads]
        states[: len(given)] = given
        clamped = self._clamped(first, reads)
        return np.where(clamped != 0, clamped, states)

    def _clamped(self, first: int, reads: int) -> Spins:
        return self.clamped if len(self.clamped) == 1 else self.clamped[first : first + reads]


def expand_states(given: Spins, generator: str, reads: int) -> Spins:
    """At most one state for a read, by `initial_states_generator`. Raises `OptionError`."""
    if generator not in GENERATORS:
        raise OptionError(
            f"initial_states_generator is {generator!r}; use one of {', '.join(GENERATORS)}"
        )
    if generator == "none" and len(given) < reads:
        raise OptionError(
            f"initial_states_generator is 'none', but there are {len(given)} initial_states for "
            f"{reads} reads; give more, or use 'tile' or 'random'"
        )
    if generator == "tile":
        if not len(given):
            raise OptionError(
                "initial_states_generator is 'tile', but there are no initial_states to repeat; "
                "give some, or use 'random'"
            )
        return given[np.arange(reads) % len(given)]
    return given[:reads]


def read_states(states: Any, held: NDArray[np.bool_], problem: IsingProblem) -> Spins:
    """Initial states as +-1, shape (given, n); 0 for what is held and not given.

    states : None, or samples as `dimod.as_samples` takes them, of either vartype
    held : bool, shape (n,)

    Raises `OptionError`.
    """
    if states is None:
        return np.zeros((0, problem.size), np.int8)
    try:
        array, labels = dimod.as_samples(states)
    except (TypeError, ValueError) as error:
        raise OptionError(
            f"initial_states are no samples ({error}); give what dimod.as_samples takes"
        ) from error
    # The kinds share the value 1, which means the same in both.
    if not (np.isin(array, (-1, 1)).all() or np.isin(array, (0, 1)).all()):
        raise OptionError("initial_states must be -1 and 1, or 0 and 1; they have other values")
    if len(set(labels)) < len(labels):
        raise OptionError(f"initial_states name a variable twice: {list(labels)}; name each once")
    index = {variable: number for number, variable in enumerate(problem.variables)}
    spins = np.zeros((len(array), problem.size), np.int8)
    missing = ~held
    for column, label in enumerate(labels):
        if label not in index:
            raise OptionError(f"initial_states have {label!r}, which is no variable of the problem")
        missing[index[label]] = False
        spins[:, index[label]] = np.where(array[:, column] > 0, 1, -1)
    if missing.any():
        raise OptionError(
            f"initial_states have no value of variable {problem.variables[missing.argmax()]!r}; "
            "give one of each variable that is not clamped"
        )
    return spins
