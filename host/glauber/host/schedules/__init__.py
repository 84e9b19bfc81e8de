"""Schedules of machines that do more than sweeps: what to write, how it is encoded and read back.

language    what a schedule is made of: sweeps, ramps, measurements, emissions, loops
ready       schedules that are often needed
encode      from a schedule to the words of a device
words       what words do: their sweeps, and the same without loops
disassemble words in a readable form
"""

from .disassemble import disassemble
from .encode import Encoded, encode
from .language import (
    Betas,
    Emit,
    Every,
    Item,
    Measured,
    Randomise,
    Repeat,
    Sweeps,
    describe,
    hold,
    ramp,
)
from .ready import anneal, anneal_to_target, moments, sample, temper

__all__ = [
    "Betas",
    "Emit",
    "Encoded",
    "Every",
    "Item",
    "Measured",
    "Randomise",
    "Repeat",
    "Sweeps",
    "anneal",
    "anneal_to_target",
    "describe",
    "disassemble",
    "encode",
    "hold",
    "moments",
    "ramp",
    "sample",
    "temper",
]
