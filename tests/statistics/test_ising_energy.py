"""The energy of the 2D Ising model in the machine's own order of words, against Kaufman's formula.

Sums of random words show little of what a bad generator does to a chain; the energy at the critical
temperature shows it amplified. The coupling and the temperature code are such that the machine is
an exact heat bath (`support.ising.find_coupling`), whose energy is known to 2e-6 of J per spin.
Replicas are independent chains, so the standard error is the spread of their means.

Which p-bits the successive words of a generator meet depends on lanes and draws, and much hangs on
it: LFSR64_CLOSE is off by 5 % where neighbouring spins use words two steps apart, as with 16 lanes
and one draw, and by nothing that can be seen with 8 lanes and 4 draws. So two orders are tested.

The torus is 8 x 8 because critical slowing down makes larger ones dear: for the same standard
error, 16 x 16 takes 5 times as many updates and 32 x 32 takes 20 times as many.

Every test prints its z, standard error and detectable bias (`pytest -rP`).
"""

import math

import numpy as np
import pytest

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.seeding import stream_count, stream_words
from glauber.host.device import Device
from support.chain import IsingChain, all_seeds, mean_energies
from support.ising import CRITICAL, Coupling, bonds, exact_energy, find_coupling
from support.power import MeanTest
from support.sound import SOUND, SOUND_CASES

LENGTH = 8
SPINS = LENGTH**2
# From a random start the energy relaxes with a time of 7.5 sweeps at the most, at all of these K.
BURN_IN = 300

# The sources of random words to be tested, and those that must be caught.
WEAK = [source for source in Source if not source.sound]
# Lanes and draws: neighbouring spins use words of a generator 2 steps apart; as hardware has it.
CLOSE, USUAL = (16, 1), (8, 4)
# Order, K, sweeps from sample to sample, and samples of each of 256 replicas.
CASES = [
    pytest.param(CLOSE, 0.3, 2, 2500, id="close-hot"),
    pytest.param(CLOSE, CRITICAL, 8, 3000, id="close-critical"),
    pytest.param(CLOSE, 0.5, 4, 2000, id="close-cold"),
    pytest.param(USUAL, CRITICAL, 8, 3000, id="usual-critical"),
]
SIGNIFICANCE = 1e-3 / len(CASES)  # each; 1e-3 for a source
STUDY_SIGNIFICANCE = 1e-3
# The streams of the others are too short for the study.
STUDIED = [source for source in SOUND if stream_words(source) > 1 << 30]


def device(order: tuple[int, int], source: Source, replicas: int = 256) -> Device:
    """A model of a machine of this order, with fewer replicas if its source has too few streams."""
    lanes, draws = order
    replicas = min(replicas, stream_count(source) * draws // lanes)
    options = f"lanes={lanes}&draws={draws}&replicas={replicas}&source={source.name.lower()}"
    return Device(f"model:?{options}&threads=2")


def measure(machine, coupling, expected=None, *, seed=1, seeds=None, every, samples) -> MeanTest:
    """The energy per spin that a machine has, beside that of the coupling `expected`."""
    chain = IsingChain(machine, LENGTH, LENGTH, coupling, seed=seed, seeds=seeds)
    means = mean_energies(chain, SPINS, burn_in=BURN_IN, samples=samples, every=every)
    result = MeanTest.of(means, (expected or coupling).energy(LENGTH, LENGTH))
    print(
        f"{machine.name}: K {coupling.effective:.6f}, {len(means)} replicas of {samples} samples "
        f"{every} sweeps apart, energy {result.mean:.6f}, exact {result.exact:.6f}, "
        f"z {result.z:.2f}, standard error {result.error:.2e}"
    )
    return result


def all_spins(size: int) -> np.ndarray:
    """All states of so many spins, +-1, shape (2**size, size)."""
    return 2 * ((np.arange(1 << size)[:, None] >> np.arange(size)) & 1) - 1


@pytest.mark.parametrize(("length", "width"), [(4, 4), (4, 3), (3, 5), (2, 3), (2, 2)])
@pytest.mark.parametrize("coupling", [0.1, CRITICAL, 0.9])
def test_the_exact_energy_is_that_of_enumeration(length, width, coupling):
    spins = all_spins(length * width)
    first, second = bonds(length, width)
    energies = -(spins[:, first] * spins[:, second]).sum(axis=1)
    weights = np.exp(-coupling * (energies - energies.min()))
    mean = weights @ energies / weights.sum() / (length * width)
    assert exact_energy(length, width, coupling) == pytest.approx(mean, abs=1e-10)


def test_the_exact_energy_of_a_large_critical_torus_is_near_onsagers():
    """The difference falls as one over the length (Ferdinand and Fisher, 1969)."""
    assert exact_energy(1024, 1024, CRITICAL) == pytest.approx(-math.sqrt(2), abs=0.63 / 1024)


@pytest.mark.parametrize("wanted", [0.3, CRITICAL, 0.5])
def test_the_machine_is_a_heat_bath_at_a_known_coupling(wanted):
    """The table's error moves the energy by 2e-6 at most, 1/50 of what the study looks for."""
    coupling = find_coupling(wanted)
    assert coupling.effective == pytest.approx(wanted, rel=5e-3)
    assert coupling.gap < 5e-6
    assert coupling.energy_error(LENGTH, LENGTH) < 2e-6


@pytest.mark.parametrize("wanted", [0.3, CRITICAL, 0.5])
def test_two_couplings_act_as_the_one_between_them(wanted):
    """The stationary energy of a heat bath on 4 x 4 spins whose K differs between the fields +-2J
    and +-4J, by repeated application of its sweep to all probabilities.
    """
    spins = all_spins(16)
    first, second = bonds(4, 4)
    fields = np.zeros_like(spins)
    np.add.at(fields.T, first, spins.T[second])
    np.add.at(fields.T, second, spins.T[first])
    energies = -(spins * fields).sum(axis=1) / 2 / 16
    pair = Coupling(64, 1, at_two=wanted * 1.001, at_four=wanted * 0.999)
    rates = 2 * np.where(np.abs(fields) == 2, pair.at_two, pair.at_four) * fields
    up = 1 / (1 + np.exp(-rates))
    even_first = sorted(range(16), key=lambda spin: (spin // 4 + spin) % 2)
    probabilities = np.full(1 << 16, 1 / (1 << 16))
    for _ in range(60):
        for spin in even_first:
            both = probabilities + probabilities[np.arange(1 << 16) ^ (1 << spin)]
            chance = np.where(spins[:, spin] > 0, up[:, spin], 1 - up[:, spin])
            probabilities = both * chance
    assert abs(probabilities @ energies - pair.energy(4, 4)) < pair.energy_error(4, 4)


@pytest.mark.parametrize("source", SOUND_CASES)
@pytest.mark.parametrize(("order", "wanted", "every", "samples"), CASES)
def test_the_energy_is_exact(source, order, wanted, every, samples):
    """256 replicas; significance 2.5e-4 each, 1e-3 for a source over all cases.

    Finds with a power of 90 % a bias of the energy per spin of 2.2e-3 J at the critical K (0.15 %
    of it), and of 1.9e-3 J at K = 0.3 and 0.5.
    """
    coupling = find_coupling(wanted)
    with device(order, source) as machine:
        result = measure(machine, coupling, every=every, samples=samples)
    print(f"detectable with 90 %: {result.detectable(SIGNIFICANCE, 0.9):.2e}")
    assert result.detectable(SIGNIFICANCE, 0.9) < 2.5e-3
    assert result.p_value > SIGNIFICANCE


@pytest.mark.parametrize("source", WEAK, ids=lambda source: source.name.lower())
def test_a_weak_source_is_caught(source):
    """Of 256 replicas 500 samples are enough: the biases are some percent of the energy."""
    coupling = find_coupling(CRITICAL)
    with device(CLOSE, source) as machine:
        result = measure(machine, coupling, every=4, samples=500)
    assert abs(result.z) > 10


def test_a_temperature_that_is_off_by_three_thousandths_is_found():
    """The test of the energy can fail: the energy moves by 8e-3 J per spin."""
    right = find_coupling(CRITICAL)
    wrong = Coupling.of(right.coupling, round(right.temperature * 1.003))
    with device(USUAL, SOUND[0]) as machine:
        result = measure(machine, wrong, right, every=8, samples=1000)
    assert result.p_value < SIGNIFICANCE / 1000


def test_lanes_that_draw_the_same_words_are_found():
    """It can fail for what generators do to each other, too."""
    with device(CLOSE, SOUND[0]) as machine:
        seeds = all_seeds(machine.params, 1).reshape(machine.params.lanes, -1)
        seeds = np.tile(seeds[0], machine.params.lanes)
        result = measure(machine, find_coupling(CRITICAL), seeds=seeds, every=8, samples=200)
    assert result.p_value < SIGNIFICANCE / 1000


@pytest.mark.study
@pytest.mark.parametrize("order", [CLOSE, USUAL], ids=["close", "usual"])
@pytest.mark.parametrize("source", STUDIED, ids=lambda source: source.name.lower())
def test_the_critical_energy_is_exact_to_one_part_in_ten_thousand(source, order):
    """1,024 replicas of 340,000 samples, 8 sweeps apart: 1.8e11 updates; significance 1e-3.

    The standard error is 2.1e-5, so a bias of 1e-4 J per spin, 7e-5 of the energy, is found with a
    power of 90 %, and one of 1.2e-4 J with 99 %. It takes minutes for each source and order.
    """
    with device(order, source, 1024) as machine:
        samples = 340_000 * 1024 // machine.params.replicas
        result = measure(machine, find_coupling(CRITICAL), seed=2, every=8, samples=samples)
    print(f"detectable with 90 %: {result.detectable(STUDY_SIGNIFICANCE, 0.9):.2e}")
    assert result.detectable(STUDY_SIGNIFICANCE, 0.9) < 1e-4
    assert result.p_value > STUDY_SIGNIFICANCE
