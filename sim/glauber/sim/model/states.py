"""The model's state memory: a bit for each replica, split into blocks of replicas."""

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams

__all__ = ["BLOCK_REPLICAS", "StateMemory"]

Words = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
# Replicas that a kernel walks at once: what a register of 512 bits holds of the smallest fields.
BLOCK_REPLICAS = 64


class StateMemory:
    """The states of all p-bits.

    width : replicas of a block
    stride : bytes that the replicas of a block take
    blocks : uint8, shape (blocks, pbits, stride)
        Replica `block * width + r` is bit `r % 8` of byte `r // 8`; bits behind the replicas mean
        nothing.
    used : p-bits from which on nothing was ever written
    """

    def __init__(self, params: MachineParams) -> None:
        self._replicas = params.replicas
        self.width = min(params.replicas, max(BLOCK_REPLICAS, params.draws))
        self.stride = max(1, self.width // 8)
        self.blocks: Bytes = np.zeros(
            (params.replicas // self.width, params.pbits, self.stride), np.uint8
        )
        self.used = 0
        self._parts = max(1, params.replicas // 32)
        self._held = np.zeros(self._parts, np.uint32)

    def write(self, offset: int, words: Words) -> None:
        """Words of `Region.STATES`; with several per p-bit, the last one takes effect for all."""
        parts, first = self._parts, offset * 32 // self._replicas
        if parts > 1:
            history = np.concatenate([self._held, words])
            self._held = history[-parts:]
            # The first word of `history` whose p-bit is completed by `words`.
            begin = (parts - 1 - offset) % parts + 1
            whole = (len(history) - begin) // parts
            words = history[begin : begin + whole * parts]
            first = -(-(offset + 1) // parts) - 1
        states = self._from_words(words)
        self.used = max(self.used, first + len(states))
        self.blocks[:, first : first + len(states)] = states.swapaxes(0, 1)

    def read(self, offset: int, count: int) -> Words:
        """Words of `Region.STATES`."""
        first = offset * 32 // self._replicas
        last = -(-(offset + count) * 32 // self._replicas)
        states = np.ascontiguousarray(self.blocks[:, first:last].swapaxes(0, 1))
        if self._replicas < 8:
            bits = np.unpackbits(states, axis=-1, count=self._replicas, bitorder="little")
            states = np.packbits(bits, bitorder="little")
        words = states.reshape(-1).view("<u4").astype(np.uint32, copy=False)
        skip = offset - first * self._replicas // 32
        return words[skip : skip + count]

    def _from_words(self, words: Words) -> Bytes:
        """The states of whole p-bits, shape (pbits, blocks, stride)."""
        data = words.astype("<u4", copy=False).view(np.uint8)
        if self._replicas < 8:
            bits = np.unpackbits(data, bitorder="little").reshape(-1, self._replicas)
            data = np.packbits(bits, axis=-1, bitorder="little")
        return data.reshape(-1, len(self.blocks), self.stride)
