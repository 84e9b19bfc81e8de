"""From a netlist of Yosys' internal cells to C++ that is quick to compile.

CXXRTL puts a flat module into one function, and a compiler takes minutes over one of thousands of
look-up tables. A placed netlist needs less than CXXRTL can do: one clock, no hierarchy, bits. So
its cells become statements in the order of their dependence, some hundred to a function.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from .errors import GatesBuildError, GatesError
from .statements import COMBINATIONAL, Bits, Node, function_of, width

__all__ = ["emit"]


def emit(text: str, top: str, clock: str) -> str:
    """The C++ of a module.

    It defines `struct Design`: `eval()` settles everything between flip-flops, `rising()` and
    `falling()` are the edges of the clock, `reset()` is power-up; `n` are the levels of all nets,
    `clock` the index of the clock, and `inputs` and `outputs` are the indices of the other ports'
    bits, ordered by the ports' names and from the least significant bit up.

    Parameters
    ----------
    text : str
        What Yosys' `write_json` writes of a flat module without processes.
    top, clock : str
        The module's name, and its port that clocks everything.

    Raises `GatesBuildError` for a cell that cannot be simulated, and `GatesError` for a second
    clock or a loop that no flip-flop interrupts.
    """
    return _Emitter(json.loads(text)["modules"][top], clock).text()


class _Emitter:
    """One module on its way to C++."""

    def __init__(self, module: Mapping[str, Any], clock: str) -> None:
        self._ports = module["ports"]
        self._cells: Mapping[str, Any] = module["cells"]
        (self._clock,) = self._ports[clock]["bits"]
        self._clock_name = clock
        self._initial: dict[int, str] = {}
        for net in module["netnames"].values():
            value = str(net["attributes"].get("init", ""))
            for bit, level in zip(net["bits"], reversed(value), strict=False):
                if level in "01" and isinstance(bit, int):
                    self._initial[bit] = level
        self._index: dict[int, int] = {}
        self._registers: list[tuple[int, str, bool]] = []  # target, expression, rising
        self._nodes: list[Node] = []
        self._writes: list[tuple[bool, list[str]]] = []
        self._memories: list[tuple[str, int, list[int]]] = []

    def text(self) -> str:
        flip_flops = [cell for cell in self._cells.values() if cell["type"] in ("$dff", "$adff")]
        for cell in flip_flops:  # first, so that all are committed in one go
            for bit in cell["connections"]["Q"]:
                self._net(f"{bit}'" if cell["type"] == "$adff" else bit)
        for cell in flip_flops:
            self._flip_flop(cell)
        for name, cell in self._cells.items():
            kind, wires = cell["type"], cell["connections"]
            if kind == "$mem_v2":
                self._memory(name, cell["parameters"], wires)
            elif kind in COMBINATIONAL:
                self._nodes += COMBINATIONAL[kind](cell["parameters"], wires, self._level)
            elif kind not in ("$dff", "$adff", "$scopeinfo"):
                raise GatesBuildError(
                    f"the netlist has a cell {name!r} of the kind {kind!r}, which cannot be "
                    "simulated; add a model of it to glauber/sim/rtl/cells, or build without it"
                )
        body = [statement for node in self._ordered() for statement in node.statements]
        return "\n".join(self._file(body))

    def _net(self, bit: int | str) -> int:
        return self._index.setdefault(bit, len(self._index))  # type: ignore[arg-type]

    def _level(self, bit: int | str) -> str:
        if isinstance(bit, int):
            return f"n[{self._net(bit)}]"
        return "1" if bit == "1" else "0"  # what is undefined is low

    def _check_clock(self, bit: int | str) -> None:
        if bit != self._clock:
            raise GatesError(
                f"the netlist has more than one clock: something is clocked by net {bit}, not by "
                f"the port {self._clock_name!r}; build the design with one clock domain"
            )

    def _flip_flop(self, cell: Mapping[str, Any]) -> None:
        parameters, wires = cell["parameters"], cell["connections"]
        self._check_clock(*wires["CLK"])
        rising = width(parameters, "CLK_POLARITY") == 1
        reset, values = "", ""
        if cell["type"] == "$adff":
            low = width(parameters, "ARST_POLARITY") == 0
            reset = ("!" if low else "") + self._level(*wires["ARST"])
            values = parameters["ARST_VALUE"]
        for place, (output, data) in enumerate(zip(wires["Q"], wires["D"], strict=True)):
            if not reset:
                self._registers.append((self._net(output), self._level(data), rising))
                continue
            # The state is a net of its own; what is seen of it is the reset while that lasts.
            state = self._net(f"{output}'")
            value = "1" if values[-1 - place] == "1" else "0"
            self._initial[f"{output}'"] = self._initial.get(output, "0")  # type: ignore[index]
            seen = f"{self._level(output)} = {reset} ? {value} : n[{state}];"
            self._nodes.append(Node([output], wires["ARST"], [seen]))
            next_state = f"{reset} ? {value} : {self._level(data)}"
            self._registers.append((state, next_state, rising))

    def _memory(self, name: str, parameters: Mapping[str, str], wires: Mapping[str, Bits]) -> None:
        size, bits, address = (width(parameters, key) for key in ("SIZE", "WIDTH", "ABITS"))
        memory = f"m{len(self._memories)}"
        initial = parameters["INIT"].translate(str.maketrans("xz", "00")).rjust(size * bits, "0")
        words = [
            int(initial[len(initial) - bits * (word + 1) : len(initial) - bits * word], 2)
            for word in range(size)
        ]
        self._memories.append((memory, size, words))
        reads, writes = width(parameters, "RD_PORTS"), width(parameters, "WR_PORTS")
        if bits > 64 or "1" in parameters["RD_CLK_ENABLE"][-reads or None :]:
            raise GatesBuildError(
                f"the memory {name!r} has words of more than 64 bits or registered outputs, which "
                "cannot be simulated; model it with narrow words and registers beside it"
            )
        for port in range(reads):
            where = wires["RD_ADDR"][address * port : address * (port + 1)]
            data = wires["RD_DATA"][bits * port : bits * (port + 1)]
            lines = [f"at = {self._word(where)};", f"word = at < {size} ? d.{memory}[at] : 0;"]
            lines += [
                f"{self._level(bit)} = word >> {place} & 1;" for place, bit in enumerate(data)
            ]
            self._nodes.append(Node(list(data), list(where), ["{ uint64_t at, word;", *lines, "}"]))
        for port in range(writes):
            if not isinstance(wires["WR_CLK"][port], int):
                continue  # a memory that is only read
            self._check_clock(wires["WR_CLK"][port])
            where = wires["WR_ADDR"][address * port : address * (port + 1)]
            data = wires["WR_DATA"][bits * port : bits * (port + 1)]
            enable = wires["WR_EN"][bits * port : bits * (port + 1)]
            if len(set(enable)) == 1:
                mask = f"{self._level(enable[0])} ? {(1 << bits) - 1}ull : 0"
            else:
                mask = self._word(enable)
            lines = [
                f"if (uint64_t mask = {mask}) {{",
                f"uint64_t at = {self._word(where)};",
                f"uint64_t data = {self._word(data)};",
                f"if (at < {size}) d.{memory}[at] = (d.{memory}[at] & ~mask) | (data & mask);",
                "}",
            ]
            rising = parameters["WR_CLK_POLARITY"][-1 - port] == "1"
            self._writes.append((rising, lines))

    def _word(self, bits: Iterable[int | str]) -> str:
        terms = [
            f"(uint64_t){self._level(bit)} << {place}" if place else self._level(bit)
            for place, bit in enumerate(bits)
            if bit not in ("0", "x", "z")
        ]
        return " | ".join(terms) or "0"

    def _ordered(self) -> Iterator[Node]:
        makers = {bit: node for node in self._nodes for bit in node.outputs}
        graph = {
            index: {makers[bit].key for bit in node.inputs if bit in makers}
            for index, node in ((node.key, node) for node in self._nodes)
        }
        by_key = {node.key: node for node in self._nodes}
        try:
            for key in TopologicalSorter(graph).static_order():
                yield by_key[key]
        except CycleError as error:
            raise GatesError(
                f"the netlist has a loop of {len(error.args[1]) - 1} cells that no flip-flop "
                "interrupts; ring oscillators cannot be simulated: build the machine without rings"
            ) from error

    def _file(self, body: list[str]) -> Iterator[str]:
        inputs = [
            self._net(bit)
            for name in sorted(self._ports)
            for bit in self._ports[name]["bits"]
            if self._ports[name]["direction"] == "input" and name != self._clock_name
        ]
        outputs = [
            self._level(bit)
            for name in sorted(self._ports)
            for bit in self._ports[name]["bits"]
            if self._ports[name]["direction"] == "output"
        ]
        clock = self._net(self._clock)
        registers = len(self._registers)
        yield "#include <cstdint>\n#include <cstring>\n\nnamespace {\n\nstruct Design {"
        yield f"    uint8_t n[{len(self._index)}], x[{registers + 1}];"
        yield f"    static constexpr unsigned clock = {clock}, input_count = {len(inputs)};"
        yield f"    static constexpr unsigned output_count = {len(outputs)};"
        yield f"    static constexpr unsigned inputs[] = {{{', '.join(map(str, [*inputs, 0]))}}};"
        yield f"    static constexpr bool both_edges = {str(self._both_edges(body)).lower()};"
        for name, size, _ in self._memories:
            yield f"    uint64_t {name}[{size}];"
        yield "    void reset(); void eval(); void rising(); void falling();"
        yield "    void output(uint8_t *levels) const {"
        yield from (f"        levels[{place}] = {level};" for place, level in enumerate(outputs))
        yield "    }\n};\n"
        yield from function_of("eval", body, "")
        for edge, rising in (("rising", True), ("falling", False)):
            chosen = [item for item in self._registers if item[2] == rising]
            lines = [f"x[{place}] = {source};" for place, (_, source, _) in enumerate(chosen)]
            lines += [line for rises, write in self._writes if rises == rising for line in write]
            commit = [f"n[{target}] = x[{place}];" for place, (target, *_) in enumerate(chosen)]
            if [target for target, *_ in chosen] == list(range(len(chosen))):
                commit = [f"memcpy(n, x, {len(chosen)});"]
            yield from function_of(edge, lines, "\n".join(commit))
        yield "void Design::reset() {\n    memset(this, 0, sizeof *this);"
        yield from (
            f"    n[{self._index[bit]}] = 1;"
            for bit, level in self._initial.items()
            if level == "1" and bit in self._index
        )
        for name, _, words in self._memories:
            if any(words):
                yield f"    static const uint64_t {name}_[] = {{"
                yield ",".join(f"{word}ull" for word in words)
                yield f"    }};\n    memcpy({name}, {name}_, sizeof {name});"
        yield "}\n\n}  // namespace\n"

    def _both_edges(self, body: list[str]) -> bool:
        falling = any(not rising for *_, rising in self._registers)
        falling |= any(not rising for rising, _ in self._writes)
        clock = f"n[{self._index[self._clock]}]"
        return falling or any(clock in line for line in body)
