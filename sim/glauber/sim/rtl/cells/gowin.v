// The cells of a Gowin GW1N that Yosys has no model of; all else is Yosys' own. They do what the
// mappings of Yosys take the cells to do, and have not been compared with models of the vendor. A
// feature that is not modelled names a module that is not there, so that a netlist which has it is
// refused.

module glauber_bsram_register (input clock, reset, enable, input [35:0] d, output reg [35:0] q);
    parameter RESET_MODE = "SYNC";
    initial q = 0;
    generate
        if (RESET_MODE == "ASYNC") begin
            always @(posedge clock, posedge reset)
                if (reset) q <= 0;
                else if (enable) q <= d;
        end else
            always @(posedge clock)
                if (reset) q <= 0;
                else if (enable) q <= d;
    endgenerate
endmodule

// One port of a block RAM whose rows are four bytes of BYTE bits. A byte enable stands in the low
// address bits of words of more than a byte.
module glauber_bsram_port (
    input [13:0] address, input [35:0] data, row, input clock, enable, write, reset, output_enable,
    output [8:0] at, output writes, output [35:0] mask, placed, out
);
    parameter BYTE = 9;
    parameter WIDTH = 36;
    parameter READ_MODE = 0;
    parameter WRITE_MODE = 0;
    parameter RESET_MODE = "SYNC";
    wire [5:0] shift = (WIDTH == 4*BYTE ? 0 : address[4] * 2*BYTE)
        + (WIDTH > BYTE ? 0 : address[3] * BYTE) + (WIDTH == 4 ? address[2] * 4 : 0)
        + (WIDTH == 2 ? address[2:1] * 2 : 0) + (WIDTH == 1 ? address[2:0] : 0);
    wire [35:0] kept = WIDTH == 36 ? {36{1'b1}} : (36'd1 << WIDTH) - 36'd1;
    wire [35:0] lanes = WIDTH <= BYTE ? kept : {{BYTE{address[3]}}, {BYTE{address[2]}},
        {BYTE{address[1]}}, {BYTE{address[0]}}} & kept;
    assign at = address[13:5];
    assign mask = lanes << shift;
    assign placed = data << shift;
    assign writes = enable & write;
    wire [35:0] after = row & ~mask | placed & mask;
    wire [35:0] seen = (writes & (WRITE_MODE == 1) ? after : row) >> shift & kept;
    wire [35:0] first;
    wire shows = enable & (~write | WRITE_MODE != 0);
    glauber_bsram_register #(.RESET_MODE(RESET_MODE)) latch (
        .clock(clock), .reset(reset), .enable(shows), .d(seen), .q(first));
    generate
        if (READ_MODE == 1) begin
            glauber_bsram_register #(.RESET_MODE(RESET_MODE)) pipeline (
                .clock(clock), .reset(reset), .enable(output_enable), .d(first), .q(out));
        end else
            assign out = first;
    endgenerate
endmodule

// Two ports at one memory. Both must have the same clock. A read beside a write of the other port,
// undefined in the device, gives what was there before.
module glauber_bsram (
    input [13:0] address_a, address_b, input [35:0] data_a, data_b,
    input clock_a, enable_a, write_a, reset_a, oce_a, clock_b, enable_b, write_b, reset_b, oce_b,
    output [35:0] out_a, out_b
);
    parameter BYTE = 9;
    parameter WIDTH_A = 36, WIDTH_B = 36;
    parameter READ_MODE_A = 0, READ_MODE_B = 0, WRITE_MODE_A = 0, WRITE_MODE_B = 0;
    parameter RESET_MODE = "SYNC";
    parameter [18431:0] INIT = 0;
    reg [35:0] memory [0:511];
    integer i;
    initial for (i = 0; i < 512; i = i + 1) memory[i] = INIT[4*BYTE*i +: 4*BYTE];
    wire [8:0] at_a, at_b;
    wire writes_a, writes_b;
    wire [35:0] mask_a, mask_b, placed_a, placed_b;
    wire [35:0] row_a = memory[at_a], row_b = memory[at_b];
    glauber_bsram_port #(
        .BYTE(BYTE), .WIDTH(WIDTH_A), .READ_MODE(READ_MODE_A), .WRITE_MODE(WRITE_MODE_A),
        .RESET_MODE(RESET_MODE)
    ) a (
        .address(address_a), .data(data_a), .row(row_a), .clock(clock_a), .enable(enable_a),
        .write(write_a), .reset(reset_a), .output_enable(oce_a), .at(at_a), .writes(writes_a),
        .mask(mask_a), .placed(placed_a), .out(out_a));
    glauber_bsram_port #(
        .BYTE(BYTE), .WIDTH(WIDTH_B), .READ_MODE(READ_MODE_B), .WRITE_MODE(WRITE_MODE_B),
        .RESET_MODE(RESET_MODE)
    ) b (
        .address(address_b), .data(data_b), .row(row_b), .clock(clock_b), .enable(enable_b),
        .write(write_b), .reset(reset_b), .output_enable(oce_b), .at(at_b), .writes(writes_b),
        .mask(mask_b), .placed(placed_b), .out(out_b));
    always @(posedge clock_a) if (writes_a) memory[at_a] <= row_a & ~mask_a | placed_a & mask_a;
    always @(posedge clock_b) if (writes_b) memory[at_b] <= row_b & ~mask_b | placed_b & mask_b;
endmodule

module SP (
    input [13:0] AD, input [31:0] DI, input CLK, CE, OCE, RESET, WRE, input [2:0] BLKSEL,
    output [31:0] DO
);
    parameter READ_MODE = 0, WRITE_MODE = 0, BIT_WIDTH = 32;
    parameter [2:0] BLK_SEL = 0;
    parameter RESET_MODE = "SYNC";
        parameter [255:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [16383:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(8), .WIDTH_A(BIT_WIDTH), .READ_MODE_A(READ_MODE), .WRITE_MODE_A(WRITE_MODE),
        .RESET_MODE(RESET_MODE), .INIT(INIT)
    ) memory (
        .address_a(AD), .data_a(DI), .clock_a(CLK), .enable_a(CE & BLKSEL == BLK_SEL),
        .write_a(WRE), .reset_a(RESET), .oce_a(OCE), .out_a(DO), .clock_b(1'b0), .address_b(14'b0),
        .data_b(36'b0), .enable_b(1'b0), .write_b(1'b0), .reset_b(1'b0), .oce_b(1'b0));
endmodule

module pROM (input [13:0] AD, input CLK, CE, OCE, RESET, output [31:0] DO);
    parameter READ_MODE = 0, BIT_WIDTH = 32;
    parameter RESET_MODE = "SYNC";
        parameter [255:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [16383:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(8), .WIDTH_A(BIT_WIDTH), .READ_MODE_A(READ_MODE), .RESET_MODE(RESET_MODE),
        .INIT(INIT)
    ) memory (
        .address_a(AD), .data_a(36'b0), .clock_a(CLK), .enable_a(CE), .write_a(1'b0),
        .reset_a(RESET), .oce_a(OCE), .out_a(DO), .clock_b(1'b0), .address_b(14'b0),
        .data_b(36'b0), .enable_b(1'b0), .write_b(1'b0), .reset_b(1'b0), .oce_b(1'b0));
endmodule

module SDPB (
    input [13:0] ADA, ADB, input [31:0] DI, input CLKA, CEA, CLKB, CEB, OCE, RESETA, RESETB,
    input [2:0] BLKSELA, BLKSELB, output [31:0] DO
);
    parameter READ_MODE = 0, BIT_WIDTH_0 = 32, BIT_WIDTH_1 = 32;
    parameter [2:0] BLK_SEL_0 = 0, BLK_SEL_1 = 0;
    parameter RESET_MODE = "SYNC";
        parameter [255:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [16383:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(8), .WIDTH_A(BIT_WIDTH_0), .WIDTH_B(BIT_WIDTH_1), .READ_MODE_B(READ_MODE),
        .RESET_MODE(RESET_MODE), .INIT(INIT)
    ) memory (
        .address_a(ADA), .data_a(DI), .clock_a(CLKA), .enable_a(CEA & BLKSELA == BLK_SEL_0),
        .write_a(1'b1), .reset_a(RESETA), .oce_a(1'b0),
        .address_b(ADB), .data_b(36'b0), .clock_b(CLKB), .enable_b(CEB & BLKSELB == BLK_SEL_1),
        .write_b(1'b0), .reset_b(RESETB), .oce_b(OCE), .out_b(DO));
endmodule

module DPB (
    input [13:0] ADA, ADB, input [15:0] DIA, DIB, input CLKA, CEA, OCEA, RESETA, WREA,
    input CLKB, CEB, OCEB, RESETB, WREB, input [2:0] BLKSELA, BLKSELB, output [15:0] DOA, DOB
);
    parameter READ_MODE0 = 0, READ_MODE1 = 0, WRITE_MODE0 = 0, WRITE_MODE1 = 0;
    parameter BIT_WIDTH_0 = 16, BIT_WIDTH_1 = 16;
    parameter [2:0] BLK_SEL_0 = 0, BLK_SEL_1 = 0;
    parameter RESET_MODE = "SYNC";
        parameter [255:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [16383:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(8), .WIDTH_A(BIT_WIDTH_0), .WIDTH_B(BIT_WIDTH_1), .READ_MODE_A(READ_MODE0),
        .READ_MODE_B(READ_MODE1), .WRITE_MODE_A(WRITE_MODE0), .WRITE_MODE_B(WRITE_MODE1),
        .RESET_MODE(RESET_MODE), .INIT(INIT)
    ) memory (
        .address_a(ADA), .data_a(DIA), .clock_a(CLKA), .enable_a(CEA & BLKSELA == BLK_SEL_0),
        .write_a(WREA), .reset_a(RESETA), .oce_a(OCEA), .out_a(DOA),
        .address_b(ADB), .data_b(DIB), .clock_b(CLKB), .enable_b(CEB & BLKSELB == BLK_SEL_1),
        .write_b(WREB), .reset_b(RESETB), .oce_b(OCEB), .out_b(DOB));
endmodule

module SPX9 (
    input [13:0] AD, input [35:0] DI, input CLK, CE, OCE, RESET, WRE, input [2:0] BLKSEL,
    output [35:0] DO
);
    parameter READ_MODE = 0, WRITE_MODE = 0, BIT_WIDTH = 36;
    parameter [2:0] BLK_SEL = 0;
    parameter RESET_MODE = "SYNC";
        parameter [287:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [18431:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(9), .WIDTH_A(BIT_WIDTH), .READ_MODE_A(READ_MODE), .WRITE_MODE_A(WRITE_MODE),
        .RESET_MODE(RESET_MODE), .INIT(INIT)
    ) memory (
        .address_a(AD), .data_a(DI), .clock_a(CLK), .enable_a(CE & BLKSEL == BLK_SEL),
        .write_a(WRE), .reset_a(RESET), .oce_a(OCE), .out_a(DO), .clock_b(1'b0), .address_b(14'b0),
        .data_b(36'b0), .enable_b(1'b0), .write_b(1'b0), .reset_b(1'b0), .oce_b(1'b0));
endmodule

module pROMX9 (input [13:0] AD, input CLK, CE, OCE, RESET, output [35:0] DO);
    parameter READ_MODE = 0, BIT_WIDTH = 36;
    parameter RESET_MODE = "SYNC";
        parameter [287:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [18431:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(9), .WIDTH_A(BIT_WIDTH), .READ_MODE_A(READ_MODE), .RESET_MODE(RESET_MODE),
        .INIT(INIT)
    ) memory (
        .address_a(AD), .data_a(36'b0), .clock_a(CLK), .enable_a(CE), .write_a(1'b0),
        .reset_a(RESET), .oce_a(OCE), .out_a(DO), .clock_b(1'b0), .address_b(14'b0),
        .data_b(36'b0), .enable_b(1'b0), .write_b(1'b0), .reset_b(1'b0), .oce_b(1'b0));
endmodule

module SDPX9B (
    input [13:0] ADA, ADB, input [35:0] DI, input CLKA, CEA, CLKB, CEB, OCE, RESETA, RESETB,
    input [2:0] BLKSELA, BLKSELB, output [35:0] DO
);
    parameter READ_MODE = 0, BIT_WIDTH_0 = 36, BIT_WIDTH_1 = 36;
    parameter [2:0] BLK_SEL_0 = 0, BLK_SEL_1 = 0;
    parameter RESET_MODE = "SYNC";
        parameter [287:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [18431:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(9), .WIDTH_A(BIT_WIDTH_0), .WIDTH_B(BIT_WIDTH_1), .READ_MODE_B(READ_MODE),
        .RESET_MODE(RESET_MODE), .INIT(INIT)
    ) memory (
        .address_a(ADA), .data_a(DI), .clock_a(CLKA), .enable_a(CEA & BLKSELA == BLK_SEL_0),
        .write_a(1'b1), .reset_a(RESETA), .oce_a(1'b0),
        .address_b(ADB), .data_b(36'b0), .clock_b(CLKB), .enable_b(CEB & BLKSELB == BLK_SEL_1),
        .write_b(1'b0), .reset_b(RESETB), .oce_b(OCE), .out_b(DO));
endmodule

module DPX9B (
    input [13:0] ADA, ADB, input [17:0] DIA, DIB, input CLKA, CEA, OCEA, RESETA, WREA,
    input CLKB, CEB, OCEB, RESETB, WREB, input [2:0] BLKSELA, BLKSELB, output [17:0] DOA, DOB
);
    parameter READ_MODE0 = 0, READ_MODE1 = 0, WRITE_MODE0 = 0, WRITE_MODE1 = 0;
    parameter BIT_WIDTH_0 = 18, BIT_WIDTH_1 = 18;
    parameter [2:0] BLK_SEL_0 = 0, BLK_SEL_1 = 0;
    parameter RESET_MODE = "SYNC";
        parameter [287:0] INIT_RAM_00 = 0, INIT_RAM_01 = 0, INIT_RAM_02 = 0, INIT_RAM_03 = 0,
        INIT_RAM_04 = 0, INIT_RAM_05 = 0, INIT_RAM_06 = 0, INIT_RAM_07 = 0, INIT_RAM_08 = 0,
        INIT_RAM_09 = 0, INIT_RAM_0A = 0, INIT_RAM_0B = 0, INIT_RAM_0C = 0, INIT_RAM_0D = 0,
        INIT_RAM_0E = 0, INIT_RAM_0F = 0, INIT_RAM_10 = 0, INIT_RAM_11 = 0, INIT_RAM_12 = 0,
        INIT_RAM_13 = 0, INIT_RAM_14 = 0, INIT_RAM_15 = 0, INIT_RAM_16 = 0, INIT_RAM_17 = 0,
        INIT_RAM_18 = 0, INIT_RAM_19 = 0, INIT_RAM_1A = 0, INIT_RAM_1B = 0, INIT_RAM_1C = 0,
        INIT_RAM_1D = 0, INIT_RAM_1E = 0, INIT_RAM_1F = 0, INIT_RAM_20 = 0, INIT_RAM_21 = 0,
        INIT_RAM_22 = 0, INIT_RAM_23 = 0, INIT_RAM_24 = 0, INIT_RAM_25 = 0, INIT_RAM_26 = 0,
        INIT_RAM_27 = 0, INIT_RAM_28 = 0, INIT_RAM_29 = 0, INIT_RAM_2A = 0, INIT_RAM_2B = 0,
        INIT_RAM_2C = 0, INIT_RAM_2D = 0, INIT_RAM_2E = 0, INIT_RAM_2F = 0, INIT_RAM_30 = 0,
        INIT_RAM_31 = 0, INIT_RAM_32 = 0, INIT_RAM_33 = 0, INIT_RAM_34 = 0, INIT_RAM_35 = 0,
        INIT_RAM_36 = 0, INIT_RAM_37 = 0, INIT_RAM_38 = 0, INIT_RAM_39 = 0, INIT_RAM_3A = 0,
        INIT_RAM_3B = 0, INIT_RAM_3C = 0, INIT_RAM_3D = 0, INIT_RAM_3E = 0, INIT_RAM_3F = 0;
        localparam [18431:0] INIT = {INIT_RAM_3F, INIT_RAM_3E, INIT_RAM_3D, INIT_RAM_3C,
        INIT_RAM_3B, INIT_RAM_3A, INIT_RAM_39, INIT_RAM_38, INIT_RAM_37, INIT_RAM_36, INIT_RAM_35,
        INIT_RAM_34, INIT_RAM_33, INIT_RAM_32, INIT_RAM_31, INIT_RAM_30, INIT_RAM_2F, INIT_RAM_2E,
        INIT_RAM_2D, INIT_RAM_2C, INIT_RAM_2B, INIT_RAM_2A, INIT_RAM_29, INIT_RAM_28, INIT_RAM_27,
        INIT_RAM_26, INIT_RAM_25, INIT_RAM_24, INIT_RAM_23, INIT_RAM_22, INIT_RAM_21, INIT_RAM_20,
        INIT_RAM_1F, INIT_RAM_1E, INIT_RAM_1D, INIT_RAM_1C, INIT_RAM_1B, INIT_RAM_1A, INIT_RAM_19,
        INIT_RAM_18, INIT_RAM_17, INIT_RAM_16, INIT_RAM_15, INIT_RAM_14, INIT_RAM_13, INIT_RAM_12,
        INIT_RAM_11, INIT_RAM_10, INIT_RAM_0F, INIT_RAM_0E, INIT_RAM_0D, INIT_RAM_0C, INIT_RAM_0B,
        INIT_RAM_0A, INIT_RAM_09, INIT_RAM_08, INIT_RAM_07, INIT_RAM_06, INIT_RAM_05, INIT_RAM_04,
        INIT_RAM_03, INIT_RAM_02, INIT_RAM_01, INIT_RAM_00};
    glauber_bsram #(
        .BYTE(9), .WIDTH_A(BIT_WIDTH_0), .WIDTH_B(BIT_WIDTH_1), .READ_MODE_A(READ_MODE0),
        .READ_MODE_B(READ_MODE1), .WRITE_MODE_A(WRITE_MODE0), .WRITE_MODE_B(WRITE_MODE1),
        .RESET_MODE(RESET_MODE), .INIT(INIT)
    ) memory (
        .address_a(ADA), .data_a(DIA), .clock_a(CLKA), .enable_a(CEA & BLKSELA == BLK_SEL_0),
        .write_a(WREA), .reset_a(RESETA), .oce_a(OCEA), .out_a(DOA),
        .address_b(ADB), .data_b(DIB), .clock_b(CLKB), .enable_b(CEB & BLKSELB == BLK_SEL_1),
        .write_b(WREB), .reset_b(RESETB), .oce_b(OCEB), .out_b(DOB));
endmodule

// The product of A and B; a register is there if its parameter says so.
module MULT18X18 (
    input [17:0] A, B, SIA, SIB, input ASIGN, BSIGN, ASEL, BSEL, CE, CLK, RESET,
    output [35:0] DOUT, output [17:0] SOA, SOB
);
    parameter AREG = 0, BREG = 0, OUT_REG = 0, PIPE_REG = 0, ASIGN_REG = 0, BSIGN_REG = 0;
    parameter SOA_REG = 0;
    parameter MULT_RESET_MODE = "SYNC";
    wire [35:0] a, b, product, piped;
    glauber_mult_stage #(.USED(AREG), .RESET_MODE(MULT_RESET_MODE)) stage_a (
        .clock(CLK), .reset(RESET), .enable(CE), .d({{18{ASIGN & A[17]}}, A}), .q(a));
    glauber_mult_stage #(.USED(BREG), .RESET_MODE(MULT_RESET_MODE)) stage_b (
        .clock(CLK), .reset(RESET), .enable(CE), .d({{18{BSIGN & B[17]}}, B}), .q(b));
    assign product = a * b;
    glauber_mult_stage #(.USED(PIPE_REG), .RESET_MODE(MULT_RESET_MODE)) stage_p (
        .clock(CLK), .reset(RESET), .enable(CE), .d(product), .q(piped));
    glauber_mult_stage #(.USED(OUT_REG), .RESET_MODE(MULT_RESET_MODE)) stage_o (
        .clock(CLK), .reset(RESET), .enable(CE), .d(piped), .q(DOUT));
    generate
        if (ASIGN_REG != AREG && ASIGN_REG || BSIGN_REG != BREG && BSIGN_REG)
            mult18x18_with_a_register_of_a_sign_alone_is_not_modelled no ();
    endgenerate
endmodule

module glauber_mult_stage (input clock, reset, enable, input [35:0] d, output [35:0] q);
    parameter USED = 0;
    parameter RESET_MODE = "SYNC";
    generate
        if (USED) begin
            glauber_bsram_register #(.RESET_MODE(RESET_MODE)) register (
                .clock(clock), .reset(reset), .enable(enable), .d(d), .q(q));
        end else
            assign q = d;
    endgenerate
endmodule

module RAM16SDP4 (input [3:0] DI, WAD, RAD, input WRE, CLK, output [3:0] DO);
    parameter [15:0] INIT_0 = 0, INIT_1 = 0, INIT_2 = 0, INIT_3 = 0;
    reg [3:0] memory [0:15];
    integer i;
    initial for (i = 0; i < 16; i = i + 1)
        memory[i] = {INIT_3[i], INIT_2[i], INIT_1[i], INIT_0[i]};
    always @(posedge CLK) if (WRE) memory[WAD] <= DI;
    assign DO = memory[RAD];
endmodule
