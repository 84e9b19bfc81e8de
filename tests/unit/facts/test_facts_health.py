"""The cut-offs of the health tests are those of NIST SP 800-90B."""

import math

import pytest
from scipy import stats

from glauber.hdl.facts import health
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.health import Health, proportion_cutoff, repetition_cutoff
from glauber.host.transports.open import RTL_PARAMS
from glauber.sim.rings import RingModel


@pytest.mark.parametrize(
    ("claim", "cutoff"), [(0.2, 941), (0.4, 840), (0.6, 748), (0.8, 664), (1, 589)]
)
def test_proportion_cutoffs_are_those_of_the_standard(claim, cutoff):
    """The table of section 4.4.2 for binary sources, windows of 1,024 and 2**-20."""
    assert proportion_cutoff(claim, 20, 1024) == cutoff


@pytest.mark.parametrize("exponent", [20, 30, 40])
@pytest.mark.parametrize("claim", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("window", [512, 1024])
def test_proportion_cutoffs_are_quantiles(claim, exponent, window):
    """Section 4.4.2 has one plus the quantile of 1 - alpha."""
    cutoff = proportion_cutoff(claim, exponent, window)
    law = stats.binom(window, 2**-claim)
    assert law.sf(cutoff - 1) <= 2**-exponent < law.sf(cutoff - 2)


def test_repetition_cutoffs():
    """Section 4.4.1: 1 + ceil(exponent / H)."""
    assert repetition_cutoff(1, 20) == 21
    assert repetition_cutoff(0.5, 40) == 81
    assert repetition_cutoff(0.3, 20) == 68


def test_cutoffs_in_force():
    assert health.REPETITION_CUTOFF == 81
    assert health.PROPORTION_CUTOFF == 824
    # Of the conditioner: the claim gives 64 bits more than the 64 that two words hold.
    assert health.CLAIM * health.SAMPLES_PER_WORD >= 2 * 32 + 64


@pytest.mark.parametrize("claim", [0, -1, 1.5])
def test_impossible_claims_are_refused(claim):
    for cutoff in (lambda: repetition_cutoff(claim, 20), lambda: proportion_cutoff(claim, 20, 512)):
        with pytest.raises(FactError, match=f"claim is {claim}, .* claim a part of a bit"):
            cutoff()


def test_a_claim_that_no_window_can_test_is_refused():
    with pytest.raises(
        FactError, match=r"no window of 64 samples is proof against a claim of 0\.1"
    ):
        proportion_cutoff(0.1, 40, 64)


def test_every_flag_has_a_name():
    assert [flag.test for flag in Health if flag is not Health.READY] == [
        "repetition count",
        "adaptive proportion",
        "transition count",
        "liveness",
    ]
    assert sum(flag for flag in Health if flag is not Health.READY) == Health.FAILURES


def worst_min_entropy(variance: float, rings: int) -> float:
    """Min-entropy of the sum of rings whose phases have all spread by `variance` periods squared.

    A ring whose phase was known is 1 with a chance of at most 1/2 + 2/pi * exp(-2 pi**2 variance)
    (the first harmonic of its output; Baudet, Lubicz, Micolod and Tassiaux, "On the security of
    oscillator-based random number generators", 2011). Biases of independent bits multiply.
    """
    bias = min(0.5, 2 / math.pi * math.exp(-2 * math.pi**2 * variance))
    return -math.log2(0.5 + 2 ** (rings - 1) * bias**rings)


def test_the_claim_follows_from_a_modest_jitter():
    """1e-3 of a period of 2 ns per period, 16 rings, 4,096 clocks of 100 MHz between samples."""
    periods = 4096 * 10e-9 / 2e-9
    assert worst_min_entropy(periods * 1e-3**2, 16) == pytest.approx(0.90, abs=0.01)
    assert worst_min_entropy(periods * 1e-3**2, 16) > health.CLAIM
    # With half the jitter, or sampled four times as often, it would not hold.
    assert worst_min_entropy(periods * 0.5e-3**2, 16) < health.CLAIM


def test_simulated_rings_have_what_is_claimed():
    model = RingModel(RTL_PARAMS.rings, RTL_PARAMS.ring_divider)
    assert worst_min_entropy(model.divider * model.jitter**2, model.rings) > 0.95
