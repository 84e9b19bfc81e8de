"""A recovered netlist as Verilog."""

from glauber.firmware.unpack import Cell, Netlist


def test_a_netlist_is_one_flat_module():
    netlist = Netlist("top", inputs={"a": "a_in", "led[0]": "b_in"}, outputs={"y": "n1", "z": 1})
    netlist.cells.append(
        Cell("LUT", "cell", {"INIT": "4'h8"}, {"I": ["a_in", "b_in", 0]}, {"O": ["n1", None]})
    )
    lines = netlist.verilog().splitlines()
    assert lines[0] == "module top ("
    assert "assign a_in = a;" in lines
    assert "assign b_in = \\led[0] ;" in lines
    assert "assign z = 1'b1;" in lines
    assert "LUT #(.INIT(4'h8)) cell (.I({1'b0, b_in, a_in}), .O({cell_unused1, n1}));" in lines
    assert netlist.count() == {"LUT": 1}


def test_a_net_without_a_driver_reads_as_zero():
    netlist = Netlist("top")
    netlist.cells.append(Cell("BUF", "cell", {}, {"I": ["nowhere"]}, {"O": ["n1"]}))
    assert "BUF cell (.I({1'b0}), .O({n1}));" in netlist.verilog()
