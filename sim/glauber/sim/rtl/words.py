"""What Yosys' cells compute on whole words, as C++ expressions.

A net of up to 64 bits is one word, a wider one several; bits above a net's width are 0. In
expressions a word stands as `@number@` until it is known where it is kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from .errors import GatesBuildError
from .statements import WORD_BITS, Bits, width

__all__ = ["CELLS", "Words", "mask"]

Parameters = Mapping[str, str]
Maker = Callable[["Words", Parameters, Mapping[str, Bits]], list[str]]


def mask(bits: int) -> str:
    """The word with that many ones."""
    return f"{(1 << bits) - 1:#x}ull"


def _chunks(bits: Sequence[int | str]) -> Iterator[Bits]:
    for start in range(0, len(bits), WORD_BITS):
        yield list(bits[start : start + WORD_BITS])


class Words:
    """The words that hold a module's nets.

    widths : list[int]
        Bits of each word, by its number.
    """

    def __init__(self) -> None:
        self.widths: list[int] = []
        self._places: dict[int, tuple[int, int]] = {}  # from bits to words and offsets

    def declare(self, bits: Bits) -> list[int]:
        """New words for nets that something drives; their numbers."""
        numbers = []
        for chunk in _chunks(bits):
            numbers.append(len(self.widths))
            for offset, bit in enumerate(chunk):
                if isinstance(bit, int):
                    self._places[bit] = len(self.widths), offset
            self.widths.append(len(chunk))
        return numbers

    def read(self, bits: Bits) -> str:
        """Up to 64 bits, the lowest first, as an expression; what nothing drives is 0."""
        constant, terms, at = 0, [], 0
        while at < len(bits):
            bit = bits[at]
            if not isinstance(bit, int) or bit not in self._places:
                constant |= (bit == "1") << at
                at += 1
                continue
            number, offset = self._places[bit]
            count = 1
            if bits[at + 1 : at + 2] == [bit]:  # one bit again and again, as of a sign
                count = len(list(next(groupby(bits[at:]))[1]))
                term = f"(-{self._slice(number, offset, 1)} & {mask(count)})"
            else:
                while at + count < len(bits) and self._follows(bits[at + count], number, offset):
                    count += 1
                    offset += 1
                term = self._slice(number, self._places[bit][1], count)
            terms.append(f"{term} << {at}" if at else term)
            at += count
        if constant or not terms:
            terms.append(f"{constant:#x}ull")
        return f"({' | '.join(terms)})" if len(terms) > 1 or (at and "<<" in terms[0]) else terms[0]

    def _follows(self, bit: int | str, number: int, offset: int) -> bool:
        return isinstance(bit, int) and self._places.get(bit) == (number, offset + 1)

    def _slice(self, number: int, offset: int, count: int) -> str:
        whole = offset + count == self.widths[number]
        text = f"@{number}@ >> {offset}" if offset else f"@{number}@"
        return f"({text})" if whole else f"({text} & {mask(count)})"

    def all(self, bits: Bits) -> list[str]:
        """Any number of bits as expressions of up to 64."""
        return [self.read(chunk) for chunk in _chunks(bits)] or ["0ull"]


def _extended(parameters: Parameters, wires: Mapping[str, Bits], port: str, size: int) -> Bits:
    """A port's bits, extended to `size` with its sign or with zeros."""
    bits = wires[port]
    signed = f"{port}_SIGNED" in parameters and width(parameters, f"{port}_SIGNED")
    return (bits + [bits[-1] if signed and bits else "0"] * size)[:size]


def _narrow(parameters: Parameters, wires: Mapping[str, Bits]) -> None:
    del parameters
    if max(len(bits) for bits in wires.values()) > WORD_BITS:
        raise GatesBuildError(
            f"the gates compute with words of more than {WORD_BITS} bits, which cannot be "
            "simulated; compute with narrower ones"
        )


def _bitwise(template: str) -> Maker:
    def make(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
        size = len(wires["Y"])
        columns = [
            words.all(_extended(parameters, wires, port, size)) for port in "AB" if port in wires
        ]
        sizes = [len(chunk) for chunk in _chunks(wires["Y"])]
        return [
            template.format(*operands, m=mask(bits))
            for bits, *operands in zip(sizes, *columns, strict=True)
        ]

    return make


def _mux(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
    """`$mux` and `$pmux`: the first choice that is selected, else A."""
    del parameters
    size = len(wires["Y"])
    values = words.all(wires["A"])
    for place in reversed(range(len(wires["S"]))):
        select = words.read(wires["S"][place : place + 1])
        chosen = words.all(wires["B"][place * size : (place + 1) * size])
        values = [f"({select} ? {b} : {a})" for a, b in zip(values, chosen, strict=True)]
    return values


def _reduction(template: str, operator: str) -> Maker:
    """To one bit, above which are zeros; `{0}` and `{1}` are all words of A and of B, joined."""

    def make(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
        del parameters
        operands = [f" {operator} ".join(words.all(wires[port])) for port in "AB" if port in wires]
        rest = ["0ull"] * ((len(wires["Y"]) - 1) // WORD_BITS)
        return [f"({template.format(*operands)})", *rest]

    return make


def _all_ones(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
    del parameters
    return [
        " & ".join(f"({words.read(part)} == {mask(len(part))})" for part in _chunks(wires["A"]))
    ]


def _equality(joined: str) -> Maker:
    def make(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
        size = max(len(wires["A"]), len(wires["B"]))
        a, b = (words.all(_extended(parameters, wires, port, size)) for port in "AB")
        return [joined.format(" | ".join(f"({x} ^ {y})" for x, y in zip(a, b, strict=True)))]

    return make


def _order(operator: str) -> Maker:
    def make(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
        _narrow(parameters, wires)
        kind = "int64_t" if width(parameters, "A_SIGNED") else "uint64_t"
        a, b = (words.read(_extended(parameters, wires, port, WORD_BITS)) for port in "AB")
        return [f"(({kind}){a} {operator} ({kind}){b})"]

    return make


def _arithmetic(template: str) -> Maker:
    """Modulo 2**64, so signs need only be extended."""

    def make(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
        _narrow(parameters, wires)
        size = len(wires["Y"])
        operands = [
            words.read(_extended(parameters, wires, port, size)) for port in "AB" if port in wires
        ]
        return [f"({template.format(*operands)} & {mask(size)})"]

    return make


def _shift_left(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
    _narrow(parameters, wires)
    size = len(wires["Y"])
    a, b = words.read(_extended(parameters, wires, "A", size)), words.read(wires["B"])
    return [f"({b} < {WORD_BITS} ? {a} << {b} & {mask(size)} : 0)"]


def _shift_right(words: Words, parameters: Parameters, wires: Mapping[str, Bits]) -> list[str]:
    """`$shr`, `$shift` and `$shiftx`: bits out of a net of any width."""
    if width(parameters, "B_SIGNED") or len(wires["B"]) >= WORD_BITS:
        raise GatesBuildError(
            "the gates shift by a signed or a very wide number, which cannot be simulated; shift "
            "by an unsigned one"
        )
    source = _extended(parameters, wires, "A", max(len(wires["A"]), len(wires["Y"])))
    a, b = ", ".join(words.all(source)), words.read(wires["B"])
    return [
        f"(pick({{{a}}}, {b} + {WORD_BITS * index}) & {mask(len(chunk))})"
        for index, chunk in enumerate(_chunks(wires["Y"]))
    ]


def _shift_right_signed(
    words: Words, parameters: Parameters, wires: Mapping[str, Bits]
) -> list[str]:
    """`$sshr`, which brings the sign in from above."""
    if not width(parameters, "A_SIGNED"):
        return _shift_right(words, parameters, wires)
    _narrow(parameters, wires)
    a, b = words.read(_extended(parameters, wires, "A", WORD_BITS)), words.read(wires["B"])
    return [f"((int64_t){a} >> ({b} < 63 ? {b} : 63) & {mask(len(wires['Y']))})"]


CELLS: Mapping[str, Maker] = {
    "$pos": _bitwise("{0}"),
    "$not": _bitwise("({0} ^ {m})"),
    "$and": _bitwise("({0} & {1})"),
    "$or": _bitwise("({0} | {1})"),
    "$xor": _bitwise("({0} ^ {1})"),
    "$xnor": _bitwise("({0} ^ {1} ^ {m})"),
    "$mux": _mux,
    "$pmux": _mux,
    "$reduce_and": _all_ones,
    "$reduce_or": _reduction("({0}) != 0", "|"),
    "$reduce_bool": _reduction("({0}) != 0", "|"),
    "$reduce_xor": _reduction("__builtin_parityll({0})", "^"),
    "$reduce_xnor": _reduction("!__builtin_parityll({0})", "^"),
    "$logic_not": _reduction("({0}) == 0", "|"),
    "$logic_and": _reduction("(({0}) != 0) & (({1}) != 0)", "|"),
    "$logic_or": _reduction("(({0}) | ({1})) != 0", "|"),
    "$eq": _equality("(({0}) == 0)"),
    "$ne": _equality("(({0}) != 0)"),
    "$lt": _order("<"),
    "$le": _order("<="),
    "$gt": _order(">"),
    "$ge": _order(">="),
    "$add": _arithmetic("({0} + {1})"),
    "$sub": _arithmetic("({0} - {1})"),
    "$mul": _arithmetic("({0} * {1})"),
    "$neg": _arithmetic("-{0}"),
    "$shl": _shift_left,
    "$sshl": _shift_left,
    "$shr": _shift_right,
    "$sshr": _shift_right_signed,
    "$shift": _shift_right,
    "$shiftx": _shift_right,
}
