"""The register bus between the link and the machine."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.frames import Result

__all__ = ["BusRegister", "BusSignature"]


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


class BusRegister(wiring.Component):
    """Flip-flops in a bus, both ways, so that no path of gates leads through from side to side.

    Members
    -------
    asked : In(BusSignature)
    bus : Out(BusSignature)
        The same requests, and where their answers come from.

    Timing
    ------
    A request stands at `bus` a clock after it came, its answer a clock after that of `bus`; the
    clock after an answer is idle, but address and data still stand in it.
    """

    asked: Any
    bus: Any

    def __init__(self) -> None:
        super().__init__({"asked": In(BusSignature()), "bus": Out(BusSignature())})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        asked, bus = self.asked, self.bus
        m.d.sync += [
            bus.valid.eq(asked.valid & ~asked.ready & ~(bus.valid & bus.ready)),
            asked.ready.eq(bus.valid & bus.ready),
        ]
        request, answer = Signal(65, reset_less=True), Signal(35, reset_less=True)
        m.d.sync += [
            request.eq(Cat(asked.write, asked.address, asked.w_data)),
            answer.eq(Cat(bus.r_data, bus.result)),
        ]
        m.d.comb += [
            Cat(bus.write, bus.address, bus.w_data).eq(request),
            Cat(asked.r_data, asked.result).eq(answer),
        ]

        return m
