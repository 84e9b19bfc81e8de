"""nextpnr's database of an iCE40."""

import pytest

from glauber.firmware.unpack.chipdb import ChipDb
from glauber.firmware.unpack.errors import UnpackError


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnpackError, match="cannot read the chip database"):
        ChipDb(tmp_path / "chipdb-1k.bin")


@pytest.mark.parametrize("content", [b"", b"\4\0\0\0" + bytes(200), bytes(range(256)) * 8])
def test_a_file_of_another_layout(tmp_path, content):
    path = tmp_path / "chipdb-1k.bin"
    path.write_bytes(content)
    with pytest.raises(UnpackError, match=r"not laid out as that of nextpnr 0\.11"):
        ChipDb(path)


def test_without_nextpnr(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UnpackError, match=r"pip install 'glauber\[build\]'"):
        ChipDb.of_device("1k")


# Numbers of cells from Lattice's data sheets of the devices.
@pytest.mark.build
@pytest.mark.parametrize(
    ("device", "cells"),
    [
        ("384", {"lc": 384}),
        ("1k", {"lc": 1280, "ram": 16, "pll": 1, "gb": 8}),
        ("5k", {"lc": 5280, "ram": 30, "mac16": 8, "spram": 4, "pll": 1, "gb": 8}),
        ("8k", {"lc": 7680, "ram": 32, "pll": 2, "gb": 8}),
    ],
)
def test_devices_have_their_cells(device, cells):
    db = ChipDb.of_device(device)
    kinds = [bel.kind for bel in db.bels]
    assert {kind: kinds.count(kind) for kind in cells} == cells


@pytest.mark.build
def test_a_wire_knows_what_can_drive_it():
    db = ChipDb.of_device("1k")
    bel = next(bel for bel in db.bels if bel.kind == "lc" and bel.z == 3)
    names = sorted(db.wire_name(wire) for wire in db.sources(bel.inputs["I2"]))
    assert names == [f"lutff_3:in_{pin}" for pin in range(4)]


@pytest.mark.build
def test_a_package_that_the_device_does_not_have():
    with pytest.raises(UnpackError, match="knows no package 'sg48'; choose one of"):
        ChipDb.of_device("8k").package_pins("sg48")
