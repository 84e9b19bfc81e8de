"""Boards with an ECP5."""

from collections.abc import Callable

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.family import Family

from ..untyped import Platform
from .board import Board, Preset
from .loaders import LOADERS
from .platforms import platform_of

__all__ = ["BOARDS"]

# The 12F is a 25F whose bitstream says so; the open tools route both alike.
_25F = Preset(
    MachineParams(
        lanes=8,
        replicas=8,
        field_bits=14,
        pbits=1024,
        slots=512,
        rows=512,
        steps=1024,
        burst_words=128,
        rings=16,
        stream_words=1024,
    ),
    clock_hz=90_000_000,
)
_45F = Preset(
    MachineParams(
        lanes=16,
        replicas=8,
        field_bits=14,
        pbits=1024,
        slots=512,
        rows=512,
        steps=1024,
        burst_words=128,
        rings=16,
        stream_words=2048,
    ),
    clock_hz=80_000_000,
)
# Copies of the states that are two block RAMs wide take in a row of 256 states in four clocks.
_85F = Preset(
    MachineParams(
        lanes=16,
        replicas=16,
        field_bits=14,
        pbits=1024,
        slots=512,
        rows=512,
        steps=1024,
        burst_words=128,
        write_bits=64,
        rings=16,
        stream_words=2048,
    ),
    clock_hz=104_000_000,
)
_ORANGECRAB_NOTE = (
    "wire a 3.3 V USB-serial adaptor to the Feather header: its TX to pin 0 (RX), "
    "its RX to pin 1 (TX), and ground"
)


def _orangecrab(name: str) -> Callable[[], Platform]:
    """The platform `name` with a serial line, which it lacks, where a Feather has its own."""
    make = platform_of("orangecrab_r0_2", name)

    def make_with_uart() -> Platform:
        platform = make()
        # Not at the top: a list of boards needs no Amaranth.
        from amaranth.build import Attrs, Pins, Resource, Subsignal

        rx = Subsignal("rx", Pins("0", dir="i", conn=("io", 0)))
        tx = Subsignal("tx", Pins("1", dir="o", conn=("io", 0)))
        attributes = Attrs(IO_TYPE="LVCMOS33", PULLMODE="UP")
        platform.add_resources([Resource("uart", 0, rx, tx, attributes)])
        return platform

    return make_with_uart


BOARDS = (
    *(
        Board(
            name=f"ulx3s-{size.lower()}",
            title=f"Radiona ULX3S, {size}",
            device=f"LFE5U-{size}",
            family=Family.ECP5,
            platform=platform_of("ulx3s", f"ULX3S_{size}_Platform"),
            preset=preset,
            loader=LOADERS[f"ulx3s-{size.lower()}"],
        )
        for size, preset in (("12F", _25F), ("25F", _25F), ("45F", _45F), ("85F", _85F))
    ),
    *(
        Board(
            name=f"orangecrab-{size.lower()}",
            title=f"OrangeCrab r0.2, {size}",
            device=f"LFE5U-{size}",
            family=Family.ECP5,
            platform=_orangecrab(f"OrangeCrabR0_2_{size}Platform"),
            preset=preset,
            loader=LOADERS[f"orangecrab-{size.lower()}"],
            note=_ORANGECRAB_NOTE,
        )
        for size, preset in (("25F", _25F), ("85F", _85F))
    ),
    Board(
        name="colorlight-5a75b",
        device="LFE5U-25F",
        title="Colorlight 5A-75B V7.0",
        family=Family.ECP5,
        platform=platform_of("colorlight_5a75b_r7_0", "Colorlight_5A75B_R70Platform"),
        preset=_25F,
        loader=LOADERS["colorlight-5a75b"],
        note="wire a 3.3 V USB-serial adaptor to J19: its TX to KEY+, its RX to DATA_LED-, and "
        "ground; and a JTAG adaptor to J27 to J34",
    ),
    Board(
        name="versa-ecp5",
        device="LFE5UM-45F",
        title="Lattice ECP5 Versa, LFE5UM-45F",
        family=Family.ECP5,
        platform=platform_of("versa_ecp5", "VersaECP5Platform"),
        preset=_45F,
        loader=LOADERS["versa-ecp5"],
    ),
    Board(
        name="icepi-zero",
        device="LFE5U-25F",
        title="Icepi Zero v1.3",
        family=Family.ECP5,
        platform=platform_of("icepi_zero", "IcepiZero1_3Platform"),
        preset=_25F,
        loader=LOADERS["icepi-zero"],
    ),
)
