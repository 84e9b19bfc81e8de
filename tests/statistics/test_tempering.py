"""The model samples by the rule of Metropolis, and at the temperatures of a ladder.

Chi-square against exact enumeration. Each test has the family-wise significance 1e-3, and prints
what total variation it would have found with a probability of 90 % (`pytest -rP`). The samples of
a run are one for each replica, after so many sweeps from random states that a deviation has shrunk
by 1e-6, so that they are independent; those of a ladder are so many exchanges apart that their
energies are not correlated.
"""

import dataclasses
import itertools
import math

import dimod
import numpy as np
import pytest
from numpy.typing import NDArray

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import Measure, Operation, Repeat
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.rules import Mode
from glauber.hdl.facts.seeding import seed_words
from glauber.hdl.facts.tempering import exchange_temperature
from glauber.host.compile import IsingProblem, compile_problem, quantise
from glauber.sim.model.machine import ModelMachine
from support.exact import Exact, chi_square

SIGNIFICANCE = 1e-3
EXCHANGE = MeasureFlags.SCORES | MeasureFlags.EXCHANGE
PARAMS = MachineParams(
    lanes=4,
    replicas=1024,
    draws=8,
    pbits=64,
    slots=512,
    rows=64,
    steps=64,
    stream_words=1 << 20,
    abilities=Abilities.ALL,
)


def frustrated(size: int, seed: int, biases: bool) -> dimod.BinaryQuadraticModel:
    """Couplings of both signs between all spins, in whole numbers, so that the model has them."""
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(size, 1)
    values = random.choice([-3, -2, -1, 1, 2, 3], len(first)).tolist()
    linear = random.integers(-2, 3, size).tolist() if biases else [0] * size
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    return dimod.BinaryQuadraticModel(
        dict(enumerate(linear)), dict(zip(pairs, values, strict=True)), "SPIN"
    )


class Bench:
    """A machine with a problem, and what its samples are compared with."""

    def __init__(self, bqm: dimod.BinaryQuadraticModel, params: MachineParams, seed: int) -> None:
        self.bqm, self.params = bqm, params
        self.ising = IsingProblem.from_bqm(bqm)
        values = quantise(self.ising, params, 0.001)
        self.scale = values.scale
        self.program = compile_problem(self.ising, values, params)
        self.machine = ModelMachine(params, 1)
        self._write(region_base(Region.PROGRAM), self.program.couplings)
        self._write(region_base(Region.ROWS), self.program.rows)
        states = np.full(params.state_words, 0xFFFF_FFFF, np.uint32)  # the constant is +1
        self._write(region_base(Region.STATES), states)
        streams = range(params.generators)
        words = [word for stream in streams for word in seed_words(params.source, seed, stream)]
        self._write(region_base(Region.SEEDS), words)
        self._write(Register.ROW_COUNT, [len(self.program.rows)])
        self._write(Register.EMIT_WORDS, [params.state_words])
        self.runs = 0

    def _write(self, address: int, words: object) -> None:
        assert self.machine.write(int(address), np.asarray(words, np.uint32)) is Result.OK

    def code(self, beta: float) -> int:
        return round(256 * self.scale / (2 * beta))

    def beta(self, code: int) -> float:
        """What a temperature code stands for exactly."""
        return 256 * self.scale / (2 * code)

    def temper(self, codes: NDArray[np.int64], widths: NDArray[np.int64]) -> None:
        """Replica `r` stands at rung `r`."""
        none = np.zeros(len(codes), np.int64)
        self._write(region_base(Region.TEMPERATURES), codes)
        ladder = np.concatenate([codes, widths, np.arange(len(codes)), none])
        self._write(region_base(Region.LADDER), ladder)
        self._write(Register.MEASURED_ROWS, [len(self.program.rows)])

    def run(self, mode: Mode, words: list[Step | Operation]) -> NDArray[np.int8]:
        """The states that are emitted, shape (emissions, replicas, spins)."""
        self.runs += 1
        self._write(Register.MODE, [mode])
        self._write(region_base(Region.STEPS), [word.encode() for word in words])
        self._write(Register.STEP_COUNT, [len(words)])
        first = self._read(Register.STREAM_HEAD, 1)[0]
        self._write(Register.RUN, [self.runs])
        while self.machine.running:
            self.machine.wait(1)
        count = int(self._read(Register.STREAM_HEAD, 1)[0] - first)
        emitted = self._read(region_base(Region.STREAM) + int(first), count)
        bits = np.unpackbits(emitted.astype("<u4").view(np.uint8), bitorder="little")
        states = bits.reshape(-1, self.params.pbits, self.params.replicas)
        return states[:, self.program.pbits].swapaxes(1, 2).astype(np.int8) * 2 - 1

    def _read(self, address: int, count: int) -> NDArray[np.uint32]:
        result, words = self.machine.read(int(address), count)
        assert result is Result.OK
        return words

    @property
    def places(self) -> NDArray[np.int64]:
        """Which replica stands at each rung."""
        size = self.params.replicas
        return self._read(region_base(Region.LADDER) + 2 * size, size).astype(np.int64)


def metropolis_relaxation(exact: Exact) -> float:
    """As `Exact.relaxation`, of sweeps by the rule of Metropolis."""
    states = np.arange(len(exact.probabilities))
    deviation = np.random.default_rng(0).normal(size=len(states))
    previous = 1.0
    for _ in range(400):
        deviation -= exact.probabilities @ deviation
        for spin in range(len(exact.variables)):
            flipped = states ^ (1 << spin)
            share = np.minimum(1, exact.probabilities[flipped] / exact.probabilities)
            deviation = (1 - share) * deviation + share * deviation[flipped]
        previous = math.sqrt(exact.probabilities @ deviation**2)
        deviation /= previous
    return previous


def far(relaxation: float) -> int:
    """Sweeps in which a deviation shrinks by 1e-6."""
    sweeps = math.ceil(math.log(1e-6) / math.log(relaxation))
    assert sweeps < 400, "this problem mixes too slowly for the test"
    return sweeps


def fresh_samples(bench: Bench, mode: Mode, code: int, sweeps: int) -> NDArray[np.int8]:
    """`TIMES` times from random states: shape (TIMES, replicas, spins)."""
    again = Repeat(2, TIMES - 1)
    return bench.run(mode, [Step(1, 1, couple=False), Step(code, sweeps, emit=True), again])


def compare(exact: Exact, samples: NDArray[np.int8], what: str, significance: float) -> float:
    """The p-value of samples, shape (..., spins)."""
    counts = exact.counts(samples.reshape(-1, samples.shape[-1]))
    result = chi_square(counts, exact.probabilities, significance)
    print(
        f"{what}, beta {exact.beta:.3f}: {counts.sum()} samples, {result.cells} cells, p "
        f"{result.p_value:.3g}, TV {result.total_variation:.2e}, detectable {result.detectable:.2e}"
    )
    return result.p_value


TIMES = 256
CASES = [(8, False, 0.2), (10, True, 0.2), (12, False, 0.12), (12, True, 0.1)]


@pytest.mark.parametrize(("size", "biases", "beta"), CASES)
def test_metropolis_samples_the_boltzmann_distribution(size, biases, beta):
    """2**18 samples of each problem."""
    bench = Bench(frustrated(size, size, biases), PARAMS, seed=size)
    code = bench.code(beta)
    exact = Exact.of(bench.bqm, bench.beta(code))
    sweeps = far(metropolis_relaxation(exact))
    samples = fresh_samples(bench, Mode.METROPOLIS, code, sweeps)
    significance = SIGNIFICANCE / len(CASES)
    assert compare(exact, samples, f"n {size}, {sweeps} sweeps", significance) > significance


@pytest.mark.parametrize("mode", [Mode.LADDER, Mode.LADDER | Mode.METROPOLIS])
def test_each_replica_samples_at_its_own_temperature(mode):
    """Eight temperatures, 2**15 samples at each; one that is wrong by 5 % is found."""
    bench = Bench(frustrated(8, 2, True), PARAMS, seed=2)
    codes = np.array([bench.code(beta) for beta in np.geomspace(0.02, 0.25, 8)])
    bench.temper(np.resize(codes, PARAMS.replicas), np.zeros(PARAMS.replicas, np.int64))
    coldest = Exact.of(bench.bqm, bench.beta(codes[-1]))
    hottest = Exact.of(bench.bqm, bench.beta(codes[0]))
    sweeps = max(
        far(metropolis_relaxation(coldest)),
        far(metropolis_relaxation(hottest)),
        far(coldest.relaxation()),
    )
    samples = fresh_samples(bench, mode, 0, sweeps)
    significance = SIGNIFICANCE / 2 / len(codes)
    for place, code in enumerate(codes.tolist()):
        exact = Exact.of(bench.bqm, bench.beta(code))
        mine = samples[:, place :: len(codes)]
        assert compare(exact, mine, f"{sweeps} sweeps", significance) > significance
    wrong = Exact.of(bench.bqm, 1.05 * coldest.beta)
    assert compare(wrong, samples[:, len(codes) - 1 :: len(codes)], "wrong", significance) < 1e-6


# Without biases, whose couplings a walk over the rows of a sweep would meet from one end only.
COLD = frustrated(12, 5, biases=False)
NARROW = dataclasses.replace(PARAMS, replicas=256)
RUNGS, RUNS, TURNS = 8, 80, 25


def ladder_samples(bench: Bench, mode: Mode, codes: list[int], factor: float) -> NDArray[np.int8]:
    """Samples of ladders side by side, shape (RUNS, ladders, RUNGS, spins).

    factor : by which the exchange temperatures are wrong
    """
    params = bench.params
    pairs = itertools.pairwise(codes)
    widths = [round(factor * exchange_temperature(*pair)) for pair in pairs] + [0]
    bench.temper(np.resize(codes, params.replicas), np.resize(widths, params.replicas))
    turns: list[Step | Operation] = [Step(0, 1), Measure(EXCHANGE), Repeat(2, TURNS - 1)]
    bench.run(mode, [Step(0, 1, couple=False), *turns, Repeat(3, 3, 1)])
    found = []
    for _ in range(RUNS):
        states = bench.run(mode, [*turns, Step(0, 1, emit=True)])[0]
        found.append(states[bench.places].reshape(-1, len(codes), states.shape[-1]))
    return np.array(found)


def by_energy(exact: Exact, samples: NDArray[np.int8], what: str) -> float:
    """The p-value of samples, shape (..., spins), when states of one energy count together."""
    energies, level = np.unique(exact.energies, return_inverse=True)
    probabilities = np.bincount(level, weights=exact.probabilities).astype(np.float64)
    counts = exact.counts(samples.reshape(-1, samples.shape[-1]))
    counts = np.bincount(level, weights=counts).astype(np.int64)
    result = chi_square(counts, probabilities, SIGNIFICANCE / 2 / RUNGS)
    print(
        f"{what}, beta {exact.beta:.3f}: {counts.sum()} samples, {result.cells} of {len(energies)} "
        f"energies, p {result.p_value:.3g}, detectable TV {result.detectable:.2e}"
    )
    return result.p_value


@pytest.mark.parametrize("mode", [Mode.LADDER, Mode.LADDER | Mode.METROPOLIS])
def test_every_rung_of_a_ladder_samples_at_its_temperature(mode):
    """Twelve spins, eight rungs, 2,560 samples at each, 25 exchanges apart."""
    bench = Bench(COLD, NARROW, seed=5)
    codes = [bench.code(beta) for beta in np.geomspace(0.5, 0.05, RUNGS)]
    exact = [Exact.of(bench.bqm, bench.beta(code)) for code in codes]
    samples = ladder_samples(bench, mode, codes, 1)
    for rung in range(RUNGS):
        energies = bench.bqm.energies((samples[:, :, rung].reshape(-1, 12), range(12)))
        energies = energies.reshape(RUNS, -1) - (exact[rung].probabilities @ exact[rung].energies)
        memory = (energies[1:] * energies[:-1]).mean() / (energies**2).mean()
        assert abs(memory) < 5 / math.sqrt(energies.size)
        what = f"rung {rung}, memory {memory:.3f}"
        assert by_energy(exact[rung], samples[:, :, rung], what) > SIGNIFICANCE / 2 / RUNGS


def test_a_wrong_exchange_temperature_is_found():
    """The test above can fail: twice as much."""
    bench = Bench(COLD, NARROW, seed=6)
    codes = [bench.code(beta) for beta in np.geomspace(0.5, 0.05, RUNGS)]
    samples = ladder_samples(bench, Mode.LADDER, codes, 2)
    found = [
        by_energy(Exact.of(bench.bqm, bench.beta(code)), samples[:, :, rung], "wrong")
        for rung, code in enumerate(codes)
    ]
    assert min(found) < 1e-6
