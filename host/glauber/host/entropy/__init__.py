"""How many bits of min-entropy a raw bit of a noise source seems to hold.

These are five of the estimators for sources that are not independent in section 6.3 of NIST
SP 800-90B (January 2018): bias (6.3.1), how soon a value comes again (6.3.2), dependence on the
bit before (6.3.3), frequent patterns (6.3.5) and echoes up to 128 bits old (6.3.8). They are the
ones that see what goes wrong with a sampled ring oscillator: an uneven duty, sampling faster than
jitter builds up, and rings that lock to the clock or to each other. The source is credited with
the smallest figure.

They cannot certify a ring oscillator. They see the bits alone, and the sum of many rings that have
no jitter at all, which is deterministic and holds no entropy, looks so irregular that it is
credited with most of a bit. What a source may claim follows from a model of the jitter, with the
jitter measured; an estimate below the claim speaks against it, and one above it proves nothing.

Even fair bits are credited with less than one, since every figure is lowered by the uncertainty
of what was counted: the least is about 0.83 for 65,536 fair bits, and 0.91 for a million.
"""

from .estimates import LABELS, MIN_BITS, Estimates, estimate
from .patterns import t_tuple
from .prediction import lag_prediction
from .shares import collision, markov, most_common_value

__all__ = [
    "LABELS",
    "MIN_BITS",
    "Estimates",
    "collision",
    "estimate",
    "lag_prediction",
    "markov",
    "most_common_value",
    "t_tuple",
]
