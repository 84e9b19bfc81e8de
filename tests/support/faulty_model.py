"""Models of machines that are not quite what they say, each with one fault at its bus."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.header import Header, HeaderWords
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region, region_base, split_address
from glauber.hdl.facts.registers import Register
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine
from glauber.sim.rings import RingModel

__all__ = ["FAULTS", "FaultyModel", "SilentEndpoint"]

Words = NDArray[np.uint32]

# What happens to `(address, words)` of a write, or of the answer to a read.
Harm = Callable[[int, Words], Words]


def _flip(region: int, offset: int, mask: int) -> Harm:
    """Inverts bits of one word, wherever it stands in a burst."""
    place = (region << 28) + offset

    def harm(address: int, words: Words) -> Words:
        if address <= place < address + len(words):
            words = words.copy()
            words[place - address] ^= np.uint32(mask)
        return words

    return harm


def _flip_in_bursts(address: int, words: Words) -> Words:
    harm = _flip(Region.REGISTERS, Header.CLOCK_HZ, 1)
    return harm(address, words) if len(words) > 1 else words


def _flip_heat(address: int, words: Words) -> Words:
    return words ^ np.uint32(1 << 14) if address >> 28 == Region.STEPS else words


FAULTS: dict[str, tuple[str, Harm]] = {
    "header": ("read", _flip_in_bursts),
    "state": ("write", _flip(Region.STATES, 2, 1 << 9)),
    "seed": ("write", _flip(Region.SEEDS, 1, 4)),
    "coupling": ("write", _flip(Region.PROGRAM, 5, 1)),
    "heat": ("write", _flip_heat),
    "cycles": ("read", _flip(Region.REGISTERS, Register.CYCLES_LOW, 1)),
    "row count": ("read", _flip(Region.REGISTERS, Register.ROW_COUNT, 1)),
}


class FaultyModel(ModelMachine):
    """A model with one of `FAULTS`, with "deaf" to damaged frames, with "lax" limits, or "none".

    `header`, if it is given, is what it says of itself.
    """

    def __init__(
        self, params: MachineParams, fault: str, header: HeaderWords | None = None
    ) -> None:
        rings = RingModel(params.rings, params.ring_divider) if params.rings else None
        super().__init__(params, 1, rings)
        self._fault = fault
        self._where, self._harm = FAULTS.get(fault, ("", lambda _, words: words))
        if header is not None:
            self._header = header.words()

    def count_bad_frame(self) -> None:
        if self._fault != "deaf":
            super().count_bad_frame()

    def read(self, address: int, count: int) -> tuple[Result, Words]:
        result, words = super().read(address, count)
        return result, self._harm(address, words) if self._where == "read" else words

    def write(self, address: int, words: Words) -> Result:
        if self._where == "write":
            words = self._harm(address, words)
        result = super().write(address, words)
        return Result.OK if self._fault == "lax" and result is Result.BAD_VALUE else result


class SilentEndpoint(Endpoint):
    """Answers until something is written to the region `until`, and then no more."""

    def __init__(self, params: MachineParams, until: Region) -> None:
        super().__init__(ModelMachine(params, threads=1), "silent:")
        self.time_scale = 0.001
        self._until = until
        self._gone = False
        write = self.machine.write

        def watch(address: int, words: Words) -> Result:
            self._gone |= split_address(address)[0] == region_base(until) >> 28
            return write(address, words)

        self.machine.write = watch

    def read(self, timeout: float) -> bytes:
        data = super().read(timeout)
        return b"" if self._gone else data
