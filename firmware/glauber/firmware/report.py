"""What an image is and what it takes, for people and for programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glauber.hdl.facts.machine import MachineParams

from .utilization import Usage

__all__ = ["DEGREES", "ImageReport", "capacity", "report_text", "updates_per_ns"]

DEGREES = (3, 6, 48)


def updates_per_ns(params: MachineParams, degree: int, clock_hz: float) -> float:
    """How many p-bits a machine updates per nanosecond, if all have `degree` neighbours.

    Provided that the rows are full and never wait for each other.
    """
    slots = max(params.row_min, -(-degree // params.couplings_per_slot))
    return params.lanes * params.replicas / slots * clock_hz * 1e-9


def capacity(params: MachineParams) -> dict[str, int]:
    """What a machine can hold at most: p-bits, and couplings between them.

    A coupling is stored twice, once for either end. A bias takes the place of half a coupling, and
    where there are biases, one p-bit stands for them all.
    """
    words = params.lanes * params.slots * params.couplings_per_slot
    return {"pbits": params.pbits, "couplings": words // 2}


@dataclass(frozen=True)
class ImageReport:
    """What is to be known of a finished image.

    board, title, image : str
    build_id : int
    clock_hz, achieved_hz : float
        What the machine runs at, and the fastest that static timing allows.
    params : MachineParams
    baud : int
    usage : Mapping[str, Usage]
    seed : int
        Of place and route.
    seconds : Mapping[str, float]
        How long each tool took.
    tools : Mapping[str, str]
        What each tool was.
    """

    board: str
    title: str
    image: str
    build_id: int
    clock_hz: float
    achieved_hz: float
    params: MachineParams
    baud: int
    usage: Mapping[str, Usage]
    seed: int
    seconds: Mapping[str, float]
    tools: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        params = self.params
        rates = {
            str(degree): round(updates_per_ns(params, degree, self.clock_hz), 6)
            for degree in DEGREES
        }
        thousands = self.usage["LUT4"].used / 1000
        table = params.table
        return {
            "board": self.board,
            "title": self.title,
            "image": self.image,
            "build_id": f"{self.build_id:08x}",
            "clock_hz": round(self.clock_hz),
            "achieved_hz": round(self.achieved_hz),
            "baud": self.baud,
            "params": {
                **{name: value for name, value in vars(params).items() if name != "table"},
                "source": params.source.name.lower(),
                "abilities": params.abilities.text,
                "table": [table.coarse_bits, table.fine_bits],
            },
            "capacity": capacity(params),
            "usage": {
                unit: {"used": use.used, "available": use.available}
                for unit, use in self.usage.items()
            },
            "updates_per_ns": rates,
            "updates_per_ns_per_kilolut": {
                degree: round(rate / thousands, 6) for degree, rate in rates.items()
            },
            "seed": self.seed,
            "seconds": {tool: round(seconds, 1) for tool, seconds in self.seconds.items()},
            "tools": dict(self.tools),
        }


def report_text(report: Mapping[str, Any]) -> str:
    """What `ImageReport.as_dict` returned, as a table for people."""
    params, held = report["params"], report["capacity"]
    rings = f", {params['rings']} rings" if params["rings"] else ""
    machine = f"{params['lanes']} lanes x {params['replicas']} replicas"
    slots = f"{params['couplings_per_slot']} couplings per slot"
    clock, most = report["clock_hz"] / 1e6, report["achieved_hz"] / 1e6
    lines = [
        f"{report['image']} for {report['title']} ({report['board']}), build {report['build_id']}",
        f"  machine      {machine}, {slots}, {params['source']}{rings}",
        f"  abilities    {params['abilities']}",
        f"  capacity     {held['pbits']:,} p-bits, {held['couplings']:,} couplings",
        f"  clock        {clock:.2f} MHz; static timing allows {most:.2f} (seed {report['seed']})",
        *(
            f"  {unit:<12} {Usage(use['used'], use['available']).of()}"
            for unit, use in report["usage"].items()
        ),
        f"  serial line  {report['baud']:,} baud",
        "  degree   updates per ns   per 1,000 LUT4",
    ]
    per_lut = report["updates_per_ns_per_kilolut"]
    lines += [
        f"  {degree:>6}   {rate:>14.3f}   {per_lut[degree]:>14.4f}"
        for degree, rate in report["updates_per_ns"].items()
    ]
    return "\n".join(lines)
