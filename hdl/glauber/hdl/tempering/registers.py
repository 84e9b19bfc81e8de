"""The registers of rules and temperatures."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.rules import Mode

__all__ = ["TemperRegisters"]


class TemperRegisters(wiring.Signature):
    """The registers of rules and temperatures, seen from the tempering unit.

    Members
    -------
    mode : In(2)
        `Register.MODE`; constant in a run.
    exchanges : In(32)
        `Register.EXCHANGES`.
    exchanged : Out(1)
        A pulse: count an exchange.
    """

    def __init__(self) -> None:
        super().__init__(
            {"mode": In(max(Mode).bit_length()), "exchanges": In(32), "exchanged": Out(1)}
        )
