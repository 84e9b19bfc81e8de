"""FPGA families whose primitives the gates name where synthesis would not find them by itself."""

from enum import Enum

__all__ = ["Family", "family_of", "has_spram"]


class Family(Enum):
    """An FPGA family with open tools."""

    ICE40 = "ice40"
    ECP5 = "ecp5"
    GOWIN = "gowin"


def family_of(platform: object) -> Family | None:
    """The family of an Amaranth platform; None without one, as in simulation, or for another."""
    name = str(getattr(platform, "family", "")).lower()
    if name.startswith("gw"):
        return Family.GOWIN
    return next((family for family in Family if family.value == name), None)


def has_spram(platform: object) -> bool:
    """Whether the device has single-port memories of 256 kbit, as the iCE40 UP5K has."""
    return getattr(platform, "device", "") == "iCE40UP5K"
