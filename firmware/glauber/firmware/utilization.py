"""How much of a device an image takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import DesignTooLargeError
from .flows.flow import Flow

__all__ = ["Usage", "check_size", "read_usage"]

# `Info:             ICESTORM_LC:    4800/   5280    90%`
_LINE = re.compile(r"^Info:\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%", re.MULTILINE)
_NO_PLACE = re.compile(r"no B[Ee][Ll]s? remaining|[Uu]nable to find (?:a )?legal placement")


@dataclass(frozen=True)
class Usage:
    """How many of a kind there are, and how many of them are used."""

    used: int
    available: int

    def of(self, unit: str = "") -> str:
        """As in `4,800 of 5,280 LUT4 (91 %)`."""
        words = [f"{self.used:,} of {self.available:,}", *([unit] if unit else [])]
        return " ".join(words) + f" ({100 * self.used / max(1, self.available):.0f} %)"


def read_usage(
    report: Mapping[str, Any], netlist: Mapping[str, Any], flow: Flow
) -> dict[str, Usage]:
    """What an image takes of every kind that the device has.

    Parameters
    ----------
    report : Mapping
        What nextpnr wrote.
    netlist : Mapping
        What went into it: flip-flops are counted here, as some families' cells hold one and a LUT.
    flow : Flow
    """
    counts = {kind: (row["used"], row["available"]) for kind, row in report["utilization"].items()}
    usage = _by_unit(counts, flow)
    cells = netlist["modules"]["top"]["cells"].values()
    flops = sum(cell["type"].startswith(flow.flip_flop) for cell in cells)
    there = usage["FF"].available if "FF" in usage else usage["LUT4"].available
    return {"LUT4": usage.pop("LUT4"), "FF": Usage(flops, there), **_without(usage, "FF")}


def check_size(log: str, flow: Flow) -> None:
    """Raises `DesignTooLargeError` if a log of nextpnr says that the design does not fit."""
    counts = {kind: (int(used), int(there)) for kind, used, there in _LINE.findall(log)}
    usage = _by_unit(counts, flow)
    if not usage:
        return
    remedy = (
        "Make the machine smaller: fewer lanes, replicas or couplings_per_slot save LUTs and DSPs, "
        "fewer pbits, slots, rows and steps save block RAM; --set NAME=VALUE changes one"
    )
    over = [use.of(unit) for unit, use in usage.items() if use.used > use.available]
    if over:
        raise DesignTooLargeError(
            f"the machine is too large for the device: it needs {' and '.join(over)}. {remedy}"
        )
    if _NO_PLACE.search(log):
        fullest = max(usage, key=lambda unit: usage[unit].used / max(1, usage[unit].available))
        raise DesignTooLargeError(
            f"the machine is too large for the device: it takes {usage[fullest].of(fullest)}, and "
            f"no legal place was found for all of it. {remedy}"
        )


def _by_unit(counts: Mapping[str, tuple[int, int]], flow: Flow) -> dict[str, Usage]:
    usage = {}
    for unit, kinds in flow.units.items():
        found = [counts[kind] for kind in kinds if kind in counts]
        if found and any(there for _, there in found):
            used, there = (sum(column) for column in zip(*found, strict=True))
            usage[unit] = Usage(used, there)
    return usage


def _without(usage: Mapping[str, Usage], unit: str) -> dict[str, Usage]:
    return {name: use for name, use in usage.items() if name != unit}
