"""Runs tori of the 2D Ising model on a device: energies of all replicas in the course of time.

Everything goes through the host, as a user's problem does: the torus is compiled, loaded, seeded
and run, and the states are read back. So the random words meet the p-bits in the machine's own
order: row by row, a word for every lane, `draws` words of a generator for as many replicas.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.seeding import seed_words
from glauber.host.compile import IsingProblem, Quantised, compile_problem
from glauber.host.compile.program import Program
from glauber.host.device import Device

from .ising import Coupling, bonds

__all__ = ["IsingChain", "all_seeds", "compile_torus", "mean_energies", "torus_energies"]

# Couplings off: a uniformly random state, whatever was there before.
RANDOM_START = Step(temperature=1, sweeps=1, couple=False)


def all_seeds(params: MachineParams, seed: int) -> NDArray[np.uint32]:
    """The seed words of all generators, as the host expands them for the first batch of reads."""
    streams = (
        params.seed_stream(0, lane, unit)
        for lane in range(params.lanes)
        for unit in range(params.units)
    )
    words = [seed_words(params.source, seed, stream) for stream in streams]
    return np.array(words, np.uint32).ravel()


def compile_torus(length: int, width: int, coupling: int, params: MachineParams) -> Program:
    """The program of an L x M torus, L and M > 2, whose couplings are this integer and fit a slot.

    The host's choice of a scale is left out: the integer matters here.
    """
    assert min(length, width) > 2, "along two spins the bonds would have to be added up"
    assert abs(coupling) <= params.coupling_max
    first, second = bonds(length, width)
    spins = length * width
    problem = IsingProblem(tuple(range(spins)), np.zeros(spins), first, second, np.ones(len(first)))
    values = Quantised(
        bias=np.zeros(spins, np.int64),
        coupling=np.full(len(first), coupling),
        scale=float(coupling),
        exact=True,
        max_error=0.0,
        rms_error=0.0,
    )
    return compile_problem(problem, values, params)


def torus_energies(states: NDArray[np.bool_]) -> NDArray[np.int64]:
    """`-sum m_i m_j` over the bonds, shape (replicas,), of states of shape (M, L, replicas)."""
    spins = states.shape[0] * states.shape[1]
    unlike = np.zeros(states.shape[2], np.int64)
    for axis in (0, 1):
        # Both parts without a copy, which `np.roll` would make.
        inner = np.moveaxis(states, axis, 0)
        unlike += _count(inner[1:] ^ inner[:-1]) + _count(inner[0] ^ inner[-1])
    return 2 * unlike - 2 * spins


def _count(bits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many are set, for each replica (the last axis)."""
    # Narrow sums are several times as fast; there are fewer than 2**16 spins.
    return np.add.reduce(bits.reshape(-1, bits.shape[-1]), axis=0, dtype=np.uint16).astype(np.int64)


class IsingChain:
    """An L x M torus on a device, at one coupling and temperature, in as many replicas as it has.

    seeds : the words of `Region.SEEDS`; by default expanded from `seed`
    """

    def __init__(
        self,
        device: Device,
        length: int,
        width: int,
        coupling: Coupling,
        *,
        seed: int = 1,
        seeds: NDArray[np.uint32] | None = None,
    ) -> None:
        self._device = device
        self._shape = (width, length)
        self._temperature = coupling.temperature
        self.program = compile_torus(length, width, coupling.coupling, device.params)
        device.load(self.program)
        device.load_seeds(all_seeds(device.params, seed) if seeds is None else seeds)
        self._run(RANDOM_START)

    def energies(self, *, burn_in: int, samples: int, every: int) -> Iterator[NDArray[np.int64]]:
        """After `burn_in` sweeps, the energies of all replicas, every so many sweeps.

        Each of shape (replicas,), in units of J; going on where the last call ended.
        """
        if burn_in:
            self._run(Step(self._temperature, burn_in))
        for _ in range(samples):
            self._run(Step(self._temperature, every))
            states = self._device.read_states(self.program.addresses)[self.program.pbits]
            yield torus_energies(states.reshape(*self._shape, -1))

    def _run(self, step: Step) -> None:
        self._device.run([step.encode()], len(self.program.rows))


def mean_energies(
    chain: IsingChain, spins: int, *, burn_in: int, samples: int, every: int
) -> NDArray[np.float64]:
    """The mean energy per spin of each replica over all its samples, shape (replicas,)."""
    total: NDArray[np.int64] | int = 0
    for energies in chain.energies(burn_in=burn_in, samples=samples, every=every):
        total = total + energies
    return np.asarray(total, np.float64) / (samples * spins)
