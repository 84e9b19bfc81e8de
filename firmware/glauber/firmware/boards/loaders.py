"""How openFPGALoader finds each board, and what it can do there.

Sources of the facts: the output of `openFPGALoader --list-boards` and `--list-cables` of version
1.1.1, its compatibility list `doc/boards.yml` and its notes `doc/vendors/`, what its version 1.1.1
asks of libftdi when it is run with an option, and the platforms of `amaranth_boards`. None of the
entries has been tried with a board yet.
"""

from dataclasses import dataclass

__all__ = ["LOADERS", "Loader"]

_FTDI = 0x0403
_FT2232 = ((_FTDI, 0x6010),)
_FT232H = ((_FTDI, 0x6014),)
_FT231X = ((_FTDI, 0x6015),)


@dataclass(frozen=True)
class Loader:
    """What openFPGALoader is told of a board.

    Parameters
    ----------
    arguments : tuple[str, ...]
        Select the board or the cable; empty if openFPGALoader does not know the board.
    sram : bool
        Whether an image can be loaded into the FPGA itself, where it is lost at power off.
    flash : bool
        Whether an image can be written to the board's flash, from which the FPGA starts.
    usb : tuple[tuple[int, int], ...]
        Vendor and product of what is loaded through, 16 bits each.
    note : str
        What a user must know or do about loading; empty for nothing.
    verify : bool
        Whether `--verify` reads the flash back.
    serial : bool
        Whether `--ftdi-serial` selects one of several such boards.
    """

    arguments: tuple[str, ...]
    sram: bool
    flash: bool
    usb: tuple[tuple[int, int], ...]
    note: str = ""
    verify: bool = True
    serial: bool = True


# boards.yml gives `Memory: NA`, which is no way into the SRAM, for every iCE40 board wired like
# the iCEBreaker: the FTDI chip drives the pins of the flash. In this mode version 1.1.1 opens the
# first FT2232H, whatever serial number it is given; it heeds only `--busdev-num`.
_ICE40_FTDI = ("-b", "ice40_generic")

# boards.yml: `Memory: OK`, `Flash: OK`; on both boards the same FT231X is the serial port too.
_ULX3S = Loader(
    ("-b", "ulx3s"),
    sram=True,
    flash=True,
    usb=_FT231X,
    note="the serial port of the board shares its USB chip with the loader: close whatever has it "
    "open, and wait a second after loading until it is back",
)
# boards.yml: `Memory: OK (JTAG)`, which needs another cable, and `Flash: OK (DFU)`. board.hpp has
# the ids of the boot loader, which version 1.1.1 asks for; DFU reads nothing back.
_ORANGECRAB = Loader(
    ("-b", "orangeCrab"),
    sram=False,
    flash=True,
    usb=((0x1209, 0x5AF0),),
    note="it takes images only in its boot loader: hold its button while you plug it in",
    verify=False,
    serial=False,
)

LOADERS: dict[str, Loader] = {
    # boards.yml lists it under ice40_generic; --list-cables gives 0403:6010.
    "icebreaker": Loader(_ICE40_FTDI, sram=False, flash=True, usb=_FT2232, serial=False),
    # Neither --list-boards nor boards.yml knows it: `amaranth_boards.icesugar` runs icesprog.
    "icesugar": Loader(
        (),
        sram=False,
        flash=False,
        usb=((0x1D50, 0x602B),),
        note="copy the image onto the drive iCELink that the board shows, or run `icesprog IMAGE`",
        verify=False,
        serial=False,
    ),
    # Programmed by iceprog in `amaranth_boards.upduino_v3`, so its FT232H is wired as the FT2232H
    # of the others; board.hpp has no entry, hence the other cable. As these: flash only.
    "upduino": Loader(
        (*_ICE40_FTDI, "-c", "ft232"), sram=False, flash=True, usb=_FT232H, serial=False
    ),
    # boards.yml: `Memory: OK`, `Flash: AS`; the manual of iceprog: its jumpers select which.
    "hx8k": Loader(
        _ICE40_FTDI,
        sram=True,
        flash=True,
        usb=_FT2232,
        note="its jumpers J6 and J7 select whether the SRAM or the flash is reached: set them as "
        "the user guide of the board shows",
        serial=False,
    ),
    "ulx3s-12f": _ULX3S,
    "ulx3s-25f": _ULX3S,
    "ulx3s-45f": _ULX3S,
    "ulx3s-85f": _ULX3S,
    "orangecrab-25f": _ORANGECRAB,
    "orangecrab-85f": _ORANGECRAB,
    # --list-boards: no cable of its own; boards.yml: `Memory: OK`, `Flash: OK`. The FT232H is that
    # of `amaranth_boards.colorlight_5a75b_r7_0`; of two cables version 1.1.1 takes the last.
    "colorlight-5a75b": Loader(
        ("-b", "colorlight", "-c", "ft232"),
        sram=True,
        flash=True,
        usb=_FT232H,
        note="it needs a JTAG cable, which is taken to be an FT232H; give `--loader-arg=--cable=C` "
        "for another, where `openFPGALoader --list-cables` lists what C can be",
    ),
    # No entry in --list-boards; `amaranth_boards.versa_ecp5` uses openocd on 0403:6010, and shows
    # that the clock chip, with the id code 0x00191043, may be in the same chain.
    "versa-ecp5": Loader(
        ("-c", "ft2232"),
        sram=True,
        flash=True,
        usb=_FT2232,
        note="set the JTAG jumpers so that the FPGA is alone in the chain, without the clock chip",
    ),
    # --list-boards: ft231X; `amaranth_boards.icepi_zero` writes its flash so.
    "icepi-zero": Loader(
        ("-b", "icepi-zero"), sram=True, flash=True, usb=_FT231X, note=_ULX3S.note
    ),
    # boards.yml: `Memory: OK`, `Flash: IF/EF`; gowin.cpp: the flash inside is never read back.
    "tang-nano-9k": Loader(("-b", "tangnano9k"), sram=True, flash=True, usb=_FT2232, verify=False),
    # boards.yml: `Memory: OK`, `Flash: IF`; gowin.cpp: on a GW2A that is a chip of its own.
    "tang-primer-20k": Loader(("-b", "tangprimer20k"), sram=True, flash=True, usb=_FT2232),
}
