"""Boards with an iCE40."""

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import NoiseTable
from glauber.hdl.family import Family

from .board import Board, Preset
from .loaders import LOADERS
from .platforms import platform_of

__all__ = ["BOARDS"]

# The program stands in the single-port memories, so it is as long as they are; a coupling word has
# just their 16 bits. There are block RAMs left for the script of a self-test.
_UP5K = Preset(
    MachineParams(
        lanes=2,
        replicas=8,
        couplings_per_slot=2,
        draws=8,
        coupling_bits=6,
        field_bits=13,
        pbits=1024,
        slots=16384,
        rows=512,
        steps=256,
        table=NoiseTable(4, 2),
        stream_words=0,
    ),
    clock_hz=24_000_000,
)
# Without multipliers a noise unit takes several times the logic, so there are but two of them. More
# replicas for each would make the rows longer, of which the block RAMs hold few.
_HX8K = Preset(
    MachineParams(
        lanes=2,
        replicas=4,
        couplings_per_slot=2,
        draws=4,
        coupling_bits=7,
        field_bits=13,
        pbits=512,
        slots=512,
        rows=256,
        steps=256,
        write_bits=16,
        table=NoiseTable(4, 2),
        stream_words=0,
    ),
    clock_hz=48_000_000,
)

BOARDS = (
    Board(
        name="icebreaker",
        device="iCE40UP5K",
        title="1BitSquared iCEBreaker",
        family=Family.ICE40,
        platform=platform_of("icebreaker", "ICEBreakerPlatform"),
        preset=_UP5K,
        loader=LOADERS["icebreaker"],
    ),
    Board(
        name="icesugar",
        device="iCE40UP5K",
        title="MuseLab iCESugar",
        family=Family.ICE40,
        platform=platform_of("icesugar", "ICESugarPlatform"),
        preset=_UP5K,
        loader=LOADERS["icesugar"],
        note="to load it, copy the image onto the drive that the board shows",
    ),
    Board(
        name="hx8k",
        device="iCE40HX8K",
        title="Lattice iCE40-HX8K breakout",
        family=Family.ICE40,
        platform=platform_of("ice40_hx8k_b_evn", "ICE40HX8KBEVNPlatform"),
        preset=_HX8K,
        loader=LOADERS["hx8k"],
    ),
)
