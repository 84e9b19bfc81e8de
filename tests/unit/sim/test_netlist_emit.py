"""What a netlist must not be, and what each refusal says."""

import json

import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.family import Family
from glauber.sim.rtl.emit import emit
from glauber.sim.rtl.errors import GatesBuildError, GatesEnvironmentError, GatesError
from glauber.sim.rtl.netlist import compile_netlist

PORTS = {
    "clk": {"direction": "input", "bits": [2]},
    "a": {"direction": "input", "bits": [3]},
    "y": {"direction": "output", "bits": [4]},
}


def lut(table, inputs, output):
    parameters = {"LUT": f"{table:b}", "WIDTH": f"{len(inputs):b}"}
    return {"type": "$lut", "parameters": parameters, "connections": {"A": inputs, "Y": [output]}}


def flip_flop(clock, data, output, kind="$dff"):
    return {
        "type": kind,
        "parameters": {"CLK_POLARITY": "1", "WIDTH": "1"},
        "connections": {"CLK": [clock], "D": [data], "Q": [output]},
    }


def text_of(**cells):
    module = {"ports": PORTS, "cells": cells, "netnames": {}}
    return emit(json.dumps({"modules": {"top": module}}), "top", "clk")


def test_a_netlist_becomes_statements_in_order():
    text = text_of(last=lut(0b10, [5], 4), first=lut(0b01, [3], 5), ff=flip_flop(2, 4, 6))
    assert text.index("1u >> ") < text.index("2u >> ")
    assert "both_edges = false" in text


def test_a_flip_flop_interrupts_a_loop():
    assert text_of(inverter=lut(0b01, [4], 5), ff=flip_flop(2, 5, 4))


def test_a_ring_is_refused():
    with pytest.raises(GatesError, match=r"loop of 3 cells .*build the machine without rings"):
        text_of(**{f"stage{n}": lut(0b01, [4 + n], 4 + (n + 1) % 3) for n in range(3)})


def test_an_input_of_a_lut_that_does_not_matter_is_no_loop():
    assert text_of(constant=lut(0b1111, [4, 3], 4))


def test_a_second_clock_is_refused():
    with pytest.raises(GatesError, match=r"more than one clock.*not by the port 'clk'"):
        text_of(ff=flip_flop(3, 3, 4))


def test_a_cell_without_a_model_is_refused():
    with pytest.raises(GatesBuildError, match=r"cell 'latch' of the kind '\$dlatch'"):
        text_of(latch=flip_flop(2, 3, 4, "$dlatch"))


def test_wide_words_are_refused():
    cell = {
        "type": "$add",
        "parameters": {"A_SIGNED": "0", "B_SIGNED": "0"},
        "connections": {"A": ["0"] * 65, "B": ["0"] * 65, "Y": [4]},
    }
    with pytest.raises(GatesBuildError, match="more than 64 bits"):
        text_of(adder=cell)


def test_a_memory_with_wide_words_is_refused():
    parameters = {"SIZE": "10", "WIDTH": f"{65:b}", "ABITS": "1", "INIT": "x", "RD_PORTS": "0"}
    memory = {"type": "$mem_v2", "parameters": parameters | {"WR_PORTS": "0"}, "connections": {}}
    memory["parameters"]["RD_CLK_ENABLE"] = ""
    with pytest.raises(GatesBuildError, match="memory 'wide' has words of more than 64 bits"):
        text_of(wide=memory)


@pytest.mark.parametrize("divisor", [3, 65537])
def test_a_divisor_out_of_range(divisor):
    with pytest.raises(FactError, match="the divisor"):
        compile_netlist("", Family.ICE40, top="top", divisor=divisor)


def test_without_yosys(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(GatesEnvironmentError, match=r"pip install 'glauber\[build\]'"):
        compile_netlist("", Family.ICE40, top="top")


@pytest.mark.build
def test_what_yosys_refuses_is_said():
    with pytest.raises(GatesBuildError, match="Yosys failed"):
        compile_netlist("module top (", Family.ICE40, top="top")
