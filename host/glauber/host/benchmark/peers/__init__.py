"""The samplers that are compared. A peer's package is imported only where it runs."""

from .dwave import DwaveAnnealer, DwaveDescent, DwaveTabu
from .glauber import Glauber
from .openjij import OpenJij
from .peapods import Peapods
from .peer import Peer, Runner, Setting
from .thrml import Thrml

__all__ = ["Peer", "Runner", "Setting", "all_peers"]


def all_peers(device: str = "model:") -> dict[str, Peer]:
    """Every peer by name, Glauber on `device` first."""
    peers: list[Peer] = [
        Glauber(device),
        Glauber(device, metropolis=True),
        DwaveAnnealer(),
        DwaveAnnealer(heat_bath=True),
        DwaveTabu(),
        DwaveDescent(),
        OpenJij(),
        OpenJij(heat_bath=True),
        Thrml(),
        Peapods(),
    ]
    return {peer.name: peer for peer in peers}
