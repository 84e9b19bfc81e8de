"""Machines that are small enough to simulate, and random problems for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import dimod
import numpy as np

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.noise import NoiseTable
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.seeding import seed_words
from glauber.host.compile import IsingProblem, compile_problem, quantise

from .random_operations import Measuring, random_measuring, random_operations
from .random_tempering import Tempering, random_tempering

__all__ = [
    "EVERY_MACHINE",
    "MEASURING_MACHINES",
    "SMALL_MACHINES",
    "TEMPERING_MACHINES",
    "Load",
    "random_bqm",
    "random_load",
    "random_steps",
]

_SMALL: dict[str, Any] = {"pbits": 128, "slots": 1024, "rows": 128, "steps": 32, "burst_words": 64}
SMALL_MACHINES = {
    # Nothing can be emitted.
    "least": MachineParams(
        lanes=1, replicas=1, draws=1, couplings_per_slot=1, stream_words=0, **_SMALL
    ),
    # Two words are emitted before the machine waits.
    "wide": MachineParams(
        lanes=8, replicas=2, draws=1, couplings_per_slot=2, stream_words=2, **_SMALL
    ),
    "deep": MachineParams(
        lanes=1, replicas=64, draws=8, couplings_per_slot=2, stream_words=64, **_SMALL
    ),
    "square": MachineParams(
        lanes=4,
        replicas=8,
        draws=4,
        couplings_per_slot=1,
        field_bits=20,
        stream_words=16,
        **_SMALL,
    ),
    # Its rows are written in several beats.
    "beats": MachineParams(
        lanes=4, replicas=32, draws=8, couplings_per_slot=2, stream_words=128, **_SMALL
    ),
    "coarse": MachineParams(
        lanes=2, replicas=4, draws=2, couplings_per_slot=2, table=NoiseTable(4, 2), **_SMALL
    ),
    # A seed of four words, a warm-up, and rings.
    "reference": MachineParams(
        lanes=2,
        replicas=8,
        draws=4,
        source=Source.XOSHIRO128,
        rings=8,
        ring_divider=16,
        stream_words=32,
        **_SMALL,
    ),
    "shift register": MachineParams(lanes=2, replicas=4, draws=2, source=Source.LFSR64, **_SMALL),
}


MEASURING_MACHINES = {
    "one": MachineParams(
        lanes=1,
        replicas=1,
        draws=1,
        couplings_per_slot=1,
        stream_words=0,
        abilities=Abilities.ALL,
        **_SMALL,
    ),
    "loops": MachineParams(
        lanes=8, replicas=2, draws=1, stream_words=2, abilities=Abilities.LOOPS, **_SMALL
    ),
    "scores": MachineParams(
        lanes=4,
        replicas=8,
        couplings_per_slot=1,
        field_bits=20,
        stream_words=16,
        abilities=Abilities.SCORES,
        **_SMALL,
    ),
    "best": MachineParams(
        lanes=1,
        replicas=64,
        draws=8,
        coupling_bits=6,
        stream_words=64,
        abilities=Abilities.LOOPS | Abilities.SCORES | Abilities.BEST,
        **_SMALL,
    ),
    "moments": MachineParams(
        lanes=2,
        replicas=4,
        draws=2,
        stream_words=4,
        abilities=Abilities.LOOPS | Abilities.MOMENTS,
        **_SMALL,
    ),
    # Its rows are written in several beats.
    "all": replace(SMALL_MACHINES["beats"], field_bits=12, abilities=Abilities.ALL),
    # With rings, and with reseeds between operations.
    "all and rings": replace(SMALL_MACHINES["reference"], abilities=Abilities.ALL),
}
TEMPERING_MACHINES = {
    # A rule of update, and nothing to measure.
    "metropolis": MachineParams(
        lanes=2, replicas=2, draws=2, stream_words=4, abilities=Abilities.METROPOLIS, **_SMALL
    ),
    # Temperatures of replicas, and heat bath alone.
    "tempering": MachineParams(
        lanes=2,
        replicas=4,
        draws=2,
        couplings_per_slot=1,
        table=NoiseTable(4, 2),
        stream_words=4,
        abilities=Abilities.LOOPS | Abilities.SCORES | Abilities.TEMPERING,
        **_SMALL,
    ),
    # Both, with noise units of one draw.
    "both": MachineParams(
        lanes=4,
        replicas=8,
        draws=1,
        abilities=Abilities.METROPOLIS | Abilities.SCORES | Abilities.TEMPERING,
        **_SMALL,
    ),
}
EVERY_MACHINE = SMALL_MACHINES | MEASURING_MACHINES | TEMPERING_MACHINES


@dataclass(frozen=True)
class Load:
    """All that is written into a machine before a run, as bus words.

    rows, couplings : of a sweep
    measuring : Measuring or None
        What stands behind them, and what is measured; None for a machine that measures nothing.
    tempering : Tempering or None
        None for a machine that has one mode only.
    """

    rows: np.ndarray
    couplings: np.ndarray
    seeds: np.ndarray
    states: np.ndarray
    steps: np.ndarray
    measuring: Measuring | None = None
    tempering: Tempering | None = None

    @property
    def all_rows(self) -> np.ndarray:
        behind = self.measuring.rows if self.measuring else np.zeros(0, np.uint32)
        return np.concatenate([self.rows, behind])

    @property
    def all_couplings(self) -> np.ndarray:
        behind = self.measuring.couplings if self.measuring else np.zeros(0, np.uint32)
        return np.concatenate([self.couplings, behind])

    def writes(self) -> Iterator[tuple[int, np.ndarray]]:
        """Addresses, and the words that stand from them on."""
        yield region_base(Region.PROGRAM), self.all_couplings
        yield region_base(Region.ROWS), self.all_rows
        yield region_base(Region.SEEDS), self.seeds
        yield region_base(Region.STATES), self.states
        yield region_base(Region.STEPS), self.steps
        yield Register.ROW_COUNT, np.array([len(self.rows), len(self.steps)])
        if self.measuring:
            yield Register.MEASURED_ROWS, np.array(self.measuring.registers)
        if self.tempering:
            yield from self.tempering.writes()


def random_bqm(size: int, degree: float, seed: int) -> dimod.BinaryQuadraticModel:
    """Integer couplings and biases up to +-100 on a random graph; some spins have none."""
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(size, 1)
    used = random.random(len(first)) < degree / max(1, size - 1)
    couplings = random.integers(-100, 101, used.sum())
    biases = np.where(random.random(size) < 0.5, random.integers(-100, 101, size), 0)
    return dimod.BinaryQuadraticModel(
        dict(enumerate(biases.tolist())),
        dict(
            zip(
                zip(first[used].tolist(), second[used].tolist(), strict=True),
                couplings.tolist(),
                strict=True,
            )
        ),
        "SPIN",
    )


def random_load(params: MachineParams, seed: int, *, emit: bool = False) -> Load:
    """A random problem, seed, start state and schedule; with `emit`, every other step emits.

    A machine with abilities gets operations and loops of all kinds, and rows to measure.
    """
    random = np.random.default_rng(seed)
    bqm = random_bqm(int(random.integers(2, 40)), random.uniform(0, 6), seed)
    problem = IsingProblem.from_bqm(bqm)
    program = compile_problem(problem, quantise(problem, params, 0.001), params)
    states = random.integers(0, 2, (params.pbits, params.replicas), np.uint8)
    if program.constant is not None:
        states[program.constant] = 1
    temperatures = np.exp(random.uniform(0, np.log(2**18 - 1), random.integers(1, 6)))
    steps = [Step(1, 1, couple=False)] * int(random.integers(0, 2)) + [
        Step(int(temperature), int(random.integers(1, 4)), emit=emit and index % 2 == 0)
        for index, temperature in enumerate(temperatures)
    ]
    streams = range(params.generators)
    seeds = [word for stream in streams for word in seed_words(params.source, seed, stream)]
    return Load(
        program.rows,
        program.couplings,
        np.array(seeds, np.uint32),
        np.packbits(states.ravel(), bitorder="little").view("<u4"),
        random_operations(params, steps, random),
        random_measuring(params, program.rows, program.couplings, random),
        random_tempering(params, random),
    )


def random_steps(params: MachineParams, seed: int, *, emit: bool = False) -> Load:
    """As `random_load`, without operations."""
    return random_load(replace(params, abilities=Abilities.NONE), seed, emit=emit)
