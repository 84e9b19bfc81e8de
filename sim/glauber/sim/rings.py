"""A behavioural model of ring oscillators, in place of gates that no simulator can run.

The phase of a ring is a fraction of its period, as an integer of 64 bits. In every clock it goes
on by the ring's frequency and by a random amount, whose accumulation is the ring's jitter; the
output is 1 in the first part of the period. The C++ twin is in `sim/rtl/rings.hh`: both must give
the same bits.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.seeding import mix

__all__ = ["FAULTS", "RingModel", "Rings"]

FAULTS = {
    "none": "rings that run as they should",
    "stuck0": "no ring oscillates; all are 0",
    "stuck1": "no ring oscillates; the sum of all is 1",
    "dead": "no ring oscillates; each stays where it is",
    "biased": "the sum of all is 1 in 9 of 10 samples",
    "locked": "all rings follow the clock: the sum is always the same",
    "alternating": "all rings follow the clock: the sum changes from sample to sample",
}
_TURN = 1 << 64
_BLOCK = 1024  # clocks that are computed at once: they stay in a core's own cache
# Clocks at once for which Numba, which is fifteen times faster, is worth its import.
_MANY = 20_000
# Of the linear congruential generator of 64 bits; Knuth's MMIX.
_FACTOR, _INCREMENT = 6364136223846793005, 1442695040888963407
# Rings of 3 to 5 stages run at some hundreds of MHz, above the clocks of machines; no ratio of two
# of these is a simple fraction.
_SLOWEST, _SPREAD = 2.3819660113, 0.6180339887
# The random amount is an even one of 32 bits; its standard deviation is this.
_STEP_SPREAD = (1 << 32) / 12**0.5
_BIAS = 0.9


@dataclass(frozen=True)
class RingModel:
    """Parameters of rings in simulation.

    rings : how many
    jitter : standard deviation of a ring's phase after one clock, in periods
    duty : part of the period for which the output is 1
    seed : of the random amounts and the first phases
    fault : one of `FAULTS`
    divider : clocks between samples; of use only to make up faults

    Raises `FactError` for what is out of range.
    """

    rings: int
    divider: int
    jitter: float = 0.02
    duty: float = 0.5
    seed: int = 1
    fault: str = "none"

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise FactError(
                f"there is no ring fault {self.fault!r}; use one of {', '.join(FAULTS)}"
            )
        for name, value, high in (("jitter", self.jitter, 0.25), ("duty", self.duty, 1)):
            if not 0 <= value <= high:
                raise FactError.out_of_range(
                    f"the rings' {name}", value, 0, high, "see `glauber.sim.rings`"
                )

    def per_sample(self) -> "RingModel":
        """The same rings, with a sample in every clock: for who need not see them in between."""
        return replace(self, divider=1, jitter=min(0.25, self.jitter * self.divider**0.5))

    def parameters(self) -> NDArray[np.uint64]:
        """Frequency, jitter and duty of each ring, shape (rings, 3): per clock, in 1/2**64."""
        table = np.zeros((self.rings, 3), np.uint64)
        for ring in range(self.rings):
            frequency = _SLOWEST + (ring * _SPREAD) % 1
            jitter, duty = self.jitter, self.duty
            if self.fault in ("locked", "alternating"):
                # In step with the clock; half a turn from sample to sample, for an odd one out.
                half = self.fault == "alternating" and ring == 0
                frequency, jitter = (0.5 / self.divider if half else 0.0), 0.0
            elif self.fault == "biased" and ring == 0:
                duty = _BIAS
            elif self.fault == "biased":
                frequency, jitter, duty = 0.0, 0.0, 0.0
            elif self.fault in ("stuck0", "stuck1", "dead"):
                frequency = jitter = 0.0
                if self.fault != "dead":
                    duty = float(self.fault == "stuck1" and ring == 0)
            table[ring] = (
                int(frequency % 1 * _TURN),
                int(jitter * _TURN / _STEP_SPREAD),
                min(_TURN - 1, int(duty * _TURN)),
            )
        return table

    def start(self) -> NDArray[np.uint64]:
        """First phase and state of the random numbers of each ring, shape (rings, 2)."""
        rings = range(self.rings)
        return np.array(
            [[mix(4 * (self.seed + 64 * ring) + k & _TURN - 1) for k in (0, 1)] for ring in rings],
            np.uint64,
        ).reshape(self.rings, 2)


class Rings:
    """Rings in the course of time."""

    def __init__(self, model: RingModel) -> None:
        self.model = model
        self._state = model.start()
        self._parameters = model.parameters()

    def change(self, model: RingModel) -> None:
        """From now on the rings behave as `model` says; their phases go on from where they are."""
        self.model = model
        self._parameters = model.parameters()

    def run(self, clocks: int) -> NDArray[np.uint64]:
        """The outputs in the next clocks: bit `r` of a value is ring `r`."""
        outputs = np.zeros(clocks, np.uint64)
        if clocks > _MANY:
            _compiled_run()(outputs, self._state, self._parameters)
            return outputs
        for first in range(0, clocks, _BLOCK):
            _run(outputs[first : first + _BLOCK], self._state, self._parameters)
        return outputs

    def bits(self, clocks: int) -> NDArray[np.uint8]:
        """The sum of all rings, modulo 2, in the next clocks."""
        return (np.bitwise_count(self.run(clocks)) & 1).astype(np.uint8)


@cache
def _powers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Of the random numbers: what 1 to `_BLOCK` steps multiply by, and add."""
    factor = np.full(_BLOCK, _FACTOR, np.uint64)
    multiply = np.multiply.accumulate(factor)
    add = np.cumsum(np.concatenate([[np.uint64(1)], multiply[:-1]]), dtype=np.uint64)
    return multiply, add * np.uint64(_INCREMENT)


def _run(
    outputs: NDArray[np.uint64], state: NDArray[np.uint64], parameters: NDArray[np.uint64]
) -> None:
    """Stores the outputs of 1 to `_BLOCK` clocks, and moves the state on."""
    multiply, add = (numbers[: len(outputs)] for numbers in _powers())
    step, jitter, duty = parameters.T[:, :, None]
    # A linear congruential generator, of which the high half is used, centred. One row per ring.
    moves = multiply * state[:, 1:]
    moves += add
    last = moves[:, -1].copy()
    moves >>= np.uint64(32)
    moves -= np.uint64(0x8000_0000)
    moves *= jitter
    moves += step
    phases = np.empty((len(state), len(outputs) + 1), np.uint64)
    phases[:, 0] = state[:, 0]
    np.cumsum(moves, axis=1, out=phases[:, 1:])
    phases[:, 1:] += state[:, :1]
    for ring, ones in enumerate(phases[:, :-1] < duty):
        outputs |= ones.astype(np.uint64) << np.uint64(ring)
    state[:, 0], state[:, 1] = phases[:, -1], last


@cache
def _compiled_run() -> Callable[..., None]:
    import numba

    return numba.njit(nogil=True, cache=True)(_run_many)


def _run_many(outputs, state, parameters):
    """`_run` for any number of clocks, one after the other; to be compiled."""
    # Rings innermost: they do not wait for each other, as the clocks of one ring do.
    rings = len(state)
    phase, random = state[:, 0].copy(), state[:, 1].copy()
    step, jitter, duty = parameters[:, 0].copy(), parameters[:, 1].copy(), parameters[:, 2].copy()
    for clock in range(len(outputs)):
        output = np.uint64(0)
        for ring in range(rings):
            output |= np.uint64(phase[ring] < duty[ring]) << np.uint64(ring)
            drawn = random[ring] * np.uint64(_FACTOR) + np.uint64(_INCREMENT)
            offset = (drawn >> np.uint64(32)) - np.uint64(0x8000_0000)
            phase[ring] += step[ring] + offset * jitter[ring]
            random[ring] = drawn
        outputs[clock] = output
    state[:, 0], state[:, 1] = phase, random
