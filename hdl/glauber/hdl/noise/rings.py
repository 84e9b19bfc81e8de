"""Inverter rings, whose jitter is the only true randomness that an FPGA has to offer."""

from collections.abc import Sequence
from dataclasses import dataclass

from amaranth.hdl import Instance, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.errors import FactError
from ..family import Family

__all__ = ["RING_STAGES", "RING_STAGES_MAX", "RING_STAGES_MIN", "RingOscillators"]

# Two lengths, so that neighbours do not run at almost the same frequency and lock to each other.
RING_STAGES = (3, 5) * 8
RING_STAGES_MIN = 3  # a LUT alone may oscillate as well, but nothing here relies on that
RING_STAGES_MAX = 63  # a longer ring has fewer periods per second, and jitter comes by the period
_NAND = 0x7777  # of the first two inputs, whatever the other two are
_NOT = 0x5555  # of the first input, whatever the other three are


@dataclass(frozen=True)
class _Lut:
    """What a family calls its LUT with four inputs, and the parameter and pins of it."""

    cell: str
    init: str
    inputs: tuple[str, str, str, str]
    output: str


_LUTS = {
    Family.ICE40: _Lut("SB_LUT4", "LUT_INIT", ("I0", "I1", "I2", "I3"), "O"),
    Family.ECP5: _Lut("LUT4", "INIT", ("A", "B", "C", "D"), "Z"),
    Family.GOWIN: _Lut("LUT4", "INIT", ("I0", "I1", "I2", "I3"), "F"),
}


class RingOscillators(wiring.Component):
    """Free-running rings of inverters, each the LUTs of a family wired in a circle.

    The LUTs are named in the description and carry `keep`, since a loop of inverters that a
    synthesiser may rewrite is a loop that it may also remove. Place and route must be told to
    accept combinational loops; that hides loops made by mistake as well, and neither tool
    promises to leave these ones alone, so an image is to be checked with
    `glauber.firmware.rings.check_rings`.

    This cannot be simulated as gates: a ring has no stable state, so a simulator either never
    settles or, as Amaranth's does with an instance, takes the outputs as zero. The machine
    therefore takes the outputs of the rings as an input port, and in a simulation a behavioural
    model of the jitter drives that port in the place of this component.

    Parameters
    ----------
    family : Family
        Decides which LUT is instantiated.
    stages : Sequence[int]
        The length of every ring in LUTs: odd, `RING_STAGES_MIN` to `RING_STAGES_MAX`.

    Members
    -------
    enable : In(1)
        Lets the rings run. Low stops them all; as they then start from the same phase, the first
        bits after a start are the most predictable ones.
    o : Out(len(stages))
        A bit per ring, in no clock domain: pass each through a synchroniser of its own, and
        combine them only after that.

    Timing
    ------
    None: everything here is asynchronous.
    """

    enable: Signal
    o: Signal

    def __init__(self, family: Family, stages: Sequence[int] = RING_STAGES) -> None:
        if not stages:
            raise FactError("the number of rings is 0, and must be 1 or more; give a length each")
        for index, length in enumerate(stages):
            _check_length(f"the number of stages of ring {index}", length)
        self._lut = _LUTS[family]
        self._stages = tuple(stages)
        super().__init__({"enable": In(1), "o": Out(len(self._stages))})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        for index, length in enumerate(self._stages):
            m.submodules[f"ring{index}"] = ring = _Ring(self._lut, length)
            m.d.comb += [ring.enable.eq(self.enable), self.o[index].eq(ring.o)]

        return m


class _Ring(wiring.Component):
    """One ring: a NAND with `enable`, then inverters. In a netlist, a LUT is `ringN.stageK`."""

    enable: Signal
    o: Signal

    def __init__(self, lut: _Lut, length: int) -> None:
        self._lut = lut
        self._length = length
        super().__init__({"enable": In(1), "o": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lut = self._lut

        nodes = [Signal(name=f"node{index}") for index in range(self._length)]
        for index, node in enumerate(nodes):
            # For the first stage this is the last node, which closes the ring.
            inputs = [nodes[index - 1], self.enable if index == 0 else 0, 0, 0]
            m.submodules[f"stage{index}"] = Instance(
                lut.cell,
                ("a", "keep", 1),
                ("p", lut.init, _NAND if index == 0 else _NOT),
                *(("i", pin, value) for pin, value in zip(lut.inputs, inputs, strict=True)),
                ("o", lut.output, node),
            )
        m.d.comb += self.o.eq(nodes[-1])

        return m


def _check_length(what: str, length: int) -> None:
    if not RING_STAGES_MIN <= length <= RING_STAGES_MAX:
        raise FactError.out_of_range(
            what, length, RING_STAGES_MIN, RING_STAGES_MAX, "give an odd number in this range"
        )
    if length % 2 == 0:
        raise FactError(
            f"{what} is {length}, which is even, so the ring would settle instead of oscillating; "
            f"give an odd number, {RING_STAGES_MIN} to {RING_STAGES_MAX}"
        )
