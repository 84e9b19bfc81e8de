"""The virtual board: round trips over TCP and pseudo-terminal, and an orderly end."""

import os
import socket
import threading
import time
from collections import deque

import pytest
import serial

from glauber.hdl.facts.errors import FactError
from glauber.sim.rtl import GatesEnvironmentError, VirtualBoard, listen, terminal
from glauber.sim.rtl.terminal import PseudoTerminal

needs_pty = pytest.mark.skipif(
    not PseudoTerminal.supported(), reason="the system has no pseudo-terminals"
)


class Inverter:
    """A device that answers every byte with its inverse, and counts how often it is asked."""

    def __init__(self) -> None:
        self.answers = deque[bytes]()
        self.reads = 0

    def write(self, data: bytes) -> None:
        self.answers.append(bytes(255 - byte for byte in data))

    def read(self, timeout: float) -> bytes:
        self.reads += 1
        return self.answers.popleft() if self.answers else b""


class Broken(Inverter):
    def read(self, timeout: float) -> bytes:
        raise RuntimeError("the device broke")


ALL = bytes(range(256))
INVERTED = ALL[::-1]


@pytest.fixture
def device():
    return Inverter()


@pytest.fixture
def board(device):
    with VirtualBoard(device) as board:
        yield board


def client_of(board: VirtualBoard) -> serial.SerialBase:
    return serial.serial_for_url(f"socket://127.0.0.1:{board.port}", timeout=5)


def until(condition) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end and not condition():
        time.sleep(0.005)
    return condition()


def asked_within(device: Inverter, seconds: float) -> bool:
    before = device.reads
    time.sleep(seconds)
    return device.reads > before


def test_round_trip_over_tcp(board):
    with client_of(board) as client:
        for _ in range(3):
            client.write(ALL)
            assert client.read(256) == INVERTED


@needs_pty
def test_round_trip_over_the_pseudo_terminal(board):
    for _ in range(2):  # it outlives its clients
        with serial.Serial(board.pty_path, 1_000_000, timeout=5, exclusive=True) as client:
            client.write(ALL)
            assert client.read(256) == INVERTED


@needs_pty
def test_the_answer_goes_to_who_spoke_last(board):
    with client_of(board) as tcp, serial.Serial(board.pty_path, timeout=5) as terminal:
        tcp.write(b"\1")
        assert tcp.read(1) == b"\xfe"
        terminal.write(b"\2")
        assert terminal.read(1) == b"\xfd"
        tcp.write(b"\3")
        assert tcp.read(1) == b"\xfc"
        terminal.timeout = tcp.timeout = 0.05
        assert terminal.read(1) == tcp.read(1) == b""


def test_a_second_client_is_refused(board):
    with client_of(board) as first:
        first.write(b"\0")
        assert first.read(1) == b"\xff"
        with socket.create_connection(("127.0.0.1", board.port), timeout=5) as second:
            assert second.recv(1) == b""
        first.write(b"\1")
        assert first.read(1) == b"\xfe"
    with client_of(board) as third:
        third.write(b"\2")
        assert third.read(1) == b"\xfd"


def test_answers_for_a_client_that_left_are_dropped(board, device):
    with client_of(board) as client:
        client.write(b"\0")
        assert client.read(1) == b"\xff"
    assert until(lambda: board._client is None)
    device.answers.append(b"stale")
    assert until(lambda: not device.answers)
    with client_of(board) as client:
        client.write(b"\1")
        assert client.read(1) == b"\xfe"


def test_a_client_that_does_not_read_loses_nothing(board):
    data = os.urandom(6_000_000)
    with socket.create_connection(("127.0.0.1", board.port), timeout=20) as client:
        sender = threading.Thread(target=client.sendall, args=(data,))
        sender.start()
        time.sleep(0.2)
        received = bytearray()
        while len(received) < len(data):
            received += client.recv(1 << 16)
        sender.join()
    assert received == bytes(255 - byte for byte in data)


def test_an_idle_board_sleeps_and_wakes(device):
    with VirtualBoard(device, grace=0.1) as board, client_of(board) as client:
        client.write(b"\0")
        assert client.read(1) == b"\xff"
        assert until(lambda: device.reads > 1)  # it keeps the device running for a while
        assert until(lambda: not asked_within(device, 0.2))
        client.write(b"\1")
        assert client.read(1) == b"\xfe"


def test_a_device_that_returns_at_once_is_not_asked_all_the_time(board, device):
    with client_of(board) as client:
        client.write(b"\0")
        assert client.read(1) == b"\xff"
        reads = device.reads
        time.sleep(0.2)
        assert 1 < device.reads - reads < 100


def test_stop_leaves_no_thread_and_no_file(device):
    threads = threading.active_count()
    board = VirtualBoard(device).start()
    client = client_of(board)
    assert threading.active_count() == threads + 1
    board.stop()
    assert threading.active_count() == threads
    client.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", board.port), timeout=5)
    board.stop()


def test_serving_in_the_foreground_ends_with_stop(device):
    board = VirtualBoard(device, pty=False)
    assert board.pty_path is None
    timer = threading.Timer(0.1, board.stop)
    timer.start()
    board.serve_forever()
    timer.join()


def test_a_board_that_never_served_can_be_stopped(device):
    VirtualBoard(device).stop()


def test_what_the_device_raises_comes_out_of_stop():
    board = VirtualBoard(Broken()).start()
    with client_of(board) as client:
        client.write(b"\0")
        assert until(lambda: board._failure is not None)
    with pytest.raises(RuntimeError, match="the device broke"):
        board.stop()


def test_a_port_in_use_is_an_error(board, device):
    with pytest.raises(
        GatesEnvironmentError, match=rf"{board.port}.*choose another port"
    ) as caught:
        VirtualBoard(device, port=board.port)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("port", [-1, 70000])
def test_what_is_no_port_is_an_error(device, port):
    with pytest.raises(FactError, match=f"the port is {port}, outside its legal range 0 to 65535"):
        VirtualBoard(device, port=port)


def test_a_host_name_that_cannot_be_one(device):
    with pytest.raises(GatesEnvironmentError, match=r"cannot listen on a..b:0: "):
        VirtualBoard(device, "a..b")


def test_a_socket_that_listens_already_is_served_and_closed(device):
    listener = listen("127.0.0.1", 0)
    with VirtualBoard(device, listener=listener) as board, client_of(board) as client:
        assert board.port == listener.getsockname()[1]
        client.write(b"\0")
        assert client.read(1) == b"\xff"
    assert listener.fileno() == -1


def test_a_system_without_pseudo_terminals(device, monkeypatch):
    monkeypatch.setattr(terminal, "tty", None)
    with pytest.raises(GatesEnvironmentError, match="no pseudo-terminals; use the TCP port"):
        PseudoTerminal()
    with VirtualBoard(device) as board:
        assert board.pty_path is None
