"""The register bus between the link and the machine."""

from amaranth.hdl import unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.frames import Result

__all__ = ["BusSignature"]


class BusSignature(wiring.Signature):
    """A word-addressed bus of 32 bits, seen from the side that asks.

    Members
    -------
    valid : Out(1)
        A request stands; it is held, unchanged, until the clock in which `ready` is 1.
    write : Out(1)
        1 to write `w_data`, 0 to read.
    address, w_data : Out(32)
        Word address and data of the request.
    ready : In(1)
        The request is done in this clock. Never depends on `valid` of a later request.
    r_data : In(32)
        What was read; valid with `ready` if `result` is `OK`.
    result : In(3)
        A `facts.frames.Result`; valid with `ready`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "valid": Out(1),
                "write": Out(1),
                "address": Out(32),
                "w_data": Out(32),
                "ready": In(1),
                "r_data": In(32),
                "result": In(unsigned(max(Result).bit_length())),
            }
        )
