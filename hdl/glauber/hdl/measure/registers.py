"""The registers of what measures."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["MeasureRegisters"]


class MeasureRegisters(wiring.Signature):
    """The registers of what measures, seen from its side.

    Members
    -------
    sweeps : In(32)
        Sweeps of the run so far.
    target : In(32)
        `Register.TARGET`.
    moment_walks : Out(32)
        `Register.MOMENT_WALKS`.
    """

    def __init__(self) -> None:
        super().__init__({"sweeps": In(32), "target": In(32), "moment_walks": Out(32)})
