"""The gates as a device: the transport that steps them."""

import secrets
import time
from typing import TYPE_CHECKING

from ..rings import RingModel
from .compile import compile_gates, require_amaranth
from .simulation import Simulation

if TYPE_CHECKING:
    from glauber.hdl.facts.machine import MachineParams

__all__ = ["TIME_SCALE", "RtlTransport", "open_rtl"]

TIME_SCALE = 20.0  # the gates are simulated at 0.1 to 1 MHz; boards run at 12 to 100 MHz
CHUNK_CYCLES = (1 << 8, 1 << 24)
CHUNK_SECONDS = (0.0005, 0.002)  # one chunk: long against a call, short against a round trip


class RtlTransport:
    """Bytes to and from a `Simulation`, which runs inside `read`. For one thread at a time.

    Attributes
    ----------
    name : str
        What the user calls the device.
    time_scale : float
        Factor on the host's time-outs.
    simulation : Simulation
    """

    def __init__(self, simulation: Simulation, name: str) -> None:
        self.simulation = simulation
        self.name = name
        self.time_scale = TIME_SCALE
        self._chunk = CHUNK_CYCLES[0]
        self._arrived = b""

    def write(self, data: bytes) -> None:
        """Queue `data`; the machine takes it during the next `read`."""
        self.simulation.send(data)

    def read(self, timeout: float) -> bytes:
        """What the machine says next: at least one byte, or b"" after `timeout` seconds.

        The machine runs at least one chunk of clocks, even if `timeout` is 0.
        """
        deadline = time.monotonic() + timeout
        while not self._arrived:
            self._step()
            if time.monotonic() >= deadline:
                break
        answer, self._arrived = self._arrived, b""
        return answer

    def pause(self, seconds: float) -> None:
        """Let the machine run for `seconds`, but at least one chunk of clocks."""
        deadline = time.monotonic() + seconds
        self._step()
        while time.monotonic() < deadline:
            self._step()

    def close(self) -> None:
        self.simulation.close()

    def _step(self) -> None:
        begin = time.monotonic()
        answer = self.simulation.run(self._chunk)
        self._arrived += answer
        if not answer:
            self._adapt(time.monotonic() - begin)

    def _adapt(self, seconds: float) -> None:
        if seconds < CHUNK_SECONDS[0]:
            self._chunk = min(2 * self._chunk, CHUNK_CYCLES[1])
        elif seconds > CHUNK_SECONDS[1]:
            self._chunk = max(self._chunk // 2, CHUNK_CYCLES[0])


def open_rtl(params: "MachineParams", name: str, rings: "RingModel | None" = None) -> RtlTransport:
    """A machine with `params` as compiled gates, named `name` in messages.

    `rings` describes the ring oscillators; by default they are sound, and another set each time.

    The first time, the gates are compiled, which takes seconds to minutes; later they come from
    the cache. Raises `GatesEnvironmentError` if Amaranth or a compiler is missing, and
    `GatesBuildError` if a tool fails.
    """
    require_amaranth()
    from glauber.hdl.core import Machine  # imports Amaranth, which is optional

    library = compile_gates(
        lambda: Machine(params, simulation=True), identity=f"simulated {params!r}"
    )
    if params.rings and rings is None:
        rings = RingModel(params.rings, params.ring_divider, seed=secrets.randbits(32))
    return RtlTransport(Simulation(library, rings=rings), name)
