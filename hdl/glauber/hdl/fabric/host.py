"""The states that the host sees."""

from typing import Any

from amaranth.hdl import Module, Mux
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.frames import Result
from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from ..link.bus import BusSignature
from ..measure.keeper import StateKeeper
from ..measure.lines import KeepLines
from .access import StateAccess
from .memories import StateCopy, StateWrite

__all__ = ["HostStates"]


class HostStates(wiring.Component):
    """A state copy for the host, and one of the best states in a machine that keeps them.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    bus, best : In(BusSignature)
        `Region.STATES` and `Region.BEST`, of which one is asked at a time; both show the address of
        the request, whichever it is for.
    write : In(StateWrite)
        What all state copies take in.
    host : Out(StateWrite)
        The host's writes.
    keep : In(KeepLines)

    Timing
    ------
    As `StateAccess`, for both regions.
    """

    bus: Any
    best: Any
    write: data.View
    host: data.View
    keep: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "bus": In(BusSignature()),
                "best": In(BusSignature()),
                "write": In(StateWrite(params)),
                "host": Out(StateWrite(params)),
                "keep": In(KeepLines(params)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.access = access = StateAccess(self._params)
        m.submodules.copy = copy = StateCopy(self._params)
        connect(m, flipped(self.bus), access.bus)
        best = self.best
        m.d.comb += [
            [copy.write.eq(self.write), self.host.eq(access.write)],
            [copy.address.eq(access.address), access.states.eq(copy.states)],
            [
                best.ready.eq(1),
                best.result.eq(Result.BAD_ADDRESS),
                best.r_data.eq(access.bus.r_data),
            ],
        ]
        if Abilities.BEST not in self._params.abilities:
            return m

        m.submodules.keeper = keeper = StateKeeper(self._params)
        connect(m, flipped(self.keep), keeper.lines)
        m.d.comb += [
            keeper.states.eq(copy.states),
            copy.address.eq(Mux(keeper.keeping, keeper.pbit, access.address)),
            keeper.address.eq(copy.address),
        ]
        with m.If(best.valid):
            m.d.comb += access.states.eq(keeper.best)
            with m.If(~best.write):
                m.d.comb += [access.bus.valid.eq(1), access.bus.write.eq(0)]
                m.d.comb += [best.ready.eq(access.bus.ready), best.result.eq(access.bus.result)]

        return m
