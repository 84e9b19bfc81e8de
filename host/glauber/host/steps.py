"""Schedules as words, taken together."""

from collections.abc import Sequence

import numpy as np

from glauber.hdl.facts.program import SWEEPS_MAX, SWEEPS_SHIFT

from .bus import Words

__all__ = ["count_sweeps"]


def count_sweeps(steps: Sequence[int] | Words) -> int:
    """The sweeps of a schedule of encoded steps."""
    fields = np.asarray(steps, np.uint32) >> SWEEPS_SHIFT
    return int(np.where(fields, fields, SWEEPS_MAX).sum(dtype=np.int64))
