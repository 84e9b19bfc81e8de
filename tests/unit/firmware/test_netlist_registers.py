"""Moving flip-flops into block RAMs and multipliers, on small netlists made here.

That the gates still compute the same is seen where whole netlists are simulated.
"""

from collections import Counter
from typing import Any

import pytest

from glauber.firmware.netlist.fan_out import split_fan_out
from glauber.firmware.netlist.multiplier_registers import use_multiplier_registers
from glauber.firmware.netlist.output_registers import use_output_registers

CLOCK, OTHER_CLOCK, ENABLE = 2, 3, 4


def flip_flop(data: int, q: int, **changes: Any) -> dict[str, Any]:
    parameters = {"CEMUX": "1 ", "CLKMUX": "CLK", "LSRMUX": "LSR", "REGSET": "RESET"}
    nets: dict[str, Any] = {"CLK": [CLOCK], "DI": [data], "Q": [q], "LSR": ["0"]}
    for name, value in changes.items():
        (parameters if name in parameters else nets)[name] = value
    return cell("TRELLIS_FF", parameters, nets, {"Q"})


def cell(kind: str, parameters: dict[str, str], nets: dict[str, Any], outputs: set[str]) -> Any:
    directions = {pin: "output" if pin in outputs else "input" for pin in nets}
    return {
        "type": kind,
        "parameters": parameters,
        "connections": nets,
        "port_directions": directions,
    }


def memory(first_net: int, outputs: int, **changes: Any) -> dict[str, Any]:
    """A block RAM written through A and read through B; output `n` of B is net `first_net + n`."""
    parameters = {
        "DATA_WIDTH_A": f"{18:032b}",
        "DATA_WIDTH_B": f"{18:032b}",
        "REGMODE_A": "NOREG",
        "REGMODE_B": "NOREG",
    }
    nets: dict[str, Any] = {"CLKA": [CLOCK], "CLKB": [CLOCK], "WEA": ["1"], "WEB": ["0"]}
    nets |= {"OCEA": ["0"], "OCEB": ["0"]}
    pins = [f"DO{side}{n}" for side in "AB" for n in range(18)]
    nets |= {pin: [900 + n] for n, pin in enumerate(pins)}
    nets |= {f"DOB{n}": [first_net + n] for n in range(outputs)}
    for name, value in changes.items():
        (parameters if name in parameters else nets)[name] = value
    return cell("DP16KD", parameters, nets, set(pins))


def reader(net: int) -> dict[str, Any]:
    return cell("LUT4", {}, {"A": [net], "Z": [net + 5000]}, {"Z"})


def netlist(**cells: Any) -> dict[str, Any]:
    nets = sorted(
        {net for c in cells.values() for bits in c["connections"].values() for net in bits}
        - {"0", "1"}
    )
    ports = {"clk": {"direction": "input", "bits": [CLOCK]}}
    names = {f"n{net}": {"hide_name": 0, "bits": [net], "attributes": {}} for net in nets}
    return {"modules": {"top": {"cells": cells, "ports": ports, "netnames": names}}}


def cells_of(result: dict[str, Any]) -> dict[str, Any]:
    return result["modules"]["top"]["cells"]


def test_flip_flops_behind_a_block_ram_become_its_output_register() -> None:
    cells = cells_of(
        use_output_registers(
            netlist(
                ram=memory(100, 2),
                q0=flip_flop(100, 200),
                q1=flip_flop(101, 201),
                r0=reader(200),
                r1=reader(201),
            )
        )
    )
    assert set(cells) == {"ram", "r0", "r1"}
    ram = cells["ram"]
    assert (ram["connections"]["DOB0"], ram["connections"]["DOB1"]) == ([200], [201])
    assert ram["parameters"]["REGMODE_A"] == "NOREG"
    assert ram["parameters"]["REGMODE_B"] == "OUTREG"
    assert ram["connections"]["OCEB"] == ["1"]


@pytest.mark.parametrize(
    "others",
    [
        {"q1": flip_flop(101, 201, CEMUX="CE", CE=[ENABLE])},
        {"q1": flip_flop(101, 201, LSR=[ENABLE])},
        {"q1": flip_flop(101, 201, REGSET="SET")},
        {"q1": flip_flop(101, 201, CLK=[OTHER_CLOCK])},
        {"q1": flip_flop(101, 201, CLKMUX="INV")},
        {"q1": flip_flop(101, 201), "r": reader(101)},
        {"r": reader(101)},
    ],
    ids=["enable", "reset", "set", "clock", "edge", "second reader", "no flip-flop"],
)
def test_a_block_ram_is_left_alone_if_one_output_is_used_otherwise(others: dict[str, Any]) -> None:
    cells = {"ram": memory(100, 2), "q0": flip_flop(100, 200), **others}
    assert use_output_registers(netlist(**cells)) == netlist(
        **({"ram": memory(100, 2), "q0": flip_flop(100, 200)} | others)
    )


def test_a_port_of_full_width_has_the_pins_and_registers_of_both() -> None:
    wide = {"DATA_WIDTH_B": f"{36:032b}", "DATA_WIDTH_A": f"{36:032b}", "DOA3": [150]}
    cells = cells_of(
        use_output_registers(
            netlist(ram=memory(100, 1, **wide), a=flip_flop(150, 250), b=flip_flop(100, 200))
        )
    )
    ram = cells["ram"]
    assert set(cells) == {"ram"}
    assert (ram["connections"]["DOA3"], ram["connections"]["DOB0"]) == ([250], [200])
    assert {ram["parameters"][f"REGMODE_{side}"] for side in "AB"} == {"OUTREG"}


def test_both_ports_of_a_table_are_folded_each_by_itself() -> None:
    table = {"WEA": ["0"], "DOA0": [150]}
    cells = cells_of(
        use_output_registers(
            netlist(
                ram=memory(100, 1, **table),
                a=flip_flop(150, 250, CEMUX="CE", CE=[ENABLE]),
                b=flip_flop(100, 200),
            )
        )
    )
    assert set(cells) == {"ram", "a"}
    assert cells["ram"]["parameters"]["REGMODE_A"] == "NOREG"
    assert cells["ram"]["parameters"]["REGMODE_B"] == "OUTREG"


def multiplier() -> dict[str, Any]:
    nets: dict[str, Any] = {f"{f}{n}": ["0"] for f in "AB" for n in range(18)}
    nets |= {f"P{n}": [600 + n] for n in range(36)}
    nets |= {"A0": [300], "B0": [310]}
    return cell("MULT18X18D", {}, nets, {f"P{n}" for n in range(36)})


def around(**changes: Any) -> dict[str, Any]:
    return {
        "mult": multiplier(),
        "a": flip_flop(30, 300),
        "b": flip_flop(31, 310),
        "p": flip_flop(600, 710),
        "q": flip_flop(710, 720),
        "r": reader(720),
    } | changes


def test_flip_flops_around_a_multiplier_become_its_registers() -> None:
    cells = cells_of(use_multiplier_registers(netlist(**around())))
    assert set(cells) == {"mult", "r"}
    mult = cells["mult"]
    assert [mult["connections"][pin] for pin in ("A0", "B0", "P0")] == [[30], [31], [720]]
    assert mult["connections"]["A1"] == ["0"]
    assert mult["connections"]["CLK0"] == [CLOCK]
    assert (mult["connections"]["CE0"], mult["connections"]["RST0"]) == (["1"], ["0"])
    assert mult["parameters"] == {
        f"REG_{where}_CLK": "CLK0" for where in ("INPUTA", "INPUTB", "PIPELINE", "OUTPUT")
    }


def test_a_factor_that_others_need_too_keeps_its_flip_flop() -> None:
    cells = cells_of(use_multiplier_registers(netlist(**around(other=reader(310)))))
    assert set(cells) == {"mult", "r", "b", "other"}
    assert cells["mult"]["connections"]["B0"] == [31]
    assert cells["other"]["connections"]["A"] == [310]


@pytest.mark.parametrize(
    "changes",
    [
        {"a": reader(300 - 5000)},
        {"b": flip_flop(31, 310, CLK=[OTHER_CLOCK])},
        {"q": reader(710)},
        {"p": flip_flop(600, 710, LSR=[ENABLE])},
        {"more": reader(600)},
    ],
    ids=["a factor from a LUT", "two clocks", "one register behind", "reset", "another reader"],
)
def test_a_multiplier_without_all_its_flip_flops_is_left_alone(changes: dict[str, Any]) -> None:
    assert use_multiplier_registers(netlist(**around(**changes))) == netlist(**around(**changes))


def test_a_flip_flop_with_many_readers_gets_twins() -> None:
    readers = {
        f"lane{n}": cell("LUT4", {}, {"A": [50], "B": ["0"], "Z": [1000 + n]}, {"Z"})
        for n in range(7)
    }
    before = netlist(source=flip_flop(40, 50), **readers)
    result = split_fan_out(before, 3)
    cells = cells_of(result)
    nets = [cells[name]["connections"]["A"][0] for name in readers]
    assert nets[:3] == [50] * 3
    assert nets[3:6] == [nets[3]] * 3
    assert len(set(nets)) == 3
    twins = {
        cell["connections"]["Q"][0]: cell for cell in cells.values() if "DI" in cell["connections"]
    }
    assert cells.keys() > {"source", *readers}
    assert twins.keys() == set(nets)
    for net in (nets[3], nets[6]):
        other = twins[net]
        assert other["connections"] | {"Q": [50]} == cells["source"]["connections"]
        assert other["parameters"] == cells["source"]["parameters"]
    assert not cells.keys() & result["modules"]["top"]["netnames"].keys()
    bits = [net for name in result["modules"]["top"]["netnames"].values() for net in name["bits"]]
    assert sorted(set(bits)) == sorted(bits)


@pytest.mark.parametrize("names", [("first", "second"), ("second", "first")])
def test_twins_of_a_delay_line_become_a_tree(names: tuple[str, str]) -> None:
    readers = {
        f"lane{n}": cell("LUT4", {}, {"A": [60], "B": ["0"], "Z": [1000 + n]}, {"Z"})
        for n in range(12)
    }
    before = netlist(
        **dict(zip(names, (flip_flop(40, 50), flip_flop(50, 60)), strict=True)), **readers
    )
    cells = cells_of(split_fan_out(before, 3))
    uses = Counter(
        net
        for cell in cells.values()
        for pin, (net, *_) in cell["connections"].items()
        if cell["port_directions"][pin] != "output" and net not in (1, "0", "1")
    )
    stages = Counter(name.partition("$")[0] for name in cells if name not in readers)
    assert stages == {names[0]: 2, names[1]: 4}
    driven = [cells[name]["connections"]["Q"][0] for name in cells if name not in readers]
    assert all(1 <= uses[net] <= 3 for net in driven)


def test_few_readers_are_left_alone() -> None:
    cells = {"source": flip_flop(40, 50), "r": reader(50)}
    assert split_fan_out(netlist(**cells), 1) == netlist(**cells)
