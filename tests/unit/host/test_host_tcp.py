import socket

import pytest

from glauber.host.errors import DeviceAbsentError, DeviceLostError, DeviceSilentError
from glauber.host.transports import open_transport, tcp


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


def repeat(times, act, argument):
    for _ in range(times):
        act(argument)


def connect(server, options=""):
    port = server.getsockname()[1]
    transport = open_transport(f"socket://127.0.0.1:{port}{options}")
    return transport, server.accept()[0]


def test_bytes_go_both_ways(server):
    transport, peer = connect(server, "?time_scale=2.5")
    with peer:
        assert transport.time_scale == 2.5
        every = bytes(range(256))
        transport.write(every)
        assert peer.recv(1000) == every
        peer.sendall(every)
        received = b""
        while len(received) < 256:
            received += transport.read(1.0)
        assert received == every
        assert transport.read(0.01) == b""
        assert transport.read(0.0) == b""
        own = transport._socket
        assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    transport.close()
    transport.close()


def test_the_other_side_closes(server):
    transport, peer = connect(server)
    peer.close()
    with pytest.raises(
        DeviceLostError, match=r"went away while in use \(the other side closed the connection\)"
    ):
        transport.read(1.0)
    transport.close()


def test_a_connection_that_breaks(server):
    transport, peer = connect(server)
    peer.close()
    with pytest.raises(
        DeviceLostError,
        match=r"went away while in use \(.*\); another client may hold it: .* start what serves",
    ):
        repeat(100, transport.write, b"\0" * 4096)
    transport.close()
    with pytest.raises(DeviceLostError, match="went away"):
        transport.read(0.1)


def test_a_connection_that_takes_no_bytes(server, monkeypatch):
    monkeypatch.setattr(tcp, "WRITE_TIMEOUT", 0.05)
    transport, peer = connect(server)
    with peer, pytest.raises(DeviceSilentError, match="takes no bytes; check what serves"):
        repeat(1000, transport.write, b"\0" * (1 << 18))
    transport.close()


def test_nothing_listens(server):
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(
        DeviceAbsentError, match=f"nothing answers at 127.0.0.1, port {port} .*`glauber rtl`"
    ):
        open_transport(f"socket://127.0.0.1:{port}")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b"])
def test_a_host_that_does_not_exist(host):
    with pytest.raises(DeviceAbsentError, match=f"nothing answers at {host}"):
        open_transport(f"socket://{host}:7000")
