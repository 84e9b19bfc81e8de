"""What there is to know of a board: how it is described, filled and loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.family import Family

from ..untyped import Platform
from .loaders import Loader

__all__ = ["BAUD", "Board", "Preset"]

BAUD = 1_000_000


@dataclass(frozen=True)
class Preset:
    """What fills a board sensibly.

    params : MachineParams
    clock_hz : int
        Frequency of the machine, made from the board's clock by its PLL; the board's own clock
        is used as it is if it has this frequency.
    baud : int
        Rate of the serial line.
    """

    params: MachineParams
    clock_hz: int
    baud: int = BAUD


@dataclass(frozen=True)
class Board:
    """A board.

    name : str
        What users call it, as in `glauber build NAME`: 1 to 16 characters of ASCII, which the
        machine states in its header.
    title : str
        Maker and full name.
    family : Family
    platform : Callable[[], Platform]
        Makes the Amaranth platform: device, pins, the frequency of its default clock, and a
        resource `uart`, of which the input is taken as the line from the host. If there is a
        resource `led` that shares no pin with it, it is lit. Import `amaranth_boards` in here, so
        that a list of boards needs no Amaranth.
    preset : Preset
    loader : Loader
        How openFPGALoader finds the board, and what it can do there.
    note : str
        What a user must do before it works, such as which pins to wire; empty for nothing.
    device : str
        The FPGA, for the list of boards.
    source : Path | None
        The file that describes it, if it is not one of this package. `find_board` fills it in.
    """

    name: str
    title: str
    family: Family
    platform: Callable[[], Platform]
    preset: Preset
    loader: Loader
    note: str = ""
    device: str = ""
    source: Path | None = None
