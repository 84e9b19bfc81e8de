"""Gives a flip-flop with very many readers some twins, each for a part of the readers.

A signal that reaches all lanes has thousands of readers all over the device, and the way to the
farthest of them takes longer than a clock. Place and route does not duplicate flip-flops, and
synthesis merges those that a description duplicates.
"""

from collections import defaultdict
from typing import Any

__all__ = ["READERS_MAX", "split_fan_out"]

READERS_MAX = 256


def split_fan_out(netlist: dict[str, Any], readers_max: int = READERS_MAX) -> dict[str, Any]:
    """A netlist for ECP5, as Yosys writes it, in which no flip-flop has more readers.

    netlist
        As of `use_output_registers`.
    readers_max
        Pins that one flip-flop may drive; 1 or more.

    Readers whose names are near each other, and which so belong to the same part of the
    description, share a twin.
    """
    for module in netlist["modules"].values():
        _split(module, readers_max)
    return netlist


def _split(module: dict[str, Any], readers_max: int) -> None:
    cells = module["cells"]
    readers: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for name in sorted(cells):
        cell = cells[name]
        for pin, nets in cell["connections"].items():
            if cell["port_directions"][pin] != "output":
                for index, net in enumerate(nets):
                    if isinstance(net, int):
                        readers[net].append((name, pin, index))
    nets = [module["netnames"][name]["bits"] for name in module["netnames"]]
    fresh = 1 + max((net for bits in nets for net in bits if isinstance(net, int)), default=1)
    for name in [name for name in sorted(cells) if cells[name]["type"] == "TRELLIS_FF"]:
        followers = readers[cells[name]["connections"]["Q"][0]]
        # The first part stays with the flip-flop that is there.
        for start in range(readers_max, len(followers), readers_max):
            twin = f"{name}$twin{start // readers_max}"
            connections = {**cells[name]["connections"], "Q": [fresh]}
            cells[twin] = {**cells[name], "connections": connections}
            # Not the cell's name: a netlist of Yosys has one space for the names of both.
            net = {"hide_name": 1, "bits": [fresh], "attributes": {}}
            module["netnames"][f"{twin}$q"] = net
            for reader, pin, index in followers[start : start + readers_max]:
                bits = cells[reader]["connections"][pin]
                cells[reader]["connections"][pin] = [*bits[:index], fresh, *bits[index + 1 :]]
            fresh += 1
