"""Whole images through the real tools, one for each family, with a small machine."""

import dataclasses
import json
from pathlib import Path

import pytest

from glauber.firmware.boards.board import Board, Preset
from glauber.firmware.boards.registry import find_board
from glauber.firmware.build import BuildOptions, build_image
from glauber.firmware.errors import DesignTooLargeError, TimingError
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import NoiseTable

pytestmark = pytest.mark.build

SMALL = MachineParams(
    lanes=1,
    replicas=4,
    couplings_per_slot=1,
    draws=4,
    pbits=64,
    slots=64,
    rows=32,
    steps=32,
    burst_words=16,
    table=NoiseTable(4, 2),
    rings=4,
    stream_words=0,
)
# Board, clock in MHz that needs its PLL, and what the packed file begins with after comments.
# Place and route takes some minutes for each of these.
FAMILIES = [
    pytest.param("icebreaker", 21, bytes.fromhex("7eaa997e"), marks=pytest.mark.study),
    pytest.param("ulx3s-12f", 60, bytes.fromhex("ffffbdb3"), marks=pytest.mark.study),
    pytest.param("tang-nano-9k", 36, b"1111111111111111", marks=pytest.mark.study),
]
ONE = BuildOptions(seeds=1, jobs=1)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLAUBER_CACHE", str(tmp_path))


def small(name: str, megahertz: float, **changes: int) -> Board:
    params = dataclasses.replace(SMALL, **changes)
    preset = Preset(params, round(megahertz * 1e6))
    return dataclasses.replace(find_board(name), preset=preset)


@pytest.mark.parametrize(("name", "megahertz", "start"), FAMILIES)
def test_an_image_with_rings_behind_a_pll(name: str, megahertz: float, start: bytes) -> None:
    board = small(name, megahertz)
    built = build_image(board, options=ONE)
    assert start in built.file.read_bytes()[:2000]
    report = built.report
    assert report["clock_hz"] == pytest.approx(megahertz * 1e6, rel=0.01)
    assert report["achieved_hz"] >= report["clock_hz"]
    assert 0 < report["usage"]["LUT4"]["used"] < report["usage"]["LUT4"]["available"]
    assert report["usage"]["FF"]["used"] > 500
    assert report["usage"]["block RAM"]["used"] > 0
    clocks = json.loads((built.file.parent / "report.json").read_text())["fmax"]
    constraints = [clock["constraint"] * 1e6 for clock in clocks.values()]
    assert any(abs(constraint / report["clock_hz"] - 1) < 0.002 for constraint in constraints)
    again = build_image(board, options=ONE)
    assert again.cached
    assert again.report == report


@pytest.mark.study
def test_an_image_that_is_too_slow() -> None:
    with pytest.raises(
        TimingError, match=r"with the best of 1 seed, and shall have 96.00 MHz. Its"
    ):
        build_image(small("icebreaker", 96), options=ONE)


@pytest.mark.study
def test_an_image_that_is_too_large() -> None:
    with pytest.raises(DesignTooLargeError, match=r"it needs .* of 5,280 LUT4 \(\d+ %\)"):
        build_image(small("icebreaker", 12, lanes=4, replicas=16), options=ONE)
