// The cells of an iCE40 as the netlists here use them; they do what the cells of the same names do
// in Lattice's "iCE Technology Library". SB_MAC16 is that of Yosys.

module SB_LUT4 (input I0, I1, I2, I3, output O);
    parameter [15:0] LUT_INIT = 0;
    \$lut #(.WIDTH(4), .LUT(LUT_INIT)) lut (.A({I3, I2, I1, I0}), .Y(O));
endmodule

module SB_CARRY (input CI, I0, I1, output CO);
    \$lut #(.WIDTH(3), .LUT(8'b11101000)) lut (.A({CI, I1, I0}), .Y(CO));
endmodule

// All flip-flops start at 0, whichever way they are set or reset. A synchronous reset waits for the
// enable, an asynchronous one does not.

module SB_DFF (input C, D, output reg Q);
    initial Q = 0;
    always @(posedge C) Q <= D;
endmodule

module SB_DFFE (input C, E, D, output reg Q);
    initial Q = 0;
    always @(posedge C) if (E) Q <= D;
endmodule

module SB_DFFSR (input C, R, D, output reg Q);
    initial Q = 0;
    always @(posedge C) Q <= D & ~R;
endmodule

module SB_DFFSS (input C, S, D, output reg Q);
    initial Q = 0;
    always @(posedge C) Q <= D | S;
endmodule

module SB_DFFESR (input C, E, R, D, output reg Q);
    initial Q = 0;
    always @(posedge C) if (E) Q <= D & ~R;
endmodule

module SB_DFFESS (input C, E, S, D, output reg Q);
    initial Q = 0;
    always @(posedge C) if (E) Q <= D | S;
endmodule

module SB_DFFR (input C, R, D, output reg Q);
    initial Q = 0;
    always @(posedge C, posedge R) if (R) Q <= 0; else Q <= D;
endmodule

module SB_DFFS (input C, S, D, output reg Q);
    initial Q = 0;
    always @(posedge C, posedge S) if (S) Q <= 1; else Q <= D;
endmodule

module SB_DFFER (input C, E, R, D, output reg Q);
    initial Q = 0;
    always @(posedge C, posedge R) if (R) Q <= 0; else if (E) Q <= D;
endmodule

module SB_DFFES (input C, E, S, D, output reg Q);
    initial Q = 0;
    always @(posedge C, posedge S) if (S) Q <= 1; else if (E) Q <= D;
endmodule

module SB_DFFN (input C, D, output reg Q);
    initial Q = 0;
    always @(negedge C) Q <= D;
endmodule

module SB_DFFNE (input C, E, D, output reg Q);
    initial Q = 0;
    always @(negedge C) if (E) Q <= D;
endmodule

module SB_DFFNSR (input C, R, D, output reg Q);
    initial Q = 0;
    always @(negedge C) Q <= D & ~R;
endmodule

module SB_DFFNSS (input C, S, D, output reg Q);
    initial Q = 0;
    always @(negedge C) Q <= D | S;
endmodule

module SB_DFFNESR (input C, E, R, D, output reg Q);
    initial Q = 0;
    always @(negedge C) if (E) Q <= D & ~R;
endmodule

module SB_DFFNESS (input C, E, S, D, output reg Q);
    initial Q = 0;
    always @(negedge C) if (E) Q <= D | S;
endmodule

// Mode 0 is 256 words of 16 bits; each further mode halves the words, and address bits from 8 on
// say which part of the 16 bits. A read beside a write gives what was there before.
module SB_RAM40_4K (
    output [15:0] RDATA, input RCLK, RCLKE, RE, input [10:0] RADDR,
    input WCLK, WCLKE, WE, input [10:0] WADDR, input [15:0] MASK, WDATA
);
    parameter WRITE_MODE = 0;
    parameter READ_MODE = 0;
    parameter [255:0] INIT_0 = 0, INIT_1 = 0, INIT_2 = 0, INIT_3 = 0, INIT_4 = 0, INIT_5 = 0,
        INIT_6 = 0, INIT_7 = 0, INIT_8 = 0, INIT_9 = 0, INIT_A = 0, INIT_B = 0, INIT_C = 0,
        INIT_D = 0, INIT_E = 0, INIT_F = 0;
    localparam [4095:0] INIT = {INIT_F, INIT_E, INIT_D, INIT_C, INIT_B, INIT_A, INIT_9, INIT_8,
        INIT_7, INIT_6, INIT_5, INIT_4, INIT_3, INIT_2, INIT_1, INIT_0};

    reg [15:0] memory [0:255];
    integer i;
    initial for (i = 0; i < 256; i = i + 1) memory[i] = INIT[16*i +: 16];

    wire [15:0] keep = WRITE_MODE == 0 ? MASK
        : WRITE_MODE == 1 ? {8{~(2'b1 << WADDR[8])}}
        : WRITE_MODE == 2 ? {4{~(4'b1 << WADDR[9:8])}}
        : {2{~(8'b1 << WADDR[10:8])}};
    wire [15:0] data = WRITE_MODE == 0 ? WDATA
        : WRITE_MODE == 1 ? {{2{WDATA[14]}}, {2{WDATA[12]}}, {2{WDATA[10]}}, {2{WDATA[8]}},
                             {2{WDATA[6]}}, {2{WDATA[4]}}, {2{WDATA[2]}}, {2{WDATA[0]}}}
        : WRITE_MODE == 2 ? {{4{WDATA[13]}}, {4{WDATA[9]}}, {4{WDATA[5]}}, {4{WDATA[1]}}}
        : {{8{WDATA[11]}}, {8{WDATA[3]}}};
    always @(posedge WCLK)
        if (WE & WCLKE) memory[WADDR[7:0]] <= memory[WADDR[7:0]] & keep | data & ~keep;

    reg [15:0] word = 0;
    reg [2:0] part = 0;
    always @(posedge RCLK)
        if (RE & RCLKE) begin
            word <= memory[RADDR[7:0]];
            part <= RADDR[10:8];
        end
    wire [15:0] half = word >> part[0], quarter = word >> part[1:0], eighth = word >> part;
    assign RDATA = READ_MODE == 0 ? word
        : READ_MODE == 1 ? half & 16'h5555
        : READ_MODE == 2 ? (quarter & 16'h1111) << 1
        : (eighth & 16'h0101) << 3;
endmodule

// What it reads after a write, in standby and while it is off is undefined in the device, and 0
// here. POWEROFF is active low.
module SB_SPRAM256KA (
    input [13:0] ADDRESS, input [15:0] DATAIN, input [3:0] MASKWREN,
    input WREN, CHIPSELECT, CLOCK, STANDBY, SLEEP, POWEROFF, output reg [15:0] DATAOUT
);
    reg [15:0] memory [0:16383];
    wire on = CHIPSELECT & POWEROFF & ~SLEEP & ~STANDBY;
    wire [15:0] mask = {{4{MASKWREN[3]}}, {4{MASKWREN[2]}}, {4{MASKWREN[1]}}, {4{MASKWREN[0]}}};
    initial DATAOUT = 0;
    always @(posedge CLOCK) begin
        if (on & WREN) memory[ADDRESS] <= memory[ADDRESS] & ~mask | DATAIN & mask;
        if (on) DATAOUT <= WREN ? 16'b0 : memory[ADDRESS];
    end
endmodule
