"""Moves flip-flops around the multipliers of ECP5 into the multipliers.

A `MULT18X18D` takes 3.9 ns without its registers, which synthesis does not use: those at both
inputs, one within and one at the output. They are used all together or not at all, because place
and route knows the timing of these two cases.
"""

from typing import Any

from .flip_flops import Cell, FlipFlops

__all__ = ["use_multiplier_registers"]

_FACTOR_BITS = 18
_REGISTERS = ("REG_INPUTA", "REG_INPUTB", "REG_PIPELINE", "REG_OUTPUT")


def use_multiplier_registers(netlist: dict[str, Any]) -> dict[str, Any]:
    """A netlist for ECP5, as Yosys writes it, with the registers of `MULT18X18D` in use.

    netlist
        As of `use_output_registers`.
    """
    for module in netlist["modules"].values():
        flip_flops = FlipFlops(module)
        for cell in flip_flops.of_type("MULT18X18D"):
            _fold(flip_flops, cell)
    return netlist


def _fold(flip_flops: FlipFlops, cell: Cell) -> None:
    connections, cells = cell["connections"], flip_flops.cells
    factors = [f"{factor}{bit}" for factor in "AB" for bit in range(_FACTOR_BITS)]
    before = {
        pin: flip_flops.before(connections[pin][0]) for pin in factors if connections[pin] != ["0"]
    }
    if not before or None in before.values():
        return
    clocks = [cells[name]["connections"]["CLK"] for name in before.values() if name]
    if any(clock != clocks[0] for clock in clocks):
        return
    chains = {}
    for bit in range(2 * _FACTOR_BITS):
        net = connections[f"P{bit}"][0]
        if flip_flops.used(net):
            first = flip_flops.after(net, clocks[0])
            second = first and flip_flops.after(cells[first]["connections"]["Q"][0], clocks[0])
            if not (first and second):
                return
            chains[f"P{bit}"] = (first, second)
    if not chains:
        return
    for pin, name in before.items():
        assert name is not None
        connections[pin] = flip_flops.bypass(name)
    for pin, chain in chains.items():
        for name in chain:
            connections[pin] = flip_flops.take_after(name)
    cell["parameters"] |= {f"{register}_CLK": "CLK0" for register in _REGISTERS}
    for pin, nets in {"CLK0": clocks[0], "CE0": ["1"], "RST0": ["0"]}.items():
        connections[pin] = nets
        cell["port_directions"][pin] = "input"
