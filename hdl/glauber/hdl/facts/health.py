"""Health of the noise: what is claimed of the ring oscillators, and when a test gives the alarm.

The rings' samples are XORed to one raw bit per sample. Two tests of NIST SP 800-90B watch them:
repetition count (section 4.4.1) and adaptive proportion (4.4.2). Their cut-offs follow from the
claim that a raw bit has `CLAIM` bits of min-entropy, and from the rate at which a source that just
meets it may give a false alarm. Rings that are locked to the clock may alternate, which both tests
take for sound; a third test therefore counts changes from bit to bit, and treats "changed" as the
adaptive proportion test treats a value.

The generators' words are watched for liveness: within a window of draws the top bit of every
generator must take both values.
"""

import math
from enum import IntFlag

from .errors import FactError

__all__ = [
    "CLAIM",
    "CONDITIONER_POLYNOMIAL",
    "FALSE_ALARM_EXPONENT",
    "LIVENESS_WINDOW",
    "PROPORTION_CUTOFF",
    "RAW_WORDS",
    "REPETITION_CUTOFF",
    "RESEEDS_MISSED_MAX",
    "RESEED_INTERVAL_BITS",
    "RESEED_INTERVAL_MAX",
    "RESEED_REPLAY",
    "RESEED_WORDS",
    "RING_DIVIDER_RANGE",
    "SAMPLES_PER_WORD",
    "WINDOW",
    "Health",
    "proportion_cutoff",
    "repetition_cutoff",
    "reseed_setting",
]

CLAIM = 0.5  # min-entropy per raw bit; 16 rings with enough time between samples have over 0.9
FALSE_ALARM_EXPONENT = 40  # one false alarm in 2**40 samples of a source that just meets the claim
WINDOW = 1024  # samples, for binary sources; also the length of the start-up test
# Of a raw bit per sample and 0.5 bits claimed for it: 128 bits go into each word of 32.
SAMPLES_PER_WORD = 256
CONDITIONER_POLYNOMIAL = 0x42F0E1EBA9EA3693  # of CRC-64, ECMA-182, without its top term
RING_DIVIDER_RANGE = (16, 1 << 16)  # clocks between samples

LIVENESS_WINDOW = 64  # draws; a sound generator gives a false alarm in one of 2**63 windows

RAW_WORDS = 256  # of 32 raw bits each, the newest that the host can read
RESEED_WORDS = 256  # reseeds that are remembered, for a replay
# A word of `Register.RESEED` is the sweeps from reseed to reseed, and maybe this.
RESEED_REPLAY = 1 << 31  # take the words from `Region.RESEEDS`
RESEED_INTERVAL_BITS = 24
RESEED_INTERVAL_MAX = (1 << RESEED_INTERVAL_BITS) - 1
RESEEDS_MISSED_MAX = (1 << 16) - 1  # where their count stays


class Health(IntFlag):
    """Bits of `Register.HEALTH`. All but `READY` are failures, and stay until they are cleared."""

    READY = 1
    REPETITION = 2
    PROPORTION = 4
    TRANSITION = 8
    LIVENESS = 16
    FAILURES = 30

    @property
    def test(self) -> str:
        """What the test behind a bit is called."""
        return {
            Health.READY: "start-up",
            Health.REPETITION: "repetition count",
            Health.PROPORTION: "adaptive proportion",
            Health.TRANSITION: "transition count",
            Health.LIVENESS: "liveness",
        }[self]


def reseed_setting(word: int) -> bool:
    """Whether a word of `Register.RESEED` has a meaning."""
    return word == 0 or 0 < word & ~RESEED_REPLAY <= RESEED_INTERVAL_MAX


def repetition_cutoff(claim: float, exponent: int) -> int:
    """The number of equal samples in a row that gives the alarm; SP 800-90B, section 4.4.1."""
    _check_claim(claim)
    return 1 + math.ceil(exponent / claim)


def proportion_cutoff(claim: float, exponent: int, window: int) -> int:
    """How often a window may not hold its first sample; SP 800-90B, section 4.4.2.

    One more than the smallest count that a binomial variate of `window` trials with the chance
    `2**-claim` exceeds with a probability of at most `2**-exponent`.
    """
    _check_claim(claim)
    chance = 2**-claim
    tail, count = 0.0, window
    while count > 0:
        term = math.exp(
            math.lgamma(window + 1)
            - math.lgamma(count + 1)
            - math.lgamma(window - count + 1)
            + count * math.log(chance)
            + (window - count) * math.log1p(-chance)
        )
        if tail + term > 2.0**-exponent:
            break
        tail, count = tail + term, count - 1
    if count == window:
        raise FactError(
            f"no window of {window} samples is proof against a claim of {claim} at a false-alarm "
            f"rate of 2**-{exponent}; claim more, or accept more false alarms"
        )
    return 1 + count


def _check_claim(claim: float) -> None:
    if not 0 < claim <= 1:
        raise FactError.out_of_range(
            "the min-entropy claim", claim, "above 0", 1, "claim a part of a bit per raw bit"
        )


REPETITION_CUTOFF = repetition_cutoff(CLAIM, FALSE_ALARM_EXPONENT)
PROPORTION_CUTOFF = proportion_cutoff(CLAIM, FALSE_ALARM_EXPONENT, WINDOW)
