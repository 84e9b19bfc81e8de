"""Are the inverter rings still there after place and route?

Synthesis may simplify a loop of inverters, and place and route is told to accept combinational
loops and then says nothing about any. So the netlist that nextpnr writes is read back, and its
loops are compared with those of the description. This also finds a loop that was made by mistake.
"""

import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx

from .errors import BuildError, RingsLostError

__all__ = ["Loop", "check_rings", "find_loops"]

# Per cell type of a placed netlist: inputs in the order of the address bits, output, parameter.
_LUTS = {
    "ICESTORM_LC": (("I0", "I1", "I2", "I3"), "O", "LUT_INIT"),
    "TRELLIS_COMB": (("A", "B", "C", "D"), "F", "INITVAL"),
    **{f"LUT{n}": (("I0", "I1", "I2", "I3")[:n], "F", "INIT") for n in range(1, 5)},
}


@dataclass(frozen=True)
class Loop:
    """A way through LUTs that ends where it begins.

    Parameters
    ----------
    luts : tuple[str, ...]
        The names of the cells, in the order in which a signal passes them.
    passive : tuple[str, ...]
        Those of `luts` that cannot invert the signal, or that can pass it on as it is.
    tangled : bool
        Whether these LUTs are in more than one loop; `luts` are then in no particular order.
    """

    luts: tuple[str, ...]
    passive: tuple[str, ...] = ()
    tangled: bool = False

    def __len__(self) -> int:
        return len(self.luts)


def find_loops(path: Path) -> list[Loop]:
    """The combinational loops of a netlist that nextpnr wrote for iCE40, ECP5 or Gowin.

    Limits: a loop counts only if all cells in it are LUTs, so one through a carry chain, a wide
    multiplexer or an I/O cell is not seen. A LUT is taken for an inverter by its table, with
    inputs tied to a constant taken into account and every other input taken to be free: whether
    `enable` of the description ever goes high is not looked at, nor are delays, so this says
    nothing about whether a ring oscillates, how fast, or what its jitter is.

    Raises
    ------
    BuildError
        The file cannot be read or is no such netlist.
    """
    luts = {lut.output: lut for lut in _read_luts(path)}
    constants = {net: lut.value({}) for net, lut in luts.items() if not lut.used_inputs}
    graph = nx.DiGraph(
        (net, lut.output)
        for lut in luts.values()
        for net in lut.used_inputs
        # On iCE40 a cell is given the operands of its carry, its own output too, whether its table
        # looks at them or not.
        if net in luts and (net != lut.output or lut.depends_on(net))
    )

    loops = []
    for nets in nx.strongly_connected_components(graph):
        inside = graph.subgraph(nets)
        if inside.number_of_edges() > len(nets):
            loops.append(Loop(tuple(sorted(luts[net].name for net in nets)), tangled=True))
        elif inside.number_of_edges() == len(nets):  # else a single LUT that is in no loop
            edges = list(nx.find_cycle(inside))
            passive = [luts[to].name for net, to in edges if not luts[to].inverts(net, constants)]
            loops.append(Loop(tuple(luts[net].name for net, _ in edges), tuple(passive)))
    return loops


def check_rings(path: Path, stages: Sequence[int]) -> None:
    """Makes sure that the loops of a netlist are inverter rings of the lengths `stages`.

    Parameters
    ----------
    path : Path
        What nextpnr wrote with `--write`. The limits are those of `find_loops`.
    stages : Sequence[int]
        The lengths that the description asked for, in any order.

    Raises
    ------
    RingsLostError
        A ring is missing, has another length or is no ring of inverters, or there is another loop.
    BuildError
        The file cannot be read or is no such netlist.
    """
    loops = find_loops(path)
    what = "the inverter rings did not survive synthesis, place and route"
    remedy = (
        "Do not use this image for noise: build again with the tool versions of constraints.txt, "
        "and look for combinational loops in what surrounds the rings."
    )
    for loop in loops:
        if loop.tangled:
            raise RingsLostError(
                f"{what}: in {path}, {_names(loop.luts)} are {len(loop)} LUTs with more than one "
                f"loop through them, where a ring is a single loop. {remedy}"
            )
    if Counter(map(len, loops)) != Counter(stages):
        raise RingsLostError(
            f"{what}: {path} must hold {_lengths(stages)}, "
            f"but holds {_lengths([len(loop) for loop in loops])}. {remedy}"
        )
    for loop in loops:
        if loop.passive:
            raise RingsLostError(
                f"{what}: in {path}, {_names(loop.passive)} of a ring of {len(loop)} stages does "
                f"not invert, where every stage must; is `enable` tied low? {remedy}"
            )


@dataclass(frozen=True)
class _Lut:
    """A LUT with its table and nets; an input that is not connected is None."""

    name: str
    table: int
    inputs: tuple[int | None, ...]
    output: int

    @property
    def used_inputs(self) -> set[int]:
        return {net for net in self.inputs if net is not None}

    def depends_on(self, net: int) -> bool:
        """Whether the output can change with `net`."""
        others = self.used_inputs - {net}
        settings = (
            dict(zip(others, levels, strict=True))
            for levels in itertools.product((0, 1), repeat=len(others))
        )
        return any(self.value({**s, net: 0}) != self.value({**s, net: 1}) for s in settings)

    def value(self, levels: Mapping[int, int]) -> int:
        """The output at these levels of nets.

        Inputs that are not connected count as zero. That is what they are on iCE40; on the
        others, nextpnr rewrites the table so that they do not matter.
        """
        address = sum(levels[net] << bit for bit, net in enumerate(self.inputs) if net is not None)
        return self.table >> address & 1

    def inverts(self, net: int, constants: Mapping[int, int]) -> bool:
        """Whether the output can be the inverse of `net`, and can never be just `net`."""
        free = self.used_inputs - {net} - constants.keys()
        answers = set[tuple[int, ...]]()
        for levels in itertools.product((0, 1), repeat=len(free)):
            others = {**constants, **dict(zip(free, levels, strict=True))}
            answers.add(tuple(self.value({**others, net: level}) for level in (0, 1)))
        return (1, 0) in answers and (0, 1) not in answers


def _read_luts(path: Path) -> Iterator[_Lut]:
    remedy = "give the file that nextpnr writes for iCE40, ECP5 or Gowin with --write"
    try:
        (module,) = json.loads(path.read_text(encoding="utf-8"))["modules"].values()
        cells: Mapping[str, Any] = module["cells"]
    except OSError as error:
        raise BuildError(f"cannot read the netlist {path}: {error.strerror}; {remedy}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BuildError(f"{path} is not a netlist after place and route; {remedy}") from error

    if not any(cell["type"] in _LUTS for cell in cells.values()):
        raise BuildError(f"{path} holds no LUT of a known FPGA family; {remedy}")
    for name, cell in cells.items():
        if cell["type"] not in _LUTS:
            continue
        inputs, output, table = _LUTS[cell["type"]]
        parameters, nets = cell["parameters"], cell["connections"]
        if not nets.get(output) or parameters.get("DFF_ENABLE") == "1":
            continue  # nothing is connected, or a flip-flop is in between
        pins = (nets.get(pin) or [None] for pin in inputs)
        yield _Lut(name, int(parameters[table], 2), tuple(net for (net,) in pins), *nets[output])


def _lengths(stages: Sequence[int]) -> str:
    if not stages:
        return "no ring"
    counts = sorted(Counter(stages).items())
    text = ", ".join(f"{count} of length {length}" for length, count in counts)
    return f"{len(stages)} ring{'s' * (len(stages) > 1)} ({text})"


def _names(luts: Collection[str], limit: int = 4) -> str:
    shown = ", ".join(itertools.islice(luts, limit))
    return shown if len(luts) <= limit else f"{shown} and {len(luts) - limit} more"
