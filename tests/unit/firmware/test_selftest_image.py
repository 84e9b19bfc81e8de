"""The self-test image: what it asks of the script, of the platform and of the memory of a board."""

import dataclasses
import re
from typing import Any

import pytest

from glauber.firmware.boards.board import Preset
from glauber.firmware.boards.registry import BOARDS, find_board
from glauber.firmware.clocks.family import plan_clock
from glauber.firmware.images.selftest import SelftestImage
from glauber.hdl.facts.digest import facts_hash, gates_hash
from glauber.hdl.facts.header import HeaderWords
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.selftest import Op, encode
from glauber.hdl.family import Family
from glauber.host.selftest import selftest_script

SMALL = MachineParams(
    lanes=1,
    replicas=2,
    couplings_per_slot=1,
    draws=1,
    pbits=16,
    slots=16,
    rows=16,
    steps=16,
    burst_words=4,
    rings=4,
)


def prepared(name: str) -> tuple[list[HeaderWords], str, Any]:
    """What the script was made for, the RTLIL, and the plan of the clock, of a small machine."""
    asked: list[HeaderWords] = []

    def script(header: HeaderWords) -> list[int]:
        asked.append(header)
        return [encode(Op.PRINT, ord("a")), encode(Op.VERDICT)]

    found = find_board(name)
    preset = Preset(SMALL, found.preset.clock_hz, found.preset.baud)
    board = dataclasses.replace(found, preset=preset)
    platform = board.platform()
    clock = plan_clock(board.family, platform, preset.clock_hz)
    plan = platform.prepare(SelftestImage(board, 0xABCD, script), name="top")
    return asked, plan.files["top.il"], clock


@pytest.mark.parametrize(
    ("name", "leds"), [("icebreaker", 2), ("ulx3s-85f", 3), ("tang-nano-9k", 3)]
)
def test_the_image_takes_the_header_and_the_pins_that_there_are(name, leds):
    asked, rtlil, clock = prepared(name)
    header = HeaderWords(
        SMALL, facts_hash(), 0xABCD, clock_hz=clock.clock_hz, gates_hash=gates_hash(), board=name
    )
    assert asked == [header]
    for port in ("uart_0__tx", *(f"led_{number}" for number in range(leds))):
        assert re.search(rf"wire .*{port}__io", rtlil), port


@pytest.mark.parametrize("name", BOARDS)
def test_the_scripts_of_boards_are_small(name):
    """In words of 12 bits, of which an iCE40 holds 2,048 in six of its block RAMs."""
    params = find_board(name).preset.params
    header = HeaderWords(params, facts_hash(), clock_hz=50_000_000, board=name)
    scarce = find_board(name).family is Family.ICE40
    assert len(selftest_script(params, header)) <= (2048 if scarce else 4096)
