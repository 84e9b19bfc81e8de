"""What a kernel is made for."""

from dataclasses import dataclass

from glauber.hdl.facts.generators import Generator

__all__ = ["REGISTER_ENTRIES", "KernelShape"]

# Bytes that a register of 512 bits holds, and so entries of a table that is split into bytes.
REGISTER_ENTRIES = 64
_REGISTER_BITS = 512


@dataclass(frozen=True)
class KernelShape:
    """Generators and widths of the replicas that a kernel walks at once.

    generator : Generator
    units, draws : int
        Generators of a lane, and words that each delivers per row: it has `replicas`.
    field_bits : int
        8, 16 or 32: of the numbers that a field is computed with.
    registers : int
        1, 2 or 4 times 64 thresholds are held in registers; 0 if they are looked up in memory.
    metropolis : bool
        Whether the rule is that of Metropolis.
    ladder : bool
        Whether each replica has tables of its own.
    blended : int
        As many entries of those tables are gone through one by one; 0 if they are looked up.
    near : bool
        Whether all couplings are 1 or -1, and the states that are read stand in bytes too.
    """

    generator: Generator
    units: int
    draws: int
    field_bits: int = 8
    registers: int = 0
    metropolis: bool = False
    ladder: bool = False
    blended: int = 0
    near: bool = False

    @property
    def replicas(self) -> int:
        return self.units * self.draws

    @property
    def width(self) -> int:
        """Bits of a state word in the kernel; those behind the replicas mean nothing."""
        return max(4, self.replicas)

    @property
    def part(self) -> int:
        """Replicas whose fields fit a register."""
        return min(self.width, _REGISTER_BITS // self.field_bits)

    @property
    def state_bytes(self) -> int:
        """Bytes of a state word."""
        return max(1, self.width // 8)
