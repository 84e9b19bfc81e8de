"""The numbers that nextpnr's iCE40 chip database uses for the ports of its cells.

A database file holds numbers, not names. They are counted from 1 through the list that nextpnr
keeps in `ice40/constids.inc`. Of that list only what netlists here can hold is here, in order.
"""

import itertools

__all__ = ["FIRST_CELL_TYPE", "PORTS"]

# `NAME*n` stands for n bits NAME_0, NAME_1, ...; `NAME~n` for the same as the alphabet orders them:
# NAME_0, NAME_1, NAME_10, ..., NAME_2.
_FIRST = """
    I0 I1 I2 I3 O LO CIN COUT CEN CLK SR
    MASK*16 RDATA*16 WDATA*16 WADDR*11 RADDR*11 WCLK WCLKE WE RCLK RCLKE RE
    PACKAGE_PIN LATCH_INPUT_VALUE CLOCK_ENABLE INPUT_CLK OUTPUT_CLK OUTPUT_ENABLE
    D_OUT_0 D_OUT_1 D_IN_0 D_IN_1 USER_SIGNAL_TO_GLOBAL_BUFFER GLOBAL_BUFFER_OUTPUT
    REFERENCECLK EXTFEEDBACK DYNAMICDELAY*8 LOCK PLLOUT_A PLLOUT_B PLLOUT_A_GLOBAL PLLOUT_B_GLOBAL
    BYPASS RESETB LATCHINPUTVALUE SDO SDI SCLK BOOT S0 S1
    ADDSUBBOT ADDSUBTOP AHOLD A~16 BHOLD B~16 CE CHOLD CI CO C~16 DHOLD D~16
    IRSTBOT IRSTTOP OHOLDBOT OHOLDTOP OLOADBOT OLOADTOP ORSTBOT ORSTTOP O~32
    SIGNEXTIN SIGNEXTOUT ACCUMCI ACCUMCO
    CLKHF CLKHFEN CLKHFPU CLKHF_FABRIC TRIM*10 CLKLF CLKLFEN CLKLFPU CLKLF_FABRIC
"""
# The last ports before the types of cells; in between are those of other hard blocks.
_LAST = """
    ADDRESS~14 CHIPSELECT CLOCK DATAIN~16 DATAOUT~16 MASKWREN~4 POWEROFF SLEEP STANDBY WREN
"""


def _names(text: str) -> list[str]:
    names: list[str] = []
    for word in text.split():
        name, star, count = word.replace("~", "*").partition("*")
        if not star:
            names.append(name)
            continue
        bits = [f"{name}_{index}" for index in range(int(count))]
        names += sorted(bits) if "~" in word else bits
    return names


FIRST_CELL_TYPE = 404  # ICESTORM_LC, the logic cell
_MEMORY = _names(_LAST)

PORTS = dict(enumerate(_names(_FIRST), 1)) | dict(
    zip(itertools.count(FIRST_CELL_TYPE - len(_MEMORY)), _MEMORY, strict=False)
)
