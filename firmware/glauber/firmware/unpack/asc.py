"""The text form of an iCE40 bitstream, as `iceunpack` writes it.

A line that begins with a dot opens a section. A tile's section holds one row of bits per line; one
of a block RAM's contents (`.ram_data`) 16 lines of 256 bits each, in hexadecimal. The format is
that of Project IceStorm.
"""

from dataclasses import dataclass, field

from .errors import UnpackError

__all__ = ["Asc"]


@dataclass
class Asc:
    """A bitstream by tiles.

    device : str
        "384", "1k", "5k", "8k" or "u4k".
    tiles : dict[tuple[int, int], list[str]]
        By (x, y), the rows of "0" and "1". Changing one changes the bitstream.
    memories : dict[tuple[int, int], list[int]]
        By (x, y), what a block RAM holds at the start, as 16 integers of 256 bits.
    extra : set[tuple[int, int, int]]
        Bits (bank, x, y) that are set and belong to no tile.
    """

    device: str = ""
    tiles: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    memories: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    extra: set[tuple[int, int, int]] = field(default_factory=set)

    @classmethod
    def parse(cls, text: str) -> "Asc":
        """Reads the text; raises `UnpackError` at the first line that is none of this format."""
        asc = cls()
        section: list[str] = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                if line.startswith("."):
                    section = line.split()
                    asc._open(section)
                else:
                    asc._add(section, line.strip())
            except (ValueError, LookupError) as error:
                raise UnpackError(
                    f"line {number} of the unpacked bitstream is {line[:60]!r}, which is no part "
                    "of an iCE40 bitstream; give the file that icepack wrote"
                ) from error
        if not asc.device:
            raise UnpackError(
                "the unpacked bitstream names no device; give the file that icepack wrote"
            )
        return asc

    def text(self, kinds: dict[tuple[int, int], str]) -> str:
        """The text that `parse` reads; `kinds` has the name of each tile's section, by (x, y)."""
        lines = [f".device {self.device}"]
        for (x, y), rows in self.tiles.items():
            lines += [f".{kinds[x, y]} {x} {y}", *rows]
        for (x, y), words in self.memories.items():
            lines += [f".ram_data {x} {y}", *(f"{word:064x}" for word in words)]
        lines += [f".extra_bit {bank} {x} {y}" for bank, x, y in sorted(self.extra)]
        return "\n".join(lines) + "\n"

    def bit(self, x: int, y: int, row: int, column: int) -> int:
        """One bit of a tile; 0 in a tile that the bitstream does not have."""
        rows = self.tiles.get((x, y))
        return int(rows[row][column]) if rows else 0

    def flip(self, x: int, y: int, row: int, column: int) -> None:
        """Inverts one bit of a tile."""
        line = self.tiles[x, y][row]
        inverse = "1" if line[column] == "0" else "0"
        self.tiles[x, y][row] = line[:column] + inverse + line[column + 1 :]

    def _open(self, section: list[str]) -> None:
        name, *arguments = section
        if name == ".device":
            (self.device,) = arguments
        elif name == ".extra_bit":
            bank, x, y = map(int, arguments)
            self.extra.add((bank, x, y))
        elif name.endswith("_tile") or name == ".ram_data":
            x, y = map(int, arguments)
            if name == ".ram_data":
                self.memories[x, y] = []
            else:
                self.tiles[x, y] = []

    def _add(self, section: list[str], line: str) -> None:
        if not section:
            raise ValueError
        name, *arguments = section
        if name == ".ram_data":
            x, y = map(int, arguments)
            self.memories[x, y].append(int(line, 16))
        elif name.endswith("_tile"):
            if set(line) - set("01"):
                raise ValueError
            x, y = map(int, arguments)
            self.tiles[x, y].append(line)
