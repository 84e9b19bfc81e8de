"""The models of block RAMs and multipliers against plain ones in Python, with random inputs."""

import random

import pytest

from glauber.hdl.family import Family
from glauber.sim.rtl.netlist import compile_netlist
from glauber.sim.rtl.pins import PinSimulation

pytestmark = pytest.mark.build

CLOCKS = 1500


def simulate(text, family, inputs, outputs):
    library = compile_netlist(text, family, top="top")
    return PinSimulation(library, inputs, outputs)


def place(width, address, byte=9):
    """Where in one long row of bits a word of `width` begins: words of bytes lie side by side, and
    of a byte of 9 bits narrower words use the first 8.
    """
    if width >= byte:
        return (address >> (3 + (width // byte).bit_length() - 1)) * width
    return (address >> 3) * byte + (address & 7) // width * width


class PlainRam:
    """Words of any widths in one row of bits; a write takes effect at the clock's end."""

    def __init__(self, byte=9):
        self.byte = byte
        self.bits = [0] * (2048 * byte)

    def read(self, width, address):
        start = place(width, address, self.byte)
        return sum(self.bits[start + bit] << bit for bit in range(width))

    def write(self, width, address, data):
        start = place(width, address, self.byte)
        for bit in range(width):
            if width <= self.byte or address >> bit // self.byte & 1:
                self.bits[start + bit] = data >> bit & 1


def ports(prefix, size, bus):
    return ", ".join(f".{prefix}{bit}({bus}[{bit}])" for bit in range(size))


def random_address(source, width, byte=9):
    """Few addresses, so that what was written is read; wide words often with all their bytes."""
    lanes = width // byte if width > byte else 0
    enables = source.choice([source.getrandbits(4), 15]) & ((1 << lanes) - 1)
    low = source.getrandbits(5) & ~((1 << lanes.bit_length() + 2) - 1 if lanes else 0)
    return source.choice([0, 9, 510]) << 5 | low | enables


@pytest.mark.parametrize("mode", ["NORMAL", "WRITETHROUGH", "READBEFOREWRITE"])
@pytest.mark.parametrize(("a", "b"), [(18, 9), (9, 1), (4, 2), (1, 18)])
@pytest.mark.parametrize("register", ["NOREG", "OUTREG"])
def test_dp16kd_as_two_ports(a, b, mode, register):
    text = f"""
module top (input clk, input [13:0] ada, adb, input [17:0] dia, dib, input wea, web, cea, ceb, oce,
            rst, output [17:0] doa, dob);
DP16KD #(.DATA_WIDTH_A({a}), .DATA_WIDTH_B({b}), .WRITEMODE_A("{mode}"), .WRITEMODE_B("{mode}"),
    .REGMODE_A("{register}"), .REGMODE_B("{register}")) ram (
    {ports("ADA", 14, "ada")}, {ports("ADB", 14, "adb")}, {ports("DIA", 18, "dia")},
    {ports("DIB", 18, "dib")}, {ports("DOA", 18, "doa")}, {ports("DOB", 18, "dob")},
    .CLKA(clk), .CLKB(clk), .WEA(wea), .WEB(web), .CEA(cea), .CEB(ceb), .OCEA(oce), .OCEB(oce),
    .RSTA(rst), .RSTB(rst), .CSA0(1'b0), .CSA1(1'b0), .CSA2(1'b0),
    .CSB0(1'b0), .CSB1(1'b0), .CSB2(1'b0));
endmodule
"""
    singles = dict.fromkeys(("wea", "web", "cea", "ceb", "oce", "rst"), 1)
    inputs = {"ada": 14, "adb": 14, "dia": 18, "dib": 18, **singles}
    device = simulate(text, Family.ECP5, inputs, {"doa": 18, "dob": 18})
    source, ram = random.Random(a * b), PlainRam()
    first = {"a": 0, "b": 0}
    second = {"a": 0, "b": 0}
    for _ in range(CLOCKS):
        values = {name: source.getrandbits(size) for name, size in inputs.items()}
        values["rst"] = int(source.random() < 0.05)
        values["ada"], values["adb"] = (random_address(source, width) for width in (a, b))
        if values["wea"] and values["web"]:
            values["web"] = 0  # both at one address would be undefined
        got = device.clock(**values)
        shown = second if register == "OUTREG" else first
        assert (got["doa"], got["dob"]) == (shown["a"], shown["b"])
        seen = {}
        for port, width in (("a", a), ("b", b)):
            seen[port] = ram.read(width, values[f"ad{port}"])
        for port, width in (("a", a), ("b", b)):
            address, write = values[f"ad{port}"], values[f"we{port}"]
            if values[f"ce{port}"] and write and not values["rst"]:
                ram.write(width, address, values[f"di{port}"])
                if mode == "WRITETHROUGH":
                    seen[port] = ram.read(width, address)
        for port in "ab":
            if values["oce"]:
                second[port] = first[port]
            if values[f"ce{port}"] and not (values[f"we{port}"] and mode == "NORMAL"):
                first[port] = seen[port]
            if values["rst"]:
                first[port] = second[port] = 0


@pytest.mark.parametrize("width", [36, 18, 9, 4, 2, 1])
def test_dp16kd_writes_36_bits_and_reads_others(width):
    initial = random.Random(width)
    words = [initial.getrandbits(18) for _ in range(1024)]
    slices = ", ".join(
        f".INITVAL_{index:02X}(320'h"
        f"{sum(words[16 * index + word] << 20 * word for word in range(16)):080x})"
        for index in range(64)
    )
    text = f"""
module top (input clk, input [13:0] ada, adb, input [35:0] di, input cea, ceb, output [35:0] do_);
DP16KD #(.DATA_WIDTH_A(36), .DATA_WIDTH_B({width}), .RESETMODE("ASYNC"), {slices}) ram (
    {ports("ADA", 14, "ada")}, {ports("ADB", 14, "adb")}, {ports("DIA", 18, "di")},
    {", ".join(f".DIB{bit}(di[{bit + 18}])" for bit in range(18))},
    {ports("DOA", 18, "do_")}, {", ".join(f".DOB{bit}(do_[{bit + 18}])" for bit in range(18))},
    .CLKA(clk), .CLKB(clk), .WEA(1'b1), .WEB(1'b0), .CEA(cea), .CEB(ceb), .OCEA(1'b0), .OCEB(1'b1),
    .RSTA(1'b0), .RSTB(1'b0), .CSA0(1'b0), .CSA1(1'b0), .CSA2(1'b0),
    .CSB0(1'b0), .CSB1(1'b0), .CSB2(1'b0));
endmodule
"""
    inputs = {"ada": 14, "adb": 14, "di": 36, "cea": 1, "ceb": 1}
    device = simulate(text, Family.ECP5, inputs, {"do_": 36})
    source, ram, shown = random.Random(width), PlainRam(), 0
    ram.bits = [word >> bit & 1 for word in words for bit in range(18)]
    for _ in range(CLOCKS):
        values = {name: source.getrandbits(size) for name, size in inputs.items()}
        values["ada"], values["adb"] = random_address(source, 36), random_address(source, width)
        got = device.clock(**values)["do_"]
        assert (got if width == 36 else got >> 18) == shown
        if values["ceb"]:
            shown = ram.read(width, values["adb"])
        if values["cea"]:
            ram.write(36, values["ada"], values["di"])


@pytest.mark.parametrize(
    ("byte", "write", "read"), [(9, 36, 9), (9, 18, 36), (8, 32, 4), (8, 1, 16)]
)
@pytest.mark.parametrize("pipeline", [0, 1])
def test_gowin_block_ram_with_two_widths(byte, write, read, pipeline):
    kind, size = ("SDPX9B", 36) if byte == 9 else ("SDPB", 32)
    text = f"""
module top (input clk, input [13:0] ada, adb, input [{size - 1}:0] di, input cea, ceb, oce, rst,
            output [{size - 1}:0] do_);
{kind} #(.BIT_WIDTH_0({write}), .BIT_WIDTH_1({read}), .READ_MODE({pipeline})) ram (
    .ADA(ada), .ADB(adb), .DI(di), .DO(do_), .CLKA(clk), .CLKB(clk), .CEA(cea), .CEB(ceb),
    .OCE(oce), .RESETA(1'b0), .RESETB(rst), .BLKSELA(3'b0), .BLKSELB(3'b0));
endmodule
"""
    inputs = {"ada": 14, "adb": 14, "di": size, "cea": 1, "ceb": 1, "oce": 1, "rst": 1}
    device = simulate(text, Family.GOWIN, inputs, {"do_": size})
    source, ram, first, second = random.Random(write), PlainRam(byte), 0, 0
    for _ in range(CLOCKS):
        values = {name: source.getrandbits(bits) for name, bits in inputs.items()}
        values["rst"] = int(source.random() < 0.05)
        values["ada"] = random_address(source, write, byte)
        values["adb"] = random_address(source, read, byte)
        assert device.clock(**values)["do_"] == (second if pipeline else first)
        second = first if values["oce"] else second
        first = ram.read(read, values["adb"]) if values["ceb"] else first
        if values["rst"]:
            first = second = 0
        if values["cea"]:
            ram.write(write, values["ada"], values["di"])


@pytest.mark.parametrize("mode", range(4))
def test_sb_ram40_in_its_modes(mode):
    text = f"""
module top (input clk, input [10:0] wa, ra, input [15:0] wd, mask, input we, re, output [15:0] rd);
SB_RAM40_4K #(.WRITE_MODE({mode}), .READ_MODE({mode})) ram (.WCLK(clk), .RCLK(clk), .WCLKE(1'b1),
    .RCLKE(1'b1), .WADDR(wa), .RADDR(ra), .WDATA(wd), .MASK(mask), .WE(we), .RE(re), .RDATA(rd));
endmodule
"""
    inputs = {"wa": 11, "ra": 11, "wd": 16, "mask": 16, "we": 1, "re": 1}
    device = simulate(text, Family.ICE40, inputs, {"rd": 16})
    source, shown = random.Random(mode), 0
    width = 16 >> mode
    lines = {0: range(16), 1: range(0, 16, 2), 2: range(1, 16, 4), 3: (3, 11)}[mode]
    words = {}
    for _ in range(CLOCKS):
        values = {name: source.getrandbits(size) for name, size in inputs.items()}
        for port in ("wa", "ra"):
            values[port] = source.getrandbits(mode + 2 if mode else 3) << (8 - 2 if mode else 0)
            values[port] &= (256 << mode) - 1
        assert device.clock(**values)["rd"] == shown
        if values["re"]:
            word = words.get(values["ra"], 0)
            shown = sum(
                (word >> bit & 1) << line for bit, line in zip(range(width), lines, strict=True)
            )
        if values["we"]:
            keep = values["mask"] if mode == 0 else 0
            word = sum((values["wd"] >> line & 1) << bit for bit, line in enumerate(lines))
            words[values["wa"]] = words.get(values["wa"], 0) & keep | word & ~keep


@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("registers", [(), ("INPUTA", "INPUTB"), ("INPUTA", "INPUTB", "OUTPUT")])
def test_mult18x18d(signed, registers):
    clocks = ", ".join(f'.REG_{name}_CLK("CLK0")' for name in registers)
    text = f"""
module top (input clk, input [17:0] a, b, input ce, rst, output [35:0] p);
MULT18X18D #({clocks}) mult ({ports("A", 18, "a")}, {ports("B", 18, "b")}, {ports("P", 36, "p")},
    .SIGNEDA(1'b{signed}), .SIGNEDB(1'b{signed}), .SOURCEA(1'b0), .SOURCEB(1'b0),
    .CLK0(clk), .CE0(ce), .RST0(rst));
endmodule
"""
    inputs = {"a": 18, "b": 18, "ce": 1, "rst": 1}
    device = simulate(text, Family.ECP5, inputs, {"p": 36})
    source, inside, out = random.Random(signed), (0, 0), 0
    for _ in range(CLOCKS):
        values = {name: source.getrandbits(size) for name, size in inputs.items()}
        values["rst"] = int(source.random() < 0.1)
        given = tuple(
            values[name] - (signed << 18 if values[name] >> 17 else 0) for name in ("a", "b")
        )
        a, b = inside if registers else given
        product = a * b & (1 << 36) - 1
        assert device.clock(**values)["p"] == (out if "OUTPUT" in registers else product)
        if values["rst"]:
            inside, out = (0, 0), 0
        elif values["ce"]:
            inside, out = given, product
