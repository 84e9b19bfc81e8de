"""What Yosys' combinational cells compute, as C++ statements on single bits."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from .errors import GatesBuildError

__all__ = ["COMBINATIONAL", "WORD_BITS", "Bits", "Node", "function_of", "width"]

WORD_BITS = 64  # of a C++ word
STATEMENTS = 300  # in a function; compilers take more than linear time over long ones

Bits = list[int | str]
Level = Callable[[int | str], str]
Maker = Callable[[Mapping[str, str], Mapping[str, Bits], Level], list["Node"]]

_keys = itertools.count()


@dataclass(frozen=True)
class Node:
    """Statements that set the nets `outputs` from the nets `inputs`."""

    outputs: Bits
    inputs: Bits
    statements: list[str]
    key: int = field(default_factory=lambda: next(_keys))


def function_of(name: str, lines: list[str], end: str) -> Iterator[str]:
    """The member function `name` of `Design`, which calls functions of a bearable length."""
    calls = []
    part: list[str] = []
    depth: Counter[str] = Counter()
    for line in [*lines, ""]:
        depth.update(character for character in line if character in "{}")
        part.append(line)
        last = not line
        if (len(part) >= STATEMENTS and depth["{"] == depth["}"]) or last:
            calls.append(f"{name}_{len(calls)}(*this);")
            yield f"__attribute__((noinline)) void {name}_{len(calls) - 1}(Design &d) {{"
            yield "    uint8_t *n = d.n, *x = d.x; (void)n; (void)x;"
            yield from part
            yield "}"
            part = []
    yield f"void Design::{name}() {{"
    yield from calls
    yield end + "\n}\n"


def width(parameters: Mapping[str, str], name: str) -> int:
    """A number among a cell's parameters, which Yosys writes in binary."""
    return int(parameters[name].replace("x", "0"), 2)


def _operand(
    parameters: Mapping[str, str], wires: Mapping[str, Bits], port: str, size: int
) -> Bits:
    """A port's bits, extended to `size` with its sign or with zeros."""
    bits = wires[port]
    signed = width(parameters, f"{port}_SIGNED") if f"{port}_SIGNED" in parameters else 0
    return (bits + [bits[-1] if signed and bits else "0"] * size)[: max(size, 0)]


def _bitwise(template: str) -> Maker:
    def make(parameters: Mapping[str, str], wires: Mapping[str, Bits], level: Level) -> list[Node]:
        size = len(wires["Y"])
        ports = [port for port in ("A", "B") if port in wires]
        columns = zip(
            wires["Y"], *(_operand(parameters, wires, port, size) for port in ports), strict=True
        )
        return [
            Node([y], list(bits), [f"{level(y)} = {template.format(*map(level, bits))};"])
            for y, *bits in columns
        ]

    return make


def _mux(parameters: Mapping[str, str], wires: Mapping[str, Bits], level: Level) -> list[Node]:
    del parameters
    (select,) = wires["S"]
    return [
        Node([y], [a, b, select], [f"{level(y)} = {level(select)} ? {level(b)} : {level(a)};"])
        for y, a, b in zip(wires["Y"], wires["A"], wires["B"], strict=True)
    ]


def _pmux(parameters: Mapping[str, str], wires: Mapping[str, Bits], level: Level) -> list[Node]:
    size = width(parameters, "WIDTH")
    nodes = []
    for place, y in enumerate(wires["Y"]):
        choices = wires["B"][place::size]
        terms = [f"({level(s)} & {level(b)})" for s, b in zip(wires["S"], choices, strict=True)]
        none = "!(" + " | ".join(map(level, wires["S"])) + ")"
        line = f"{level(y)} = {' | '.join(terms)} | ({none} & {level(wires['A'][place])});"
        nodes.append(Node([y], [*wires["S"], *choices, wires["A"][place]], [line]))
    return nodes


def _lut(parameters: Mapping[str, str], wires: Mapping[str, Bits], level: Level) -> list[Node]:
    """A table of what is left of its inputs without constants and those that do not matter.

    The latter may even be the LUT's own output, where routing shares a LUT's inputs with a carry.
    """
    table = int(parameters["LUT"].replace("x", "0"), 2)
    inputs: Bits = list(wires["A"])
    for place in reversed(range(len(inputs))):
        addresses = range(1 << (len(inputs) - 1))
        below = (1 << place) - 1
        halves = [
            sum(
                (table >> ((at & ~below) << 1 | half << place | at & below) & 1) << at
                for at in addresses
            )
            for half in (0, 1)
        ]
        if not isinstance(inputs[place], int) or halves[0] == halves[1]:
            table = halves[inputs[place] == "1"]
            del inputs[place]
    (y,) = wires["Y"]
    terms = [
        f"{level(bit)} << {place}" if place else level(bit) for place, bit in enumerate(inputs)
    ]
    line = f"{level(y)} = {table}u >> ({' | '.join(terms) or 0}) & 1;"
    return [Node([y], inputs, [line])]


def _reduction(template: str, operator: str) -> Maker:
    def make(parameters: Mapping[str, str], wires: Mapping[str, Bits], level: Level) -> list[Node]:
        del parameters
        terms = []
        for port in ("A", "B"):
            if port in wires:
                terms.append("(" + operator.join(map(level, wires[port])) + ")")
        y, *rest = wires["Y"]
        line = f"{level(y)} = {template.format(*terms)};"
        inputs = [bit for port in ("A", "B") for bit in wires.get(port, [])]
        return [Node([y, *rest], inputs, [line, *(f"{level(bit)} = 0;" for bit in rest)])]

    return make


def _word(bits: Bits, level: Level) -> str:
    terms = [f"(uint64_t){level(bit)} << {place}" for place, bit in enumerate(bits) if bit != "0"]
    return "(" + (" | ".join(terms) or "0") + ")"


def _arithmetic(template: str, *, compare: bool = False, shift: bool = False) -> Maker:
    """Operators on words of up to 64 bits: modulo 2**64, so signs need only be extended."""

    def make(parameters: Mapping[str, str], wires: Mapping[str, Bits], level: Level) -> list[Node]:
        size = len(wires["Y"])
        inputs = [*wires["A"], *wires.get("B", [])]
        if max(size, len(wires["A"]), len(wires.get("B", []))) > WORD_BITS:
            raise GatesBuildError(
                f"the netlist computes with words of more than {WORD_BITS} bits, which cannot be "
                "simulated; use a model of its cells with narrower words"
            )
        if compare:  # an order of signed numbers is that of unsigned ones from the middle on
            signed = width(parameters, "A_SIGNED") and width(parameters, "B_SIGNED")
            size = WORD_BITS if signed else max(len(wires["A"]), len(wires["B"]))
        bias = f" ^ 1ull << {WORD_BITS - 1}" if compare and size == WORD_BITS else ""
        words = []
        for port in [port for port in ("A", "B") if port in wires]:
            bits = _operand(parameters, wires, port, WORD_BITS if shift else size)
            words.append(f"{port.lower()} = {_word(bits, level)}{bias}")
        lines = [f"{{ uint64_t {', '.join(words)};", f"uint64_t y = {template};"]
        lines += [f"{level(bit)} = y >> {place} & 1;" for place, bit in enumerate(wires["Y"])]
        return [Node(list(wires["Y"]), inputs, [*lines, "}"])]

    return make


# By a negative number, `$shift` and `$shiftx` shift the other way.
_SHIFT = "b < 64 ? a >> b : -b < 64 ? a << -b : 0"

COMBINATIONAL: Mapping[str, Maker] = {
    "$pos": _bitwise("{0}"),
    "$not": _bitwise("!{0}"),
    "$and": _bitwise("{0} & {1}"),
    "$or": _bitwise("{0} | {1}"),
    "$xor": _bitwise("{0} ^ {1}"),
    "$xnor": _bitwise("!({0} ^ {1})"),
    "$mux": _mux,
    "$pmux": _pmux,
    "$lut": _lut,
    "$reduce_and": _reduction("{0}", " & "),
    "$reduce_or": _reduction("{0}", " | "),
    "$reduce_bool": _reduction("{0}", " | "),
    "$reduce_xor": _reduction("{0}", " ^ "),
    "$reduce_xnor": _reduction("!{0}", " ^ "),
    "$logic_not": _reduction("!{0}", " | "),
    "$logic_and": _reduction("{0} & {1}", " | "),
    "$logic_or": _reduction("{0} | {1}", " | "),
    "$eq": _arithmetic("a == b", compare=True),
    "$ne": _arithmetic("a != b", compare=True),
    "$eqx": _arithmetic("a == b", compare=True),
    "$nex": _arithmetic("a != b", compare=True),
    "$lt": _arithmetic("a < b", compare=True),
    "$le": _arithmetic("a <= b", compare=True),
    "$gt": _arithmetic("a > b", compare=True),
    "$ge": _arithmetic("a >= b", compare=True),
    "$add": _arithmetic("a + b"),
    "$sub": _arithmetic("a - b"),
    "$mul": _arithmetic("a * b"),
    "$shl": _arithmetic("b < 64 ? a << b : 0", shift=True),
    "$shr": _arithmetic("b < 64 ? a >> b : 0", shift=True),
    "$shift": _arithmetic(_SHIFT, shift=True),
    "$shiftx": _arithmetic(_SHIFT, shift=True),
    "$neg": _arithmetic("-a"),
}
