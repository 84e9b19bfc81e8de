"""Coins: uncoupled p-bits of known odds, tossed on a device in the machine's own order of words.

A p-bit that sees nothing but its bias needs one random word for every toss, and rows follow each
other without a gap: so the states of all sweeps are all the words of the machine, as it uses them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.program import Step
from glauber.host.compile import IsingProblem, Quantised, compile_problem
from glauber.host.device import Device

from .chain import all_seeds
from .ising import up_probabilities

__all__ = ["DRAWS", "LANES", "REPLICAS", "Coins", "toss"]

LANES, REPLICAS, DRAWS = 8, 16, 4
MACHINE = f"model:?lanes={LANES}&replicas={REPLICAS}&draws={DRAWS}"
SWEEP_ROWS = 256
TEMPERATURE = 32 << 8
# Fields in coupling LSBs that give about these odds at that temperature. None is 0: a p-bit without
# a bias would get into rows of its own kind.
FIELDS = {0.5: -1, 0.2: -44, 0.05: -94}


@dataclass(frozen=True)
class Coins:
    """Standardised coins.

    rows : float32, shape (rows, lanes, replicas), rows in the order in which they ran
    skewness : the largest of a coin
    """

    rows: NDArray[np.float32]
    skewness: float


def toss(source: Source, odds: tuple[float, ...], rows: int, *, seed: int = 1, seeds=None) -> Coins:
    """`rows` rows of coins from a machine; where there are several odds, they alternate."""
    size = SWEEP_ROWS * LANES
    spin = np.arange(size)
    # All odds meet in every lane, and in every row.
    fields = np.array([FIELDS[p] for p in odds])[(spin % LANES + spin // LANES) % len(odds)]
    nothing = np.empty(0, np.int64)
    problem = IsingProblem(tuple(range(size)), fields / 1, nothing, nothing, np.empty(0))
    values = Quantised(fields, nothing, 1.0, exact=True, max_error=0.0, rms_error=0.0)
    with Device(f"{MACHINE}&source={source.name.lower()}") as machine:
        program = compile_problem(problem, values, machine.params)
        machine.load(program)
        states = np.zeros((program.addresses, REPLICAS), np.bool_)
        states[program.constant] = True
        machine.write_states(states)
        machine.load_seeds(all_seeds(machine.params, seed) if seeds is None else seeds)
        # P-bits stand at `row * lanes + lane`, in the order in which rows run.
        chances = np.empty(size)
        chances[program.pbits] = up_probabilities(fields, TEMPERATURE, machine.params.table)
        spreads = np.sqrt(chances * (1 - chances))
        coins = np.empty((rows // SWEEP_ROWS, size, REPLICAS), np.float32)
        for sweep in coins:
            machine.run([Step(TEMPERATURE, 1).encode()], len(program.rows))
            sweep[:] = (machine.read_states(size) - chances[:, None]) / spreads[:, None]
    skewness = float(np.abs((1 - 2 * chances) / spreads).max())
    return Coins(coins.reshape(-1, LANES, REPLICAS), skewness)
