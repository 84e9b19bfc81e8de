"""A flat netlist of single-bit nets, and its text in Verilog."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Cell", "Netlist"]

# A net by its name, or a constant.
Signal = str | int


@dataclass(frozen=True)
class Cell:
    """One cell, of a kind that the FPGA family's library of Yosys knows.

    kind, name : str
    parameters : Mapping[str, str]
        Verilog literals.
    inputs : Mapping[str, list[Signal]]
        By port, from the least significant bit; a signal is a net's name, or 0 or 1.
    outputs : Mapping[str, list[str | None]]
        As `inputs`; None is a bit that nothing uses.
    """

    kind: str
    name: str
    parameters: Mapping[str, str]
    inputs: Mapping[str, list[Signal]]
    outputs: Mapping[str, list[str | None]]


@dataclass
class Netlist:
    """What a bitstream configures.

    name : str
        Of the module.
    inputs : dict[str, str]
        The name of each input port, and the net that it drives.
    outputs : dict[str, Signal]
        The name of each output port, and what drives it.
    cells : list[Cell]
    """

    name: str
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, Signal] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)

    def count(self) -> Counter[str]:
        """How many cells there are of each kind."""
        return Counter(cell.kind for cell in self.cells)

    def verilog(self) -> str:
        """The netlist as one Verilog module."""
        ports = [f"input {_name(port)}" for port in self.inputs]
        ports += [f"output {_name(port)}" for port in self.outputs]
        nets = set(self.inputs.values())
        for cell in self.cells:
            nets.update(net for bits in cell.outputs.values() for net in bits if net)
        lines = [f"module {_name(self.name)} (", ",\n".join(f"  {port}" for port in ports), ");"]
        lines += [f"wire {_name(net)};" for net in sorted(nets)]
        lines += [f"assign {_name(net)} = {_name(port)};" for port, net in self.inputs.items()]
        lines += [f"assign {_name(port)} = {_bit(net)};" for port, net in self.outputs.items()]
        for cell in self.cells:
            lines += self._instance(cell, nets)
        return "\n".join([*lines, "endmodule", ""])

    @staticmethod
    def _instance(cell: Cell, nets: set[str]) -> list[str]:
        parameters = ", ".join(f".{name}({value})" for name, value in cell.parameters.items())
        ports = [f".{port}({_vector(bits, nets)})" for port, bits in cell.inputs.items()]
        unused = 0
        wires = []
        for port, bits in cell.outputs.items():
            names = []
            for bit in bits:
                if bit is None:  # a concatenation has no place for nothing
                    unused += 1
                    wires.append(name := f"{cell.name}_unused{unused}")
                else:
                    name = bit
                names.append(_name(name))
            ports.append(f".{port}({{{', '.join(reversed(names))}}})")
        head = f"{cell.kind} #({parameters})" if parameters else cell.kind
        return [f"wire {_name(wire)};" for wire in wires] + [
            f"{head} {_name(cell.name)} ({', '.join(ports)});"
        ]


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else f"\\{name} "


def _bit(signal: Signal) -> str:
    return f"1'b{signal}" if isinstance(signal, int) else _name(signal)


def _vector(bits: list[Signal], nets: set[str]) -> str:
    # A net without a driver reads as zero, as an unconnected input of the device does.
    known = [0 if isinstance(bit, str) and bit not in nets else bit for bit in bits]
    return "{" + ", ".join(_bit(bit) for bit in reversed(known)) + "}"
