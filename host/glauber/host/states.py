"""The states of a device, and of its best ones: arrays of bits, read and written in bursts."""

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region, region_base

from .bus import unpack_bits
from .link import Link

__all__ = ["StateMemory", "States"]

STATE_WORD_BITS = 32

States = NDArray[np.bool_]


class StateMemory:
    """The states of all p-bits of a device; shapes are (pbits, replicas), true is +1."""

    def __init__(self, link: Link, params: MachineParams) -> None:
        self._link = link
        self._params = params

    def write(self, states: np.ndarray, first: int = 0) -> None:
        """Set the p-bits from number `first` on. Raises `FactError` for another shape or type."""
        bits = np.asarray(states)
        params, name = self._params, self._link.transport.name
        room = params.pbits - first
        if bits.ndim != 2 or bits.shape[1] != params.replicas or bits.shape[0] > room:
            raise FactError(
                f"states have the shape {bits.shape}; {name} takes (pbits, replicas) with up "
                f"to {room} p-bits and {params.replicas} replicas"
            )
        if bits.dtype != np.bool_:
            raise FactError(f"states have the type {bits.dtype}; give booleans, true for +1")
        begin, before = divmod(first * params.replicas, STATE_WORD_BITS)
        flat = bits.reshape(-1)
        base = region_base(Region.STATES)
        # The words at the ends also hold states that must stay.
        if before:
            word = self._link.read(base + begin, 1)
            flat = np.concatenate([unpack_bits(word)[:before], flat])
        whole, rest = divmod(flat.size, STATE_WORD_BITS)
        if rest:
            last = self._link.read(base + begin + whole, 1)
            flat = np.concatenate([flat, unpack_bits(last)[rest:]])
        self._link.write(base + begin, np.packbits(flat, bitorder="little").view("<u4"))

    def read(self, pbits: int | None = None, region: Region = Region.STATES) -> States:
        """The first p-bits, all by default. Raises `FactError` if there are not so many."""
        params = self._params
        pbits = params.pbits if pbits is None else pbits
        if not 0 <= pbits <= params.pbits:
            raise FactError.out_of_range("pbits", pbits, 0, params.pbits, "read what exists")
        bits = pbits * params.replicas
        words = self._link.read(region_base(region), -(-bits // STATE_WORD_BITS))
        return unpack_bits(words)[:bits].reshape(pbits, params.replicas)
