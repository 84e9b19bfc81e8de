"""The gates of the self-test with a real machine, by the script that the host makes for it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from amaranth.hdl import Module, Mux, Signal
from amaranth.lib.wiring import connect

from glauber.hdl.core import Machine
from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.selftest import Op
from glauber.hdl.selftest import SelfTest
from glauber.host.selftest import selftest_script
from support.selftest_player import listen
from support.streams import simulate

UNIT_BITS = 12
PARAMS = MachineParams(
    lanes=2, replicas=4, draws=2, couplings_per_slot=1, pbits=32, slots=64, rows=8, steps=8
)
WITH_RINGS = MachineParams(
    lanes=1,
    replicas=1,
    draws=1,
    couplings_per_slot=1,
    pbits=32,
    slots=64,
    rows=8,
    steps=8,
    rings=16,
    ring_divider=16,
)


def with_machine(
    params: MachineParams,
    *,
    expected: Any = None,
    change: Any = None,
    rounds: int = 1,
    rings_run: bool = True,
) -> list[Any]:
    """What the gates say of a machine, by its script, that of another one, or a changed one."""
    machine = Machine(params, build_id=0xABCD, clock_hz=1000, board="here")
    script = selftest_script(expected or params, machine.header, unit_bits=UNIT_BITS)
    if change:
        change(script)
    m = Module()
    m.submodules.machine = machine
    m.submodules.test = dut = SelfTest(script, unit_bits=UNIT_BITS)
    connect(m, machine.o, dut.i)
    connect(m, dut.o, machine.i)
    if params.rings:
        phases = Signal(16, init=1)
        m.d.comb += machine.rings.eq(phases)
        m.d.sync += phases.eq((phases >> 1) ^ Mux(phases[0] & rings_run, 0xB400, 0))
    found: list[Any] = []
    simulate(m, listen(dut, rounds, found), limit=400_000, watched=[machine.i, machine.o])
    return found


TITLE = "Glauber on here: 2 lanes x 4 replicas, image 0000abcd\r\n"
BEFORE_RUNS = "header ... ok\r\nregisters ... ok\r\nstates ... ok\r\nprogram ... ok\r\n"


def test_a_real_machine_passes_again_and_again():
    text, *lamps = with_machine(PARAMS, rounds=2)
    one = TITLE + BEFORE_RUNS + "run 1 ... ok\r\nrun 2 ... ok\r\nPASS\r\n\r\n"
    assert text == 2 * one
    assert lamps == [1, 0, 0]


@pytest.mark.study
def test_a_machine_that_computes_otherwise_fails_in_its_runs():
    other = replace(PARAMS, source=Source.LFSR64)
    text, *lamps = with_machine(PARAMS, expected=other, rounds=2)
    first, second, end = text.split("\r\n\r\n")
    assert first == second
    assert not end
    failed = r"FAILED: byte \d+ is [0-9A-F]{2}, not [0-9A-F]{2}\r\n"
    runs = f"run 1 ... {failed}run 2 ... {failed}FAIL: 2 of 6 steps".replace("...", r"\.\.\.")
    assert re.fullmatch(re.escape(TITLE + BEFORE_RUNS) + runs, first)
    assert lamps == [0, 1, 0]


@pytest.mark.study
def test_a_byte_of_a_real_machine_that_is_not_expected_is_named():
    found = []

    def change(script: list[int]) -> None:
        text = "".join(chr(word & 0xFF) if word >> 8 == Op.PRINT else "\0" for word in script)
        begin = text.index("states ... ")
        expected = [at for at in range(begin, len(script)) if script[at] >> 8 == Op.EXPECT]
        found.append(script[expected[12]] & 0xFF)
        script[expected[12]] ^= 0x81

    text, *lamps = with_machine(PARAMS, change=change)
    right = found[0]
    failure = f"states ... FAILED: byte 12 is {right:02X}, not {right ^ 0x81:02X}\r\n"
    assert text == (
        TITLE
        + BEFORE_RUNS.replace("states ... ok\r\n", failure)
        + "run 1 ... ok\r\nrun 2 ... ok\r\nFAIL: 1 of 6 steps\r\n\r\n"
    )
    assert lamps == [0, 1, 0]


@pytest.mark.study
def test_rings_are_waited_for():
    text, passed, *_ = with_machine(WITH_RINGS)
    assert "header ... ok\r\nrings ... ok\r\nregisters ... ok" in text
    assert passed


@pytest.mark.study
def test_rings_that_stand_still_are_found():
    text, *lamps = with_machine(WITH_RINGS, rings_run=False)
    assert "rings ... FAILED: byte 15 is 0E, not 01\r\n" in text
    assert "run 1 ... FAILED: byte " in text
    assert lamps == [0, 1, 0]
