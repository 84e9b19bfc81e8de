"""Thresholds for temperatures, as the kernel takes them."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import Law
from glauber.hdl.facts.program import Step

from .kernel import KernelShape, arrange, signed_limits
from .noise import thresholds
from .rows import Rows

__all__ = ["Tables", "cut_for_tables"]

# Thresholds that are computed at once; those of one step may be more.
_AT_ONCE = 1 << 20


class Tables:
    """Computes tables, and keeps the last ones: a chain repeats its steps."""

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        self._key: object = None
        self._tables: NDArray[np.int16] = np.empty((0, 2, 0), np.int16)

    def of(self, shape: KernelShape, rows: Rows, temperatures: Sequence[int]) -> NDArray[np.int16]:
        """As `lookup.arrange` gives them, shape (temperatures, 2, entries)."""
        key = shape, rows.unit, rows.largest, temperatures
        if key != self._key:
            size = steps_at_once(rows)
            pieces = [
                self._compute(shape, rows, np.array(temperatures[first : first + size]))
                for first in range(0, len(temperatures), size)
            ]
            self._tables = np.concatenate(pieces)
            self._key = key
        return self._tables

    def _compute(
        self, shape: KernelShape, rows: Rows, temperatures: NDArray[np.int64]
    ) -> NDArray[np.int16]:
        """See `rows` for which field stands where."""
        params = self._params
        law = Law.EXPONENTIAL if shape.metropolis else Law.LOGISTIC
        magnitudes = np.arange(rows.largest + 2) * rows.unit
        limits = thresholds(temperatures, params.table, params.field_limit, magnitudes, law)
        fields = 2 * (np.arange(rows.largest + 1) - rows.centre) + np.arange(2)[:, None]
        # Of the two ends of a table, at most one can be met.
        places = np.minimum(np.abs(fields), rows.largest + 1)
        return arrange(shape, signed_limits(limits[:, places], fields < 0))


def steps_at_once(rows: Rows) -> int:
    """For how many temperatures tables are computed at once."""
    return max(1, _AT_ONCE // (rows.largest + 1))


def cut_for_tables(rows: Rows, steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Steps whose tables are computed at once."""
    size = steps_at_once(rows)
    for first in range(0, len(steps), size):
        yield steps[first : first + size]
