"""What each memory and multiplier of an iCE40 is configured to do, as cells of Yosys' library."""

from .cells import SignalOf, Tiles
from .chipdb import Bel
from .errors import UnpackError
from .netlist import Cell, Signal

__all__ = ["mac16", "ram", "spram"]

_MAC_PARAMETERS = {
    **dict.fromkeys(("C_REG", "A_REG", "B_REG", "D_REG", "MODE_8x8", "A_SIGNED", "B_SIGNED"), 1),
    **dict.fromkeys(("TOP_8x8_MULT_REG", "BOT_8x8_MULT_REG"), 1),
    **dict.fromkeys(("PIPELINE_16x16_MULT_REG1", "PIPELINE_16x16_MULT_REG2"), 1),
    **{
        f"{half}{name}": width
        for half in ("TOP", "BOT")
        for name, width in (
            ("OUTPUT_SELECT", 2),
            ("ADDSUB_LOWERINPUT", 2),
            ("ADDSUB_UPPERINPUT", 1),
            ("ADDSUB_CARRYSELECT", 2),
        )
    },
}


def ram(tiles: Tiles, bel: Bel, signal: SignalOf) -> list[Cell]:
    """A block RAM with what it holds at the start."""
    x, y = bel.x, bel.y
    if tiles.bit(x, y, "RamConfig.PowerUp") == (tiles.asc.device == "1k"):
        raise UnpackError(
            f"the bitstream reads a block RAM at ({x}, {y}) that is switched off; it is damaged, "
            "or not of this device: build it again"
        )
    write, read = (tiles.bit(x, y, "NegClk"), tiles.bit(x, y + 1, "NegClk"))
    modes = [tiles.bit(x, y + 1, f"RamConfig.CBIT_{index}") for index in range(4)]
    words = tiles.asc.memories.get((x, y), [0] * 16)
    cell = Cell(
        "SB_RAM40_4K" + "NR" * read + "NW" * write,
        f"ram_{x}_{y}",
        {
            "WRITE_MODE": str(modes[0] + 2 * modes[1]),
            "READ_MODE": str(modes[2] + 2 * modes[3]),
            **{f"INIT_{index:X}": f"256'h{word:064x}" for index, word in enumerate(words)},
        },
        {
            ("RCLKN" if read else "RCLK"): [signal(bel.inputs["RCLK"], 0)],
            ("WCLKN" if write else "WCLK"): [signal(bel.inputs["WCLK"], 0)],
            **{port: [signal(bel.inputs[port], 1)] for port in ("RCLKE", "WCLKE")},
            **{port: [signal(bel.inputs[port], 0)] for port in ("RE", "WE")},
            "RADDR": _inputs(bel, "RADDR", 11, signal),
            "WADDR": _inputs(bel, "WADDR", 11, signal),
            "MASK": _inputs(bel, "MASK", 16, signal),
            "WDATA": _inputs(bel, "WDATA", 16, signal),
        },
        {"RDATA": _outputs(bel, "RDATA", 16)},
    )
    return [cell]


def spram(tiles: Tiles, bel: Bel, signal: SignalOf) -> list[Cell]:
    """A single-port RAM of an UltraPlus device."""
    if not tiles.parameter(bel, "SPRAM_EN"):
        raise UnpackError(
            f"the bitstream reads a single-port RAM, number {bel.z}, that is switched off; it is "
            "damaged, or not of this device: build it again"
        )
    singles = ("WREN", "CHIPSELECT", "CLOCK", "STANDBY", "SLEEP", "POWEROFF")
    cell = Cell(
        "SB_SPRAM256KA",
        f"spram_{bel.x}_{bel.z}",
        {},
        {
            "ADDRESS": _inputs(bel, "ADDRESS", 14, signal),
            "DATAIN": _inputs(bel, "DATAIN", 16, signal),
            "MASKWREN": _inputs(bel, "MASKWREN", 4, signal),
            **{port: [signal(bel.inputs[port], 0)] for port in singles},
        },
        {"DATAOUT": _outputs(bel, "DATAOUT", 16)},
    )
    return [cell]


def mac16(tiles: Tiles, bel: Bel, signal: SignalOf) -> list[Cell]:
    """A DSP of an UltraPlus device, clocked by rising edges: no bit is known for falling ones."""
    buses = {"A": 16, "B": 16, "C": 16, "D": 16}
    outputs = {"O": 32}
    singles = [
        port
        for port in bel.inputs
        if port.split("_")[0] not in buses and not port.startswith("port")
    ]
    cell = Cell(
        "SB_MAC16",
        f"mac_{bel.x}_{bel.y}",
        {name: f"{width}'d{tiles.parameter(bel, name)}" for name, width in _MAC_PARAMETERS.items()},
        {
            **{port: _inputs(bel, port, width, signal) for port, width in buses.items()},
            **{port: [signal(bel.inputs[port], int(port == "CE"))] for port in singles},
        },
        {
            **{port: _outputs(bel, port, width) for port, width in outputs.items()},
            **{
                port: [f"n{bel.outputs[port]}"]
                for port in ("CO", "ACCUMCO", "SIGNEXTOUT")
                if port in bel.outputs
            },
        },
    )
    return [cell]


def _inputs(bel: Bel, port: str, width: int, signal: SignalOf) -> list[Signal]:
    return [signal(bel.inputs[f"{port}_{index}"], 0) for index in range(width)]


def _outputs(bel: Bel, port: str, width: int) -> list[str | None]:
    return [f"n{bel.outputs[f'{port}_{index}']}" for index in range(width)]
