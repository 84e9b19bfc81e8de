"""The flip-flops of an ECP5 netlist that a register of a larger cell can stand for."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

__all__ = ["FlipFlops"]

Cell = dict[str, Any]


class FlipFlops:
    """The plain flip-flops of a module: without enable, without reset, zero at the start.

    module
        A module of the JSON that Yosys writes. Its cells are changed in place.
    """

    def __init__(self, module: Mapping[str, Any]) -> None:
        self.cells: dict[str, Cell] = module["cells"]
        self._uses: Counter[int] = Counter()
        self._by_input: dict[int, str] = {}
        self._by_output: dict[int, str] = {}
        for port in module["ports"].values():
            self._uses.update(net for net in port["bits"] if isinstance(net, int))
        for name, cell in self.cells.items():
            for pin, nets in cell["connections"].items():
                if cell["port_directions"][pin] != "output":
                    self._uses.update(net for net in nets if isinstance(net, int))
            if _is_plain(cell):
                self._by_input[cell["connections"]["DI"][0]] = name
                self._by_output[cell["connections"]["Q"][0]] = name

    def of_type(self, kind: str) -> list[Cell]:
        return [cell for cell in self.cells.values() if cell["type"] == kind]

    def used(self, net: Any) -> bool:
        return self._uses[net] > 0

    def after(self, net: Any, clock: list[Any]) -> str | None:
        """The flip-flop that follows `net`, if nothing else does and its clock is `clock`."""
        name = self._by_input.get(net)
        if name is None or self._uses[net] != 1:
            return None
        return name if self.cells[name]["connections"]["CLK"] == clock else None

    def before(self, net: Any) -> str | None:
        """The flip-flop that drives `net`."""
        return self._by_output.get(net)

    def take_after(self, name: str) -> list[Any]:
        """Remove a flip-flop, and return the net that it drove: who had its input drives it now."""
        connections = self.cells.pop(name)["connections"]
        del self._by_input[connections["DI"][0]], self._by_output[connections["Q"][0]]
        self._uses[connections["DI"][0]] -= 1
        return connections["Q"]

    def bypass(self, name: str) -> list[Any]:
        """The input of a flip-flop, for one user of its output; without a user left, it goes."""
        connections = self.cells[name]["connections"]
        source, output = connections["DI"][0], connections["Q"][0]
        self._uses[source] += 1
        self._uses[output] -= 1
        if not self._uses[output]:
            self.take_after(name)
        return [source]


def _is_plain(cell: Cell) -> bool:
    if cell["type"] != "TRELLIS_FF":
        return False
    parameters, nets = cell["parameters"], cell["connections"]
    return (
        parameters["CLKMUX"] == "CLK"
        and (parameters["CEMUX"].strip() == "1" or nets.get("CE") == ["1"])
        and nets.get("LSR", ["0"]) == ["0"]
        and parameters["REGSET"] == "RESET"
    )
