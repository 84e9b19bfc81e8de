// The cells of an ECP5 that Yosys has no model of, and a LUT that simulates faster than its own.
// They do what the mappings of Yosys and nextpnr take the cells to do; they have not been compared
// with models of the vendor. A feature that is not modelled names a module that is not there, so
// that a netlist which has it is refused.

module LUT4 (input A, B, C, D, output Z);
    parameter [15:0] INIT = 0;
    \$lut #(.WIDTH(4), .LUT(INIT)) lut (.A({D, C, B, A}), .Y(Z));
endmodule

// One port of a block RAM: address, what it selects of a row of 36 bits, and the read register.
// A byte enable stands in the low address bits of words of more than 9 bits.
module glauber_dp16kd_port (
    input [13:0] address, input [35:0] data, row, input clock, enable, write, reset, output_enable,
    output [8:0] at, output writes, output [35:0] mask, placed, out
);
    parameter WIDTH = 18;
    parameter [127:0] REGMODE = "NOREG";
    parameter [127:0] WRITEMODE = "NORMAL";
    parameter [127:0] RESETMODE = "SYNC";
    wire [5:0] shift = (WIDTH == 36 ? 0 : address[4] * 18) + (WIDTH > 9 ? 0 : address[3] * 9)
        + (WIDTH == 4 ? address[2] * 4 : 0) + (WIDTH == 2 ? address[2:1] * 2 : 0)
        + (WIDTH == 1 ? address[2:0] : 0);
    wire [35:0] lanes = WIDTH == 36
        ? {{9{address[3]}}, {9{address[2]}}, {9{address[1]}}, {9{address[0]}}}
        : WIDTH == 18 ? {{9{address[1]}}, {9{address[0]}}} : (36'd1 << WIDTH) - 36'd1;
    wire [35:0] kept = WIDTH == 36 ? {36{1'b1}} : (36'd1 << WIDTH) - 36'd1;
    assign at = address[13:5];
    assign mask = lanes << shift;
    assign placed = data << shift;
    assign writes = enable & write & ~(reset & RESETMODE == "SYNC");
    wire [35:0] after = row & ~mask | placed & mask;
    wire [35:0] seen = (writes & (WRITEMODE == "WRITETHROUGH") ? after : row) >> shift & kept;
    wire [35:0] first;
    wire shows = enable & (~write | WRITEMODE != "NORMAL");
    glauber_dp16kd_register #(.RESETMODE(RESETMODE)) latch (
        .clock(clock), .reset(reset), .enable(shows), .d(seen), .q(first));
    generate
        if (REGMODE == "OUTREG") begin
            glauber_dp16kd_register #(.RESETMODE(RESETMODE)) register (
                .clock(clock), .reset(reset), .enable(output_enable), .d(first), .q(out));
        end else
            assign out = first;
    endgenerate
endmodule

module glauber_dp16kd_register (input clock, reset, enable, input [35:0] d, output reg [35:0] q);
    parameter [127:0] RESETMODE = "SYNC";
    initial q = 0;
    generate
        if (RESETMODE == "ASYNC") begin
            always @(posedge clock, posedge reset)
                if (reset) q <= 0;
                else if (enable) q <= d;
        end else
            always @(posedge clock)
                if (reset) q <= 0;
                else if (enable) q <= d;
    endgenerate
endmodule

// Two ports with words of 1, 2, 4, 9 or 18 bits each; or one that writes 36 and one that reads, whose
// upper half of 36 bits is then on the outputs of port B. Both ports must have the same clock. A
// read beside a write of the other port, undefined in the device, gives what was there before.
module DP16KD (
    input DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5,
        DIA4, DIA3, DIA2, DIA1, DIA0,
    input ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    output DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5,
        DOA4, DOA3, DOA2, DOA1, DOA0,
    input DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5,
        DIB4, DIB3, DIB2, DIB1, DIB0,
    input ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5,
        DOB4, DOB3, DOB2, DOB1, DOB0
);
    parameter DATA_WIDTH_A = 18;
    parameter DATA_WIDTH_B = 18;
    parameter [127:0] REGMODE_A = "NOREG", REGMODE_B = "NOREG";
    parameter [127:0] WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL";
    parameter [127:0] RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC";
    parameter [127:0] CSDECODE_A = "0b000", CSDECODE_B = "0b000";
    parameter [127:0] CLKAMUX = "CLKA", CLKBMUX = "CLKB", GSR = "AUTO", INIT_DATA = "STATIC";
    parameter WID = 0;
    parameter [319:0] INITVAL_00 = 0, INITVAL_01 = 0, INITVAL_02 = 0, INITVAL_03 = 0, INITVAL_04 =
        0, INITVAL_05 = 0, INITVAL_06 = 0, INITVAL_07 = 0, INITVAL_08 = 0, INITVAL_09 = 0,
        INITVAL_0A = 0, INITVAL_0B = 0, INITVAL_0C = 0, INITVAL_0D = 0, INITVAL_0E = 0, INITVAL_0F
        = 0, INITVAL_10 = 0, INITVAL_11 = 0, INITVAL_12 = 0, INITVAL_13 = 0, INITVAL_14 = 0,
        INITVAL_15 = 0, INITVAL_16 = 0, INITVAL_17 = 0, INITVAL_18 = 0, INITVAL_19 = 0, INITVAL_1A
        = 0, INITVAL_1B = 0, INITVAL_1C = 0, INITVAL_1D = 0, INITVAL_1E = 0, INITVAL_1F = 0,
        INITVAL_20 = 0, INITVAL_21 = 0, INITVAL_22 = 0, INITVAL_23 = 0, INITVAL_24 = 0, INITVAL_25
        = 0, INITVAL_26 = 0, INITVAL_27 = 0, INITVAL_28 = 0, INITVAL_29 = 0, INITVAL_2A = 0,
        INITVAL_2B = 0, INITVAL_2C = 0, INITVAL_2D = 0, INITVAL_2E = 0, INITVAL_2F = 0, INITVAL_30
        = 0, INITVAL_31 = 0, INITVAL_32 = 0, INITVAL_33 = 0, INITVAL_34 = 0, INITVAL_35 = 0,
        INITVAL_36 = 0, INITVAL_37 = 0, INITVAL_38 = 0, INITVAL_39 = 0, INITVAL_3A = 0, INITVAL_3B
        = 0, INITVAL_3C = 0, INITVAL_3D = 0, INITVAL_3E = 0, INITVAL_3F = 0;

    reg [35:0] memory [0:511];
    integer i;
    initial for (i = 0; i < 8; i = i + 1) begin
        memory[0 + i] = {INITVAL_00[40*i + 20 +: 18], INITVAL_00[40*i +: 18]};
        memory[8 + i] = {INITVAL_01[40*i + 20 +: 18], INITVAL_01[40*i +: 18]};
        memory[16 + i] = {INITVAL_02[40*i + 20 +: 18], INITVAL_02[40*i +: 18]};
        memory[24 + i] = {INITVAL_03[40*i + 20 +: 18], INITVAL_03[40*i +: 18]};
        memory[32 + i] = {INITVAL_04[40*i + 20 +: 18], INITVAL_04[40*i +: 18]};
        memory[40 + i] = {INITVAL_05[40*i + 20 +: 18], INITVAL_05[40*i +: 18]};
        memory[48 + i] = {INITVAL_06[40*i + 20 +: 18], INITVAL_06[40*i +: 18]};
        memory[56 + i] = {INITVAL_07[40*i + 20 +: 18], INITVAL_07[40*i +: 18]};
        memory[64 + i] = {INITVAL_08[40*i + 20 +: 18], INITVAL_08[40*i +: 18]};
        memory[72 + i] = {INITVAL_09[40*i + 20 +: 18], INITVAL_09[40*i +: 18]};
        memory[80 + i] = {INITVAL_0A[40*i + 20 +: 18], INITVAL_0A[40*i +: 18]};
        memory[88 + i] = {INITVAL_0B[40*i + 20 +: 18], INITVAL_0B[40*i +: 18]};
        memory[96 + i] = {INITVAL_0C[40*i + 20 +: 18], INITVAL_0C[40*i +: 18]};
        memory[104 + i] = {INITVAL_0D[40*i + 20 +: 18], INITVAL_0D[40*i +: 18]};
        memory[112 + i] = {INITVAL_0E[40*i + 20 +: 18], INITVAL_0E[40*i +: 18]};
        memory[120 + i] = {INITVAL_0F[40*i + 20 +: 18], INITVAL_0F[40*i +: 18]};
        memory[128 + i] = {INITVAL_10[40*i + 20 +: 18], INITVAL_10[40*i +: 18]};
        memory[136 + i] = {INITVAL_11[40*i + 20 +: 18], INITVAL_11[40*i +: 18]};
        memory[144 + i] = {INITVAL_12[40*i + 20 +: 18], INITVAL_12[40*i +: 18]};
        memory[152 + i] = {INITVAL_13[40*i + 20 +: 18], INITVAL_13[40*i +: 18]};
        memory[160 + i] = {INITVAL_14[40*i + 20 +: 18], INITVAL_14[40*i +: 18]};
        memory[168 + i] = {INITVAL_15[40*i + 20 +: 18], INITVAL_15[40*i +: 18]};
        memory[176 + i] = {INITVAL_16[40*i + 20 +: 18], INITVAL_16[40*i +: 18]};
        memory[184 + i] = {INITVAL_17[40*i + 20 +: 18], INITVAL_17[40*i +: 18]};
        memory[192 + i] = {INITVAL_18[40*i + 20 +: 18], INITVAL_18[40*i +: 18]};
        memory[200 + i] = {INITVAL_19[40*i + 20 +: 18], INITVAL_19[40*i +: 18]};
        memory[208 + i] = {INITVAL_1A[40*i + 20 +: 18], INITVAL_1A[40*i +: 18]};
        memory[216 + i] = {INITVAL_1B[40*i + 20 +: 18], INITVAL_1B[40*i +: 18]};
        memory[224 + i] = {INITVAL_1C[40*i + 20 +: 18], INITVAL_1C[40*i +: 18]};
        memory[232 + i] = {INITVAL_1D[40*i + 20 +: 18], INITVAL_1D[40*i +: 18]};
        memory[240 + i] = {INITVAL_1E[40*i + 20 +: 18], INITVAL_1E[40*i +: 18]};
        memory[248 + i] = {INITVAL_1F[40*i + 20 +: 18], INITVAL_1F[40*i +: 18]};
        memory[256 + i] = {INITVAL_20[40*i + 20 +: 18], INITVAL_20[40*i +: 18]};
        memory[264 + i] = {INITVAL_21[40*i + 20 +: 18], INITVAL_21[40*i +: 18]};
        memory[272 + i] = {INITVAL_22[40*i + 20 +: 18], INITVAL_22[40*i +: 18]};
        memory[280 + i] = {INITVAL_23[40*i + 20 +: 18], INITVAL_23[40*i +: 18]};
        memory[288 + i] = {INITVAL_24[40*i + 20 +: 18], INITVAL_24[40*i +: 18]};
        memory[296 + i] = {INITVAL_25[40*i + 20 +: 18], INITVAL_25[40*i +: 18]};
        memory[304 + i] = {INITVAL_26[40*i + 20 +: 18], INITVAL_26[40*i +: 18]};
        memory[312 + i] = {INITVAL_27[40*i + 20 +: 18], INITVAL_27[40*i +: 18]};
        memory[320 + i] = {INITVAL_28[40*i + 20 +: 18], INITVAL_28[40*i +: 18]};
        memory[328 + i] = {INITVAL_29[40*i + 20 +: 18], INITVAL_29[40*i +: 18]};
        memory[336 + i] = {INITVAL_2A[40*i + 20 +: 18], INITVAL_2A[40*i +: 18]};
        memory[344 + i] = {INITVAL_2B[40*i + 20 +: 18], INITVAL_2B[40*i +: 18]};
        memory[352 + i] = {INITVAL_2C[40*i + 20 +: 18], INITVAL_2C[40*i +: 18]};
        memory[360 + i] = {INITVAL_2D[40*i + 20 +: 18], INITVAL_2D[40*i +: 18]};
        memory[368 + i] = {INITVAL_2E[40*i + 20 +: 18], INITVAL_2E[40*i +: 18]};
        memory[376 + i] = {INITVAL_2F[40*i + 20 +: 18], INITVAL_2F[40*i +: 18]};
        memory[384 + i] = {INITVAL_30[40*i + 20 +: 18], INITVAL_30[40*i +: 18]};
        memory[392 + i] = {INITVAL_31[40*i + 20 +: 18], INITVAL_31[40*i +: 18]};
        memory[400 + i] = {INITVAL_32[40*i + 20 +: 18], INITVAL_32[40*i +: 18]};
        memory[408 + i] = {INITVAL_33[40*i + 20 +: 18], INITVAL_33[40*i +: 18]};
        memory[416 + i] = {INITVAL_34[40*i + 20 +: 18], INITVAL_34[40*i +: 18]};
        memory[424 + i] = {INITVAL_35[40*i + 20 +: 18], INITVAL_35[40*i +: 18]};
        memory[432 + i] = {INITVAL_36[40*i + 20 +: 18], INITVAL_36[40*i +: 18]};
        memory[440 + i] = {INITVAL_37[40*i + 20 +: 18], INITVAL_37[40*i +: 18]};
        memory[448 + i] = {INITVAL_38[40*i + 20 +: 18], INITVAL_38[40*i +: 18]};
        memory[456 + i] = {INITVAL_39[40*i + 20 +: 18], INITVAL_39[40*i +: 18]};
        memory[464 + i] = {INITVAL_3A[40*i + 20 +: 18], INITVAL_3A[40*i +: 18]};
        memory[472 + i] = {INITVAL_3B[40*i + 20 +: 18], INITVAL_3B[40*i +: 18]};
        memory[480 + i] = {INITVAL_3C[40*i + 20 +: 18], INITVAL_3C[40*i +: 18]};
        memory[488 + i] = {INITVAL_3D[40*i + 20 +: 18], INITVAL_3D[40*i +: 18]};
        memory[496 + i] = {INITVAL_3E[40*i + 20 +: 18], INITVAL_3E[40*i +: 18]};
        memory[504 + i] = {INITVAL_3F[40*i + 20 +: 18], INITVAL_3F[40*i +: 18]};
    end

    function decodes(input [2:0] select, input [127:0] mode);
        decodes = select == {mode[16], mode[8], mode[0]};  // the last characters of "0b000"
    endfunction
    generate
        if (CLKAMUX == "INV" || CLKBMUX == "INV") dp16kd_on_a_falling_edge_is_not_modelled no ();
    endgenerate

    wire [17:0] dia = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7,
        DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
    wire [17:0] dib = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7,
        DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
    wire [8:0] at_a, at_b;
    wire writes_a, writes_b;
    wire [35:0] mask_a, mask_b, placed_a, placed_b, out_a, out_b;
    wire [35:0] row_a = memory[at_a], row_b = memory[at_b];
    glauber_dp16kd_port #(.WIDTH(DATA_WIDTH_A), .REGMODE(REGMODE_A), .WRITEMODE(WRITEMODE_A), .RESETMODE(RESETMODE)) a (
        .address({ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2,
            ADA1, ADA0}),
        .data({dib, dia} & {{18{DATA_WIDTH_A == 36}}, 18'h3ffff}), .row(row_a), .clock(CLKA),
        .enable(CEA & decodes({CSA2, CSA1, CSA0}, CSDECODE_A)), .write(WEA), .reset(RSTA),
        .output_enable(OCEA), .at(at_a), .writes(writes_a), .mask(mask_a), .placed(placed_a),
            .out(out_a));
    glauber_dp16kd_port #(.WIDTH(DATA_WIDTH_B), .REGMODE(REGMODE_B), .WRITEMODE(WRITEMODE_B), .RESETMODE(RESETMODE)) b (
        .address({ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2,
            ADB1, ADB0}),
        .data({18'b0, dib}), .row(row_b), .clock(CLKB),
        .enable(CEB & decodes({CSB2, CSB1, CSB0}, CSDECODE_B)), .write(WEB), .reset(RSTB),
        .output_enable(OCEB), .at(at_b), .writes(writes_b), .mask(mask_b), .placed(placed_b),
            .out(out_b));
    always @(posedge CLKA) if (writes_a) memory[at_a] <= row_a & ~mask_a | placed_a & mask_a;
    always @(posedge CLKB) if (writes_b) memory[at_b] <= row_b & ~mask_b | placed_b & mask_b;
    assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5,
        DOA4, DOA3, DOA2, DOA1, DOA0} = DATA_WIDTH_B == 36 ? out_b[17:0] : out_a[17:0];
    assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5,
        DOB4, DOB3, DOB2, DOB1, DOB0} = DATA_WIDTH_B == 36 ? out_b[35:18] : out_b[17:0];
endmodule

// The product of A and B; each register is there if its clock is CLK0, with CE0 and RST0.
module MULT18X18D (
    input A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
    input B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
    input C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
    input SIGNEDA, SIGNEDB, SOURCEA, SOURCEB,
    input CLK3, CLK2, CLK1, CLK0, CE3, CE2, CE1, CE0, RST3, RST2, RST1, RST0,
    output P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19,
        P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
    parameter [127:0] REG_INPUTA_CLK = "NONE", REG_INPUTB_CLK = "NONE", REG_INPUTC_CLK = "NONE";
    parameter [127:0] REG_PIPELINE_CLK = "NONE", REG_OUTPUT_CLK = "NONE";
    parameter [127:0] REG_INPUTA_CE = "CE0", REG_INPUTB_CE = "CE0", REG_INPUTC_CE = "CE0";
    parameter [127:0] REG_PIPELINE_CE = "CE0", REG_OUTPUT_CE = "CE0";
    parameter [127:0] REG_INPUTA_RST = "RST0", REG_INPUTB_RST = "RST0", REG_INPUTC_RST = "RST0";
    parameter [127:0] REG_PIPELINE_RST = "RST0", REG_OUTPUT_RST = "RST0";
    parameter [127:0] CLK0_DIV = "ENABLED", CLK1_DIV = "ENABLED", CLK2_DIV = "ENABLED";
    parameter [127:0] CLK3_DIV = "ENABLED", HIGHSPEED_CLK = "NONE", GSR = "ENABLED";
    parameter [127:0] CAS_MATCH_REG = "FALSE", SOURCEB_MODE = "B_SHIFT", MULT_BYPASS = "DISABLED";
    parameter [127:0] RESETMODE = "SYNC";
    generate
        if (RESETMODE != "SYNC") mult18x18d_with_asynchronous_reset_is_not_modelled no ();
        if (MULT_BYPASS != "DISABLED") mult18x18d_bypass_is_not_modelled no ();
    endgenerate

    wire [18:0] a, b;
    wire [35:0] product, piped, out;
    glauber_stage #(.WIDTH(19), .CLOCK(REG_INPUTA_CLK), .ENABLE(REG_INPUTA_CE),
        .RESET(REG_INPUTA_RST))
        stage_a (.clock(CLK0), .enable(CE0), .reset(RST0), .q(a),
                 .d({SIGNEDA & A17, A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5,
                     A4, A3, A2, A1, A0}));
    glauber_stage #(.WIDTH(19), .CLOCK(REG_INPUTB_CLK), .ENABLE(REG_INPUTB_CE),
        .RESET(REG_INPUTB_RST))
        stage_b (.clock(CLK0), .enable(CE0), .reset(RST0), .q(b),
                 .d({SIGNEDB & B17, B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5,
                     B4, B3, B2, B1, B0}));
    assign product = $signed(a) * $signed(b);
    glauber_stage #(.WIDTH(36), .CLOCK(REG_PIPELINE_CLK), .ENABLE(REG_PIPELINE_CE),
        .RESET(REG_PIPELINE_RST))
        stage_p (.clock(CLK0), .enable(CE0), .reset(RST0), .d(product), .q(piped));
    glauber_stage #(.WIDTH(36), .CLOCK(REG_OUTPUT_CLK), .ENABLE(REG_OUTPUT_CE),
        .RESET(REG_OUTPUT_RST))
        stage_o (.clock(CLK0), .enable(CE0), .reset(RST0), .d(piped), .q(out));
    assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19,
        P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} =
        out;
endmodule

module glauber_stage (input clock, enable, reset, input [WIDTH-1:0] d, output [WIDTH-1:0] q);
    parameter WIDTH = 1;
    parameter [127:0] CLOCK = "NONE", ENABLE = "CE0", RESET = "RST0";
    generate
        if (CLOCK == "NONE")
            assign q = d;
        else if (CLOCK == "CLK0" && ENABLE == "CE0" && RESET == "RST0") begin
            reg [WIDTH-1:0] state = 0;
            always @(posedge clock)
                if (reset) state <= 0;
                else if (enable) state <= d;
            assign q = state;
        end else
            mult18x18d_with_this_clock_enable_or_reset_is_not_modelled no ();
    endgenerate
endmodule
