"""The model of the noise as its registers see it: health, counters, entropy, reseeds."""

import threading

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.health import Health, reseed_setting
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region
from glauber.hdl.facts.registers import Register

from ..rings import RingModel, Rings
from .entropy import EntropyModel
from .reseed import Reseeder

__all__ = ["NOISE_REGISTERS", "NoiseControl"]

NOISE_REGISTERS = frozenset(
    register for register in Register if Register.HEALTH <= register <= Register.RESEEDS_MISSED
)
# The model knows no time between requests; each request for a register of the noise counts as this
# many samples: fewer than a word is made of, and than the record holds, so that who reads steadily
# misses nothing.
_SAMPLES_PER_REQUEST = 128
_MASK32 = (1 << 32) - 1


class NoiseControl:
    """Health of all sources, and behavioural rings if the machine has any.

    rings : the rings, which may be made to fail; None if there are none
    reseeder : as the gates' one
    """

    def __init__(self, params: MachineParams, ring_model: RingModel | None) -> None:
        self._divider = params.ring_divider
        self.rings = Rings(ring_model.per_sample()) if ring_model else None
        self._entropy = EntropyModel()
        self.reseeder = Reseeder()
        self._generators = Health(0)
        self._words = self._word = 0
        self._cycles = 0  # since the last sample
        self._unseen = 0  # samples that are not taken yet
        self._lock = threading.Lock()  # of their number: a run computes in a thread of its own

    @property
    def health(self) -> Health:
        return self._entropy.health | self._generators

    @property
    def fault(self) -> bool:
        """Whether a test has failed, so that the machine must not run."""
        return bool(self.health & Health.FAILURES)

    def fail_generator(self) -> None:
        """A generator stands still."""
        self._generators = Health.LIVENESS

    def restart(self) -> None:
        """Clear all failures and begin with the start-up test."""
        self._generators = Health(0)
        self._entropy.restart()
        self.reseeder.drop()

    def set_reseed(self, setting: int) -> bool:
        """Whether the setting is possible; it is then in force."""
        possible = setting == 0 if self.rings is None else reseed_setting(setting)
        if possible:
            if self.reseeder.interval:  # which the samples before may have words for
                self._catch_up()
            self.reseeder.set(setting)
        return possible

    def pass_request(self) -> None:
        """Let the time of a request for a register pass."""
        self.take_samples(_SAMPLES_PER_REQUEST)

    def pass_cycles(self, cycles: int) -> None:
        """Let the time of a run pass.

        Of rings that are sound and fed into nothing, it is enough to look at the last samples, once
        somebody does.
        """
        if self.rings is None:
            return
        count, self._cycles = divmod(self._cycles + cycles, self._divider)
        if self.rings.model.fault == "none" and not self.reseeder.interval:
            with self._lock:
                self._unseen += count
        else:
            self.take_samples(count)

    def _catch_up(self) -> None:
        """Take the last of the samples that were not taken yet."""
        with self._lock:
            count, self._unseen = self._unseen, 0
        if not count:
            return
        self._entropy.skip(max(0, count - _SAMPLES_PER_REQUEST))
        self._take(min(count, _SAMPLES_PER_REQUEST))

    def take_samples(self, count: int) -> None:
        """Sample the rings `count` times."""
        if self.rings is not None:
            self._catch_up()
            self._take(count)

    def _take(self, count: int) -> None:
        assert self.rings is not None
        for word in self._entropy.take(self.rings.bits(count)):
            if not self.reseeder.offer(word):
                self._words, self._word = self._words + 1 & _MASK32, word
        if not self._entropy.health & Health.READY:
            self.reseeder.drop()

    def read(self, register: Register) -> int:
        """A register of `NOISE_REGISTERS`."""
        self._catch_up()
        return {
            **self._entropy.registers(),
            Register.HEALTH: int(self.health),
            Register.ENTROPY_COUNT: self._words,
            Register.ENTROPY_WORD: self._word,
            Register.RESEED: self.reseeder.setting,
            Register.RESEEDS: self.reseeder.done,
            Register.RESEEDS_MISSED: self.reseeder.missed,
        }[register]

    def memory(self, region: Region) -> NDArray[np.uint32]:
        """The words of `Region.RAW` or `Region.RESEEDS`, in place; none without rings."""
        if self.rings is None:
            return np.empty(0, np.uint32)
        self._catch_up()
        return self._entropy.record if region is Region.RAW else self.reseeder.record
