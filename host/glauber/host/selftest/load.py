"""Problems made up for a machine, as the words to load: what self-tests run."""

from dataclasses import dataclass
from random import Random

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.program import Step

from ..bus import Words
from ..compile import IsingProblem, Program, Quantised, compile_problem
from ..errors import ProblemTooLargeError
from ..seeds import seed_words

__all__ = ["RANDOMISE", "Load", "random_load", "random_words", "small_load"]

RANDOMISE = Step(1, 1, couple=False)

# For an image whose memory is small: what exceeds these is periodic, and takes little room.
SMALL_SPINS = 16
SMALL_SEED_WORDS = 32
SMALL_STATE_WORDS = 32
_FILLING = (0x00A5_3C71, 0x9E37_0042)  # each with a zero, where the framing begins anew


@dataclass(frozen=True)
class Load:
    """All that is written into a machine before runs, as bus words, from the start of each region.

    rows, couplings, seeds : uint32
    states : uint32
        Of all p-bits that the rows and the couplings name.
    steps : list of Step
    """

    rows: Words
    couplings: Words
    seeds: Words
    states: Words
    steps: list[Step]


def small_load(params: MachineParams) -> Load:
    """A chain of spins at two temperatures, always the same.

    Raises `ProblemTooLargeError` if the machine holds none at all.
    """
    random = Random(1)
    spins = min(2 * params.lanes, SMALL_SPINS)
    program = _fit(params, spins, 1, params.coupling_max, random)
    words = params.generators * params.seed_words
    seeds = _seeds(params, 1) if words <= SMALL_SEED_WORDS else _filled(words)
    if words > SMALL_SEED_WORDS:
        ends = SMALL_SEED_WORDS // 2
        seeds[:ends] = _seeds(params, 1, ends // params.seed_words)
        seeds[-ends:] = _seeds(params, 2, ends // params.seed_words)
    size = _state_words(program, params)
    states = random_words(size, random) if size <= SMALL_STATE_WORDS else _filled(size)
    _set_constant(states, program, params)
    # The last states must come from the noise, not from what they have cooled to.
    hot = params.coupling_max << TEMPERATURE_FORMAT.fraction_bits
    sweeps = max(5, -(-40 // params.draws))  # with those before, over a window of the liveness test
    steps = [Step(hot >> 2, sweeps), Step(hot, sweeps)][: params.steps]
    return Load(program.rows, program.couplings, seeds, states, steps)


def random_load(params: MachineParams, random: Random) -> Load:
    """A random graph that fills all lanes, seeds, states, and a schedule of up to 64 sweeps.

    Temperatures are about as large as the couplings, above all the last one: where the states do
    not depend on the noise, or only on it, little would be seen.
    """
    spins = random.randint(params.lanes, 4 * params.lanes + 40)
    largest = round(params.coupling_max ** random.random())
    program = _fit(params, spins, random.randint(1, 3), largest, random)
    states = random_words(_state_words(program, params), random)
    _set_constant(states, program, params)
    warm = largest << TEMPERATURE_FORMAT.fraction_bits
    steps = [
        Step(int(warm * 2 ** random.uniform(-4, 1)), random.randint(1, 16))
        for _ in range(random.randint(0, min(3, params.steps - 1)))
    ]
    if steps and random.random() < 0.5:
        steps[0] = RANDOMISE
    steps.append(Step(int(warm * 2 ** random.uniform(-1, 1)), random.randint(1, 16)))
    seeds = _seeds(params, random.getrandbits(64))
    return Load(program.rows, program.couplings, seeds, states, steps)


def random_words(count: int, random: Random) -> Words:
    """`count` random bus words."""
    return np.frombuffer(random.randbytes(4 * count), "<u4").astype(np.uint32)


def _fit(params: MachineParams, spins: int, degree: int, largest: int, random: Random) -> Program:
    """The program of a problem of at most so many spins; of fewer if the machine has no room."""
    while True:
        problem, values = _problem(params, spins, degree, largest, random)
        try:
            return compile_problem(problem, values, params)
        except ProblemTooLargeError:
            if spins == 1:
                raise
            spins //= 2


def _problem(
    params: MachineParams, spins: int, degree: int, largest: int, random: Random
) -> tuple[IsingProblem, Quantised]:
    """`degree` couplings from each spin to another one, the first in a chain; some have a bias."""
    pairs = {(spin, spin + 1) for spin in range(spins - 1)} if degree else set()
    for _ in range((degree - 1) * spins if spins > 1 else 0):
        first, second = sorted(random.sample(range(spins), 2))
        pairs.add((first, second))
    ends = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    couplings = [random.choice((-1, 1)) * random.randint(1, largest) for _ in pairs]
    biases = [random.randint(-largest, largest) * random.randint(0, 1) for _ in range(spins)]
    coupling, bias = np.array(couplings, np.int64), np.array(biases, np.int64)
    # Each p-bit adds as many couplings as fit its accumulator.
    sums = np.abs(bias)
    for side in ends.T:
        sums = sums + np.bincount(side, np.abs(coupling), spins).astype(np.int64)
    shrink = -(-int(sums.max()) // params.field_limit) or 1
    coupling, bias = coupling // shrink, bias // shrink
    problem = IsingProblem(
        tuple(range(spins)),
        bias.astype(np.float64),
        ends[:, 0],
        ends[:, 1],
        coupling.astype(np.float64),
    )
    return problem, Quantised(bias, coupling, 1.0, True, 0.0, 0.0)


def _state_words(program: Program, params: MachineParams) -> int:
    """Bus words that hold the states that a run reads or writes."""
    pbits = max(program.addresses, len(program.rows) * params.lanes)
    return min(params.state_words, -(-pbits * params.replicas // 32))


def _set_constant(states: Words, program: Program, params: MachineParams) -> None:
    """Set the p-bit that is always +1, if there is one."""
    if program.constant is None:
        return
    bits = np.unpackbits(states.view(np.uint8), bitorder="little")
    begin = program.constant * params.replicas
    bits[begin : begin + params.replicas] = 1
    states[:] = np.packbits(bits, bitorder="little").view("<u4")


def _seeds(params: MachineParams, seed: int, generators: int | None = None) -> Words:
    streams = np.arange(params.generators if generators is None else generators)
    return seed_words(params.source, seed, streams).reshape(-1)


def _filled(count: int) -> Words:
    return np.resize(np.array(_FILLING, np.uint32), count)
