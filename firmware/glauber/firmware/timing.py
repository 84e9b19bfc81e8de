"""Is the clock of the machine as fast as it shall be? From the report that nextpnr writes."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import BuildError, TimingError
from .flows.flow import Flow

__all__ = ["Timing", "clock_names", "critical_path", "read_timing", "timing_error"]

_TOLERANCE = 2e-3  # nextpnr counts in whole picoseconds
_SHOWN = 60  # characters of a name
_GLOBAL = re.compile(r"^\$glbnet\$|_?\$glb_clk$|\$glb_clk$")  # what nextpnr adds to global nets
# What synthesis appends to the name of a signal for every cell that it makes of it.
_CELLS = re.compile(
    r"(_(LUT[1-6]|SB_LUT4|SB_DFF[A-Z]*|SB_CARRY|TRELLIS_FF|CCU2C|DFF[A-Z]*|ALU).*)$"
)


@dataclass(frozen=True)
class Timing:
    """What static timing says of the clock of the machine.

    clock : str
        nextpnr's name of it.
    achieved_hz : float
        The fastest that the placed and routed machine can have.
    wanted_hz : float
        What it shall have.
    others : tuple[str, ...]
        Other clocks that are too slow for their own constraint.
    """

    clock: str
    achieved_hz: float
    wanted_hz: float
    others: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        return self.achieved_hz >= self.wanted_hz and not self.others


def clock_names(netlist: Mapping[str, Any], flow: Flow) -> set[str]:
    """All names of the net that clocks the machine, in a netlist that Yosys wrote.

    That is the net which clocks most flip-flops; others are in rings or I/O, if there are any.

    Raises
    ------
    BuildError
        The netlist has no flip-flop.
    """
    top: Mapping[str, Any] = netlist["modules"]["top"]
    clocks = Counter(
        bit
        for cell in top["cells"].values()
        if cell["type"].startswith(flow.flip_flop)
        for bit in cell["connections"].get(flow.clock_pin, [])
    )
    if not clocks:
        raise BuildError("synthesis left no flip-flop; the image has no use for its clock")
    ((clock, _),) = clocks.most_common(1)
    return {name for name, net in top["netnames"].items() if net["bits"] == [clock]}


def read_timing(report: Mapping[str, Any], names: Collection[str], wanted_hz: float) -> Timing:
    """The timing of the clock that has one of `names`.

    Raises
    ------
    BuildError
        The tools did not time it, or not at `wanted_hz`, so that nothing is known of it.
    """
    clocks: Mapping[str, Any] = report["fmax"]
    found = [name for name in clocks if _GLOBAL.sub("", name) in names]
    if len(found) != 1:
        raise BuildError(
            f"nextpnr timed the clocks {', '.join(clocks) or 'none'}, but of the machine's clock, "
            f"{' or '.join(sorted(names))}, it timed {len(found)}; "
            "use the tool versions of constraints.txt"
        )
    clock = clocks[found[0]]
    if clock["constraint"] * 1e6 < wanted_hz * (1 - _TOLERANCE):
        raise BuildError(
            f"nextpnr checked the clock {found[0]} at {clock['constraint']:.2f} MHz, but it runs "
            f"at {wanted_hz / 1e6:.2f} MHz; use the tool versions of constraints.txt"
        )
    slow = tuple(
        name
        for name, other in clocks.items()
        if name != found[0] and other["achieved"] < other["constraint"] * (1 - _TOLERANCE)
    )
    return Timing(found[0], clock["achieved"] * 1e6, wanted_hz, slow)


def critical_path(report: Mapping[str, Any], clock: str) -> str:
    """The slowest way from a flip-flop to a flip-flop of `clock`, a line per step, in ns."""
    edge = f"posedge {clock}"
    path = next((p["path"] for p in report["critical_paths"] if p["from"] == p["to"] == edge), [])
    lines, total = [], 0.0
    for step in path:
        total += step["delay"]
        name = step.get("net") or step["to"]["cell"]
        lines.append(f"  {total:7.2f}  +{step['delay']:5.2f}  {step['type']:<8}  {_short(name)}")
    spent = {
        kind: sum(s["delay"] for s in path if (s["type"] == "routing") == (kind == "wires"))
        for kind in ("cells", "wires")
    }
    lines.append(f"  {spent['cells']:.2f} ns in cells, {spent['wires']:.2f} ns in wires")
    return "\n".join(lines)


def timing_error(report: Mapping[str, Any], timing: Timing, seeds: int) -> TimingError:
    """The error of a machine of which `timing` and `report` are the best of `seeds` attempts."""
    achieved, wanted = timing.achieved_hz / 1e6, timing.wanted_hz / 1e6
    slower = math.floor(achieved * 9.8) / 10
    if timing.achieved_hz >= timing.wanted_hz:
        return TimingError(
            f"the clocks {', '.join(timing.others)} beside that of the machine are too slow for "
            "their constraints; correct the frequencies in the description of the board"
        )
    return TimingError(
        f"the machine reaches {achieved:.2f} MHz with the best of {seeds} seed"
        f"{'s' * (seeds > 1)}, and shall have {wanted:.2f} MHz. Its slowest path, in ns:\n"
        f"{critical_path(report, timing.clock)}\n"
        f"Give a slower clock, such as --clock {slower:g}, or more seeds, such as "
        f"--seeds {2 * seeds}, or a smaller machine, such as half the lanes"
    )


def _short(name: str) -> str:
    """A name of a net or a cell without what synthesis appended, and not too long."""
    name = _CELLS.sub("", name)
    return name if len(name) <= _SHOWN else "..." + name[3 - _SHOWN :]
