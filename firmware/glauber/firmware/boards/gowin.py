"""Boards with a Gowin GW1N or GW2A."""

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.family import Family

from .board import Board, Preset
from .loaders import LOADERS
from .platforms import platform_of

__all__ = ["BOARDS"]

# The flip-flops of another set of noise units would fill it so that it cannot be placed.
_9K = Preset(
    MachineParams(
        lanes=2,
        replicas=16,
        draws=8,
        field_bits=14,
        pbits=1024,
        slots=1024,
        rows=512,
        steps=512,
        stream_words=512,
    ),
    clock_hz=81_000_000,
)
_20K = Preset(
    MachineParams(
        lanes=4,
        replicas=16,
        field_bits=14,
        pbits=1024,
        slots=512,
        rows=512,
        steps=512,
        stream_words=512,
    ),
    clock_hz=108_000_000,
)

BOARDS = (
    Board(
        name="tang-nano-9k",
        device="GW1NR-9C",
        title="Sipeed Tang Nano 9K",
        family=Family.GOWIN,
        platform=platform_of("tang_nano_9k", "TangNano9kPlatform"),
        preset=_9K,
        loader=LOADERS["tang-nano-9k"],
    ),
    Board(
        name="tang-primer-20k",
        device="GW2A-18C",
        title="Sipeed Tang Primer 20K",
        family=Family.GOWIN,
        platform=platform_of("tang_primer_20k", "TangPrimer20kPlatform"),
        preset=_20K,
        loader=LOADERS["tang-primer-20k"],
    ),
)
