"""From a component, as cells of Yosys, to C++ that settles and clocks it in one go.

Every net is a word, every cell a statement, in the order of their dependence; some hundred make a
function. So one evaluation is one clock, and a compiler needs seconds.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from .word_design import TOKEN, WordDesign

__all__ = ["emit_words"]

STATEMENTS = 400  # in a function; compilers take more than linear time over long ones
PRELUDE = """#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace {

// 64 bits of a wide word, from bit `from` on.
inline uint64_t pick(std::initializer_list<uint64_t> words, uint64_t from) {
    const uint64_t *word = words.begin();
    uint64_t at = from / 64, shift = from % 64, count = words.size();
    uint64_t low = at < count ? word[at] >> shift : 0;
    return low | (shift && at + 1 < count ? word[at + 1] << (64 - shift) : 0);
}
"""


def emit_words(text: str, clock: str) -> str:
    """The C++ of what Yosys' `write_json` writes of one flat module, whose memories are collected.

    It defines `struct Design`, which has a member of 64 bits for every port but the clock, named
    `p_` and the port's name. `clock()` lets one clock pass: the outputs are then those before its
    rising edge. `reset()` is power-up.

    Raises `GatesBuildError` for a cell that cannot be simulated, `GatesError` for a second clock or
    a loop that no flip-flop interrupts.
    """
    (module,) = json.loads(text)["modules"].values()
    return "\n".join(_Source(WordDesign(module, clock)).lines())


class _Source:
    """The C++ of a design."""

    def __init__(self, design: WordDesign) -> None:
        self._design = design

    def lines(self) -> Iterator[str]:
        """The whole file."""
        statements = list(self._design.statements())
        parts = [statements[at : at + STATEMENTS] for at in range(0, len(statements), STATEMENTS)]
        names = self._named(parts)
        count = len(self._design.registers)
        yield PRELUDE
        yield f"struct Design {{\n    uint64_t r[{count + 1}], x[{count + 1}];"
        yield f"    uint64_t v[{len(names) + 1}];"
        yield from (f"    uint64_t p_{name};" for name in self._design.ports)
        yield from (f"    uint64_t {name}[{size}];" for name, size, _ in self._design.memories)
        yield from (f"    void part{index}();" for index in range(len(parts)))
        yield "    void clock();\n    void reset();\n};\n"
        for index, part in enumerate(parts):
            yield f"__attribute__((noinline)) void Design::part{index}() {{"
            for number, text in part:
                local = number is not None and number not in names
                yield "    uint64_t " * local + TOKEN.sub(lambda m: self._name(m, names), text)
            yield "}\n"
        yield "void Design::clock() {"
        yield from (f"    part{index}();" for index in range(len(parts)))
        yield f"    memcpy(r, x, {count} * sizeof *r);\n}}\n"
        yield from self._reset()
        yield "}  // namespace"

    def _named(self, parts: Iterable[list[tuple[int | None, str]]]) -> dict[int, str]:
        """The words that are used beyond the function that makes them, and where they are."""
        home: dict[int, int] = {}
        names: dict[int, str] = {}
        for index, part in enumerate(parts):
            for number, text in part:
                for used in self._design.inputs(text):
                    if home.get(used, index) != index:
                        names.setdefault(used, f"v[{len(names)}]")
                if number is not None:
                    home[number] = index
        return names

    def _name(self, match: re.Match[str], names: Mapping[int, str]) -> str:
        number = int(match[1])
        return self._design.places.get(number) or names.get(number) or f"v{number}"

    def _reset(self) -> Iterator[str]:
        yield "void Design::reset() {\n    memset(this, 0, sizeof *this);"
        for number, value in self._design.initial.items():
            if value:
                yield f"    {self._design.places[number]} = {value:#x}ull;"
        for name, _, words in self._design.memories:
            if any(words):
                yield f"    static const uint64_t {name}_[] = {{{', '.join(map(hex, words))}}};"
                yield f"    memcpy({name}, {name}_, sizeof {name});"
        yield "}\n"
