"""A module of Yosys' cells as words: expressions, registers and memories."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import GatesBuildError, GatesError
from .statements import WORD_BITS, Bits, width
from .words import CELLS, Words

__all__ = ["TOKEN", "WordDesign"]

TOKEN = re.compile(r"@(\d+)@")


class WordDesign:
    """A flat module whose every net is a word.

    Expressions name words as `@number@`. What `places` has is kept where it stands there: ports,
    and registers `r[n]`, whose next values are `x[n]`; all others are made of their expressions.

    ports : all but the clock, by name
    places : by word
    registers : words, and expressions of their next values
    initial : the words of registers at power-up
    memories : names, sizes and contents at power-up

    Raises `GatesBuildError` and `GatesError` as `emit_words`.
    """

    def __init__(self, module: Mapping[str, Any], clock: str) -> None:
        self.ports = {name: port for name, port in module["ports"].items() if name != clock}
        self._clock = module["ports"][clock]["bits"]
        self._words = Words()
        self._initial = _initial_levels(module)
        self.places: dict[int, str] = {}  # words that are kept where they are: ports, registers
        self._makers: dict[int, str] = {}  # expressions of the others
        self.registers: list[tuple[int, str]] = []  # word, expression of its next value
        self.initial: dict[int, int] = {}
        self.memories: list[tuple[str, int, list[int]]] = []
        self._writes: list[str] = []
        for name, port in self.ports.items():
            if len(port["bits"]) > WORD_BITS:
                raise GatesBuildError(
                    f"the port {name!r} has more than {WORD_BITS} bits; make it narrower"
                )
            if port["direction"] == "input":
                (number,) = self._words.declare(port["bits"])
                self.places[number] = f"p_{name}"
        cells = list(module["cells"].items())
        outputs = [self._declare(name, cell) for name, cell in cells]
        for (name, cell), numbers in zip(cells, outputs, strict=True):
            self._add(name, cell, numbers)

    def _declare(self, name: str, cell: Mapping[str, Any]) -> list[list[int]]:
        """The words that a cell drives, by its ports."""
        kind, wires, parameters = cell["type"], cell["connections"], cell["parameters"]
        if kind == "$mem_v2":
            bits = width(parameters, "WIDTH")
            data = wires["RD_DATA"]
            clocked = parameters["RD_CLK_ENABLE"][::-1]
            ports = range(width(parameters, "RD_PORTS"))
            return [
                self._drive(data[bits * port : bits * (port + 1)], clocked[port] == "1")
                for port in ports
            ]
        if kind == "$dff":
            return [self._drive(wires["Q"], register=True)]
        if kind not in CELLS:
            raise GatesBuildError(
                f"the gates have the cell {name!r} of the kind {kind!r}, which cannot be "
                "simulated; describe it otherwise"
            )
        return [self._drive(wires["Y"], register=False)]

    def _drive(self, bits: Bits, register: bool) -> list[int]:
        numbers = self._words.declare(bits)
        if register:
            for index, number in enumerate(numbers):
                self.places[number] = f"r[{len(self.initial)}]"
                part = bits[WORD_BITS * index : WORD_BITS * (index + 1)]
                self.initial[number] = sum(
                    self._initial.get(bit, 0) << place for place, bit in enumerate(part)
                )
        return numbers

    def _add(self, name: str, cell: Mapping[str, Any], numbers: list[list[int]]) -> None:
        kind, wires, parameters = cell["type"], cell["connections"], cell["parameters"]
        if kind == "$mem_v2":
            self._memory(name, parameters, wires, numbers)
        elif kind == "$dff":
            self._check_clock(name, wires["CLK"], parameters["CLK_POLARITY"])
            self.registers += zip(numbers[0], self._words.all(wires["D"]), strict=True)
        else:
            values = CELLS[kind](self._words, parameters, wires)
            self._makers.update(zip(numbers[0], values, strict=True))

    def _check_clock(self, name: str, wire: Bits, polarity: str) -> None:
        if wire != self._clock or int(polarity, 2) != 1:
            raise GatesError(
                f"{name!r} is not clocked by the rising edge of the domain `sync`; gates are "
                "simulated with one clock"
            )

    def _memory(
        self,
        name: str,
        parameters: Mapping[str, str],
        wires: Mapping[str, Bits],
        numbers: list[list[int]],
    ) -> None:
        size, bits, address = (width(parameters, key) for key in ("SIZE", "WIDTH", "ABITS"))
        plain = not any(
            "1" in parameters[key] for key in ("RD_TRANSPARENCY_MASK", "RD_WIDE_CONTINUATION")
        ) and not {*wires["RD_ARST"], *wires["RD_SRST"]} - {"0", "x"}
        if bits > WORD_BITS or not plain:
            raise GatesBuildError(
                f"the memory {name!r} has words of more than {WORD_BITS} bits, or read ports that "
                "are transparent or can be reset, which cannot be simulated; describe it otherwise"
            )
        memory = f"m{len(self.memories)}"
        text = parameters["INIT"].translate(str.maketrans("xz", "00")).rjust(size * bits, "0")
        words = [int(text[start : start + bits], 2) for start in range(0, size * bits, bits)]
        self.memories.append((memory, size, words[::-1]))
        for port, (number,) in enumerate(numbers):
            where = self._part(wires["RD_ADDR"], address, port)
            check = "" if size == 1 << address else f"{where} >= {size} ? 0 : "
            value = f"{check}{memory}[{where}]"
            if number in self.places:
                self._check_clock(name, wires["RD_CLK"][port : port + 1], "1")
                enable = self._part(wires["RD_EN"], 1, port)
                kept = "" if enable == "0x1ull" else f"!{enable} ? @{number}@ : "
                self.registers.append((number, f"({kept}{value})"))
            else:
                self._makers[number] = f"({value})"
        for port in range(width(parameters, "WR_PORTS")):
            self._check_clock(name, wires["WR_CLK"][port : port + 1], "1")
            where = self._part(wires["WR_ADDR"], address, port)
            data, enable = (self._part(wires[key], bits, port) for key in ("WR_DATA", "WR_EN"))
            self._writes.append(
                f"if (uint64_t e = {enable}, at = {where}; e && at < {size}) "
                f"{memory}[at] = ({memory}[at] & ~e) | ({data} & e);"
            )

    def _part(self, bits: Bits, size: int, port: int) -> str:
        """A port's share of what all ports of a memory have side by side."""
        return self._words.read(bits[size * port : size * (port + 1)])

    def statements(self) -> Iterator[tuple[int | None, str]]:
        """Every word that is needed with its expression, and what is done with them."""
        done: set[int] = set()
        outputs = [
            f"p_{name} = {self._words.read(port['bits'])};"
            for name, port in self.ports.items()
            if port["direction"] == "output"
        ]
        nexts = [f"x{self.places[number][1:]} = {value};" for number, value in self.registers]
        for sink in [*outputs, *nexts]:
            for number in self._needed(sink, done):
                yield number, f"@{number}@ = {self._makers[number]};"
            yield None, sink
        for write in self._writes:
            for number in self._needed(write, done):
                yield number, f"@{number}@ = {self._makers[number]};"
        for write in self._writes:
            yield None, write

    def _needed(self, sink: str, done: set[int]) -> Iterator[int]:
        """The words without which `sink` cannot be, each behind those that it needs itself."""
        stack = [(-1, self.inputs(sink))]
        under_way = set[int]()
        while stack:
            number, inputs = stack[-1]
            following = next(inputs, None)
            if following is None:
                stack.pop()
                if number >= 0:
                    done.add(number)
                    under_way.discard(number)
                    yield number
            elif following in under_way:
                raise GatesError(
                    "the gates have a loop that no flip-flop interrupts, or a word of which one "
                    "bit depends on another, which cannot be simulated; break it up"
                )
            elif following not in done:
                under_way.add(following)
                stack.append((following, self.inputs(self._makers[following])))

    def inputs(self, text: str) -> Iterator[int]:
        """The words in a text that are made of their expressions."""
        return (n for n in map(int, TOKEN.findall(text)) if n not in self.places)


def _initial_levels(module: Mapping[str, Any]) -> dict[int | str, int]:
    """The levels that flip-flops begin with, by their bits, as far as they are 1."""
    levels: dict[int | str, int] = {}
    for net in module["netnames"].values():
        value = str(net["attributes"].get("init", ""))
        for bit, level in zip(net["bits"], reversed(value), strict=False):
            if level == "1":
                levels[bit] = 1
    return levels
