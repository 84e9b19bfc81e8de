"""What a kernel is made for."""

from dataclasses import dataclass

from glauber.hdl.facts.generators import Generator

__all__ = ["KernelShape"]


@dataclass(frozen=True)
class KernelShape:
    """Generators and widths of a block of replicas.

    generator : Generator
    units, draws : int
        Generators of a lane, and words that each delivers per row; the block has `replicas`.
    field_bits : int
        16 or 32: of what a field is computed with.
    fields : int
        Entries of the table of limits: the largest magnitude of a field and one more.
    """

    generator: Generator
    units: int
    draws: int
    field_bits: int = 16
    fields: int = 1

    @property
    def replicas(self) -> int:
        return self.units * self.draws
