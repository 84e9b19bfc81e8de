"""All estimates of a row of raw bits, and the least of them."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import OptionError
from .patterns import t_tuple
from .prediction import lag_prediction
from .shares import collision, markov, most_common_value

__all__ = ["LABELS", "MIN_BITS", "Estimates", "estimate"]

MIN_BITS = 1024  # as many as the start-up test of a source takes

# What the keys of `Estimates.as_dict` are called for a reader.
LABELS = {
    "most_common_value": "most common value",
    "collision": "collision",
    "markov": "Markov",
    "t_tuple": "t-tuple",
    "lag_prediction": "lag prediction",
    "minimum": "minimum",
}


@dataclass(frozen=True)
class Estimates:
    """Min-entropy in bits per raw bit, by five estimators of SP 800-90B; see the functions."""

    most_common_value: float
    collision: float
    markov: float
    t_tuple: float
    lag_prediction: float

    @property
    def minimum(self) -> float:
        """What the bits are credited with."""
        return min(vars(self).values())

    def as_dict(self) -> dict[str, Any]:
        """The figures and their minimum, ready for JSON."""
        return asdict(self) | {"minimum": self.minimum}


def estimate(bits: ArrayLike) -> Estimates:
    """All estimates of a row of bits in the order they were sampled, shape (n,), each 0 or 1.

    Takes about a second for a million bits. Raises `OptionError` for fewer than `MIN_BITS`, for
    another shape and for other values.
    """
    raw = np.asarray(bits)
    if raw.ndim != 1 or len(raw) < MIN_BITS:
        raise OptionError(
            f"the raw bits have the shape {raw.shape}; give one row of {MIN_BITS} bits or more"
        )
    if not np.isin(raw, (0, 1)).all():
        raise OptionError("the raw bits hold other values than 0 and 1; give one bit per entry")
    row = raw.astype(np.uint8)
    return Estimates(
        most_common_value(row), collision(row), markov(row), t_tuple(row), lag_prediction(row)
    )
