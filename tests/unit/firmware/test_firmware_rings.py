import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from glauber.firmware.errors import BuildError, RingsLostError
from glauber.firmware.rings import check_rings, find_loops

NOT, NAND, BUFFER = 0x5555, 0x7777, 0xAAAA
ENABLE = 1000
PINS = {
    "ICESTORM_LC": ("LUT_INIT", "I0", "I1", "I2", "I3", "O"),
    "TRELLIS_COMB": ("INITVAL", "A", "B", "C", "D", "F"),
    "LUT4": ("INIT", "I0", "I1", "I2", "I3", "F"),
}
Cells = dict[str, dict[str, Any]]
WHAT = "the inverter rings did not survive synthesis, place and route: "
REMEDY = (
    " Do not use this image for noise: build again with the tool versions of constraints.txt, and "
    "look for combinational loops in what surrounds the rings."
)


def lut(table: int, inputs: Sequence[int], output: int | None, kind: str = "ICESTORM_LC") -> Any:
    parameter, *pins, out = PINS[kind]
    nets = {pin: [net] for pin, net in zip(pins, inputs, strict=False)}
    nets |= {pin: [] for pin in pins[len(inputs) :]}
    return {
        "type": kind,
        "parameters": {parameter: f"{table:032b}", "DFF_ENABLE": "0"},
        "connections": nets | {out: [] if output is None else [output]},
    }


def ring(name: str, length: int, kind: str = "ICESTORM_LC") -> Cells:
    """A ring as it looks after place and route; its nets are those of no other name."""
    base = 100 * (ord(name) - ord("a"))
    cells = {
        f"{name}.stage{index}": lut(NOT, [base + index - 1], base + index, kind)
        for index in range(1, length)
    }
    return {f"{name}.stage0": lut(NAND, [base + length - 1, ENABLE], base, kind), **cells}


def written(tmp_path: Path, cells: Cells) -> Path:
    path = tmp_path / "placed.json"
    path.write_text(json.dumps({"modules": {"top": {"cells": cells}}}))
    return path


def refused(path: Path, stages: Sequence[int]) -> str:
    with pytest.raises(RingsLostError) as error:
        check_rings(path, stages)
    assert error.value.exit_code == 3
    text = str(error.value)
    assert text.startswith(WHAT)
    assert text.endswith(REMEDY)
    return text.removeprefix(WHAT).removesuffix(REMEDY).replace(str(path), "placed.json")


@pytest.mark.parametrize("kind", PINS)
def test_rings_pass_in_any_order_beside_other_logic(tmp_path: Path, kind: str) -> None:
    other = {
        "io": {"type": "SB_IO", "parameters": {}, "connections": {"D_IN_0": [ENABLE]}},
        "xor": lut(0x6666, [102, 4], 900, kind),  # fed by both rings
        "unused": lut(NOT, [900], None, kind),
    }
    path = written(tmp_path, ring("a", 5, kind) | other | ring("b", 3, kind))
    check_rings(path, (3, 5))
    loops = {frozenset(loop.luts) for loop in find_loops(path)}
    assert loops == {frozenset(ring("a", 5)), frozenset(ring("b", 3))}


def test_the_luts_of_a_loop_come_in_the_order_of_the_signal(tmp_path: Path) -> None:
    (loop,) = find_loops(written(tmp_path, ring("a", 5)))
    start = loop.luts.index("a.stage0")
    turned = loop.luts[start:] + loop.luts[:start]
    assert turned == ("a.stage0", "a.stage1", "a.stage2", "a.stage3", "a.stage4")
    assert len(loop) == 5
    assert not loop.passive
    assert not loop.tangled


def test_small_luts_of_gowin_are_stages_too(tmp_path: Path) -> None:
    cells = ring("a", 3, "LUT4")
    for index, kind, table in ((0, "LUT2", 0x7), (1, "LUT1", 0x1), (2, "LUT3", 0x55)):
        cell = cells[f"a.stage{index}"]
        cell["type"] = kind
        cell["parameters"]["INIT"] = f"{table:b}"
    check_rings(written(tmp_path, cells), (3,))


def test_a_cut_ring_is_missed(tmp_path: Path) -> None:
    cells = ring("a", 5) | ring("b", 3) | ring("c", 5)
    cells["a.stage2"]["connections"]["I0"] = []
    assert refused(written(tmp_path, cells), (5, 3, 5)) == (
        "placed.json must hold 3 rings (1 of length 3, 2 of length 5), "
        "but holds 2 rings (1 of length 3, 1 of length 5)."
    )


def test_a_shortened_ring_is_noticed(tmp_path: Path) -> None:
    cells = ring("a", 5)
    cells["a.stage4"]["connections"]["I0"] = [1]  # the output of stage 1
    assert refused(written(tmp_path, cells), (5,)) == (
        "placed.json must hold 1 ring (1 of length 5), but holds 1 ring (1 of length 3)."
    )


def test_rings_that_were_removed_are_missed(tmp_path: Path) -> None:
    path = written(tmp_path, {"xor": lut(0x6666, [102, 4], 900)})
    assert refused(path, (3, 5)) == (
        "placed.json must hold 2 rings (1 of length 3, 1 of length 5), but holds no ring."
    )


def test_a_flip_flop_in_a_ring_ends_it(tmp_path: Path) -> None:
    cells = ring("a", 3)
    cells["a.stage1"]["parameters"]["DFF_ENABLE"] = "1"
    assert "but holds no ring" in refused(written(tmp_path, cells), (3,))


def test_a_loop_made_by_mistake_is_noticed(tmp_path: Path) -> None:
    latch = {"latch": lut(0xCACA, [901, 902, 900], 900)}
    assert refused(written(tmp_path, ring("a", 3) | latch), (3,)) == (
        "placed.json must hold 1 ring (1 of length 3), "
        "but holds 2 rings (1 of length 1, 1 of length 3)."
    )


def test_the_operand_of_a_carry_is_no_loop(tmp_path: Path) -> None:
    cells = ring("a", 3)
    cells["counter"] = lut(0x00FF, [900, 900, 900, 901], 900)  # looks at I3 alone
    check_rings(written(tmp_path, cells), (3,))
    cells["counter"] = lut(0x5555, [900], 900)
    assert "2 rings (1 of length 1, 1 of length 3)" in refused(written(tmp_path, cells), (3,))


def test_a_second_loop_through_a_ring_is_noticed(tmp_path: Path) -> None:
    cells = ring("a", 5)
    cells["a.stage0"]["connections"]["I2"] = [2]  # the output of stage 2
    path = written(tmp_path, cells)
    assert refused(path, (5,)) == (
        "in placed.json, a.stage0, a.stage1, a.stage2, a.stage3 and 1 more are 5 LUTs with more "
        "than one loop through them, where a ring is a single loop."
    )
    assert [loop.tangled for loop in find_loops(path)] == [True]


@pytest.mark.parametrize("table", [BUFFER, 0x0000, 0xFFFF, 0x6666], ids="{:04x}".format)
def test_a_stage_that_does_not_invert_is_noticed(tmp_path: Path, table: int) -> None:
    # 0x6666 is a XOR: with `enable` on the other input it inverts or not.
    cells = ring("a", 3)
    cells["a.stage0"] = lut(table, [2, ENABLE], 0)
    assert refused(written(tmp_path, cells), (3,)) == (
        "in placed.json, a.stage0 of a ring of 3 stages does not invert, where every stage must; "
        "is `enable` tied low?"
    )


def test_inputs_that_are_tied_count_with_their_level(tmp_path: Path) -> None:
    cells = ring("a", 3)
    cells["vcc"] = lut(0x0001, [], ENABLE)  # how nextpnr makes a one on iCE40
    check_rings(written(tmp_path, cells), (3,))
    cells["vcc"] = lut(0x0000, [], ENABLE)
    assert "a.stage0 of a ring of 3 stages" in refused(written(tmp_path, cells), (3,))
    del cells["vcc"]
    cells["a.stage0"]["connections"]["I1"] = []  # and how it ties to zero
    assert "a.stage0 of a ring of 3 stages" in refused(written(tmp_path, cells), (3,))


GIVE = "give the file that nextpnr writes for iCE40, ECP5 or Gowin with --write"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "module top",
        "[]",
        '{"modules": []}',
        '{"modules": {}}',
        '{"modules": {"top": {}}}',
        '{"modules": {"top": {"cells": {}}, "SB_LUT4": {"cells": {}}}}',  # written by Yosys
    ],
)
def test_what_is_no_netlist_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "placed.json"
    path.write_text(content)
    with pytest.raises(BuildError) as error:
        check_rings(path, (3,))
    assert str(error.value) == f"{path} is not a netlist after place and route; {GIVE}"
    assert not isinstance(error.value, RingsLostError)


def test_a_netlist_of_another_family_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": {"type": "LUT6", "parameters": {}, "connections": {}}})
    with pytest.raises(BuildError) as error:
        check_rings(path, (3,))
    assert str(error.value) == f"{path} holds no LUT of a known FPGA family; {GIVE}"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "absent.json"
    with pytest.raises(BuildError) as error:
        check_rings(path, (3,))
    assert str(error.value) == (
        f"cannot read the netlist {path}: No such file or directory; {GIVE}"
    )
