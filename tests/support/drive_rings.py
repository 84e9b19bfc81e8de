"""Drives the port `rings` of a component under cocotb."""

from typing import Any

from cocotb.triggers import RisingEdge

from glauber.sim.rings import Rings

__all__ = ["drive_rings"]

_AT_ONCE = 4096


async def drive_rings(dut: Any, rings: Rings) -> None:
    """From now on, for ever: what `rings` gives, in every clock."""
    while True:
        for outputs in rings.run(_AT_ONCE).tolist():
            dut.rings.value = outputs
            await RisingEdge(dut.clk)
