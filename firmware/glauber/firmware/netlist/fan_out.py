"""Gives a flip-flop with many readers some twins, each for a part of the readers.

A signal that reaches all lanes has thousands of readers all over the device, and the way to the
farthest of them takes longer than a clock. Place and route does not duplicate flip-flops, and
synthesis merges those that a description duplicates.
"""

from collections import defaultdict
from typing import Any

__all__ = ["READERS_MAX", "split_fan_out"]

READERS_MAX = 32

_Pin = tuple[str, str, int]  # cell, pin, and which of its bits


def split_fan_out(netlist: dict[str, Any], readers_max: int = READERS_MAX) -> dict[str, Any]:
    """A netlist for ECP5, as Yosys writes it, in which no flip-flop has more readers.

    netlist
        As of `use_output_registers`.
    readers_max
        Pins that one flip-flop may drive; 2 or more.

    Readers whose names are near each other, and which so belong to the same part of the
    description, share a twin. Twins are readers themselves: a delay line becomes a tree.
    """
    for module in netlist["modules"].values():
        _split(module, readers_max)
    return netlist


def _split(module: dict[str, Any], readers_max: int) -> None:
    cells = module["cells"]
    readers = _readers(cells)
    nets = [module["netnames"][name]["bits"] for name in module["netnames"]]
    fresh = 1 + max((net for bits in nets for net in bits if isinstance(net, int)), default=1)
    waiting = [name for name in sorted(cells) if cells[name]["type"] == "TRELLIS_FF"]
    drivers = {cells[name]["connections"]["Q"][0]: name for name in waiting}
    while waiting:
        name = waiting.pop()
        connections = cells[name]["connections"]
        followers = readers[connections["Q"][0]]
        # The first part stays with the flip-flop that is there.
        for start in range(readers_max, len(followers), readers_max):
            twin = f"{name}$twin{fresh}"
            cells[twin] = {**cells[name], "connections": {**connections, "Q": [fresh]}}
            # Not the cell's name: a netlist of Yosys has one space for the names of both.
            net = {"hide_name": 1, "bits": [fresh], "attributes": {}}
            module["netnames"][f"{twin}$q"] = net
            drivers[fresh], readers[fresh] = twin, followers[start : start + readers_max]
            for reader, pin, index in readers[fresh]:
                bits = cells[reader]["connections"][pin]
                cells[reader]["connections"][pin] = [*bits[:index], fresh, *bits[index + 1 :]]
            for pin, source in connections.items():
                if pin != "Q":
                    readers[source[0]].append((twin, pin, 0))
            fresh += 1
        if len(followers) > readers_max:
            del followers[readers_max:]
            # What this flip-flop and its twins read may have too many readers now.
            sources = [bits[0] for pin, bits in connections.items() if pin != "Q"]
            waiting += [drivers[source] for source in sources if source in drivers]


def _readers(cells: dict[str, Any]) -> dict[Any, list[_Pin]]:
    readers: dict[Any, list[_Pin]] = defaultdict(list)
    for name in sorted(cells):
        cell = cells[name]
        for pin, nets in cell["connections"].items():
            if cell["port_directions"][pin] != "output":
                for index, net in enumerate(nets):
                    if isinstance(net, int):
                        readers[net].append((name, pin, index))
    return readers
