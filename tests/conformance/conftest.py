"""The devices that the same host calls are made on."""

import pytest

from glauber.host.transports import open_transport
from glauber.sim.rtl import VirtualBoard

DEVICES = ("model", "rtl", "socket", "serial")
RTL = "rtl:"
MODEL = "model:?replicas=8&pbits=2048&slots=8192&rows=1024&steps=2048&burst_words=256"


@pytest.fixture(scope="session")
def model_url():
    """A model with the parameters of the gates."""
    return MODEL


@pytest.fixture(scope="module")
def board():
    """The gates, served; yields the URLs of their socket and their pseudo-terminal."""
    transport = open_transport(RTL)
    with VirtualBoard(transport) as served:
        yield {
            "socket": f"socket://127.0.0.1:{served.port}?time_scale=20",
            "serial": f"serial:{served.pty_path}?time_scale=20",
        }
    transport.close()


@pytest.fixture(params=DEVICES)
def url(request):
    fixed = {"model": MODEL, "rtl": RTL}
    return fixed.get(request.param) or request.getfixturevalue("board")[request.param]
