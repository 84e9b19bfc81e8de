"""Compiled gates as a Python object: bytes in, bytes out, clocks counted."""

import ctypes
from dataclasses import dataclass
from pathlib import Path

from glauber.hdl.facts.errors import FactError

from ..rings import RingModel
from .errors import GatesError

__all__ = ["Simulation", "Stall"]

BUFFER_BYTES = 1 << 16
CHANCE_ONE = 1 << 16


@dataclass(frozen=True)
class Stall:
    """Clocks in which the link holds the machine up, drawn from a generator with `seed`.

    i, o
        The chances that no byte is offered, and that none is taken, in a clock; 0 to below 1.
    """

    i: float
    o: float
    seed: int = 0

    def __post_init__(self) -> None:
        for what, chance in (("i", self.i), ("o", self.o)):
            if not 0 <= chance < 1:
                raise FactError.out_of_range(
                    f"the stall chance {what}", chance, 0, "below 1", "at 1 no byte ever passes"
                )


def _load(library: Path) -> ctypes.CDLL:
    lib = ctypes.CDLL(str(library.resolve()))  # a bare name would be searched for elsewhere
    handle, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    size_p = ctypes.POINTER(size)
    for name, result, arguments in (
        ("create", handle, []),
        ("destroy", None, [handle]),
        ("reset", None, [handle]),
        ("stall", None, [handle, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_uint32]),
        ("rings", None, [handle, size, ctypes.c_void_p, ctypes.c_void_p]),
        (
            "run",
            ctypes.c_uint64,
            [handle, ctypes.c_uint64, text, size, size_p, text, size, size_p],
        ),
    ):
        function = getattr(lib, f"gates_{name}")
        function.restype = result
        function.argtypes = arguments
    return lib


class Simulation:
    """A machine made of compiled gates, from `compile_gates`. For one thread at a time.

    Attributes
    ----------
    cycles : int
        Clocks since it was made or reset.
    """

    def __init__(
        self, library: Path, *, stall: Stall | None = None, rings: RingModel | None = None
    ) -> None:
        self._lib = _load(library)
        self._handle: int | None = self._lib.gates_create()
        self._input = b""
        self._output = ctypes.create_string_buffer(BUFFER_BYTES)
        self.cycles = 0
        if stall:
            chances = (int(chance * CHANCE_ONE) for chance in (stall.i, stall.o))
            self._lib.gates_stall(self._handle, stall.seed, *chances)
        if rings:
            self._set_rings(rings, rings.start().ctypes.data)

    @property
    def waiting(self) -> int:
        """Bytes that were sent and not yet taken in by the machine."""
        return len(self._input)

    def change_rings(self, rings: RingModel) -> None:
        """From the next clock on the rings behave as `rings` says, from the phases they have."""
        self._set_rings(rings, None)

    def _set_rings(self, rings: RingModel, state: int | None) -> None:
        parameters = rings.parameters()
        self._lib.gates_rings(self._open_handle(), rings.rings, parameters.ctypes.data, state)

    def send(self, data: bytes) -> None:
        """Queue `data` for the machine; no clock passes."""
        self._input += data

    def run(self, max_cycles: int) -> bytes:
        """Let up to `max_cycles` clocks pass and return the bytes that came out.

        Ends early once all input is taken and an answer has come out. Other Python threads run
        meanwhile.
        """
        taken, given = ctypes.c_size_t(), ctypes.c_size_t()
        self.cycles += self._lib.gates_run(
            self._open_handle(),
            max_cycles,
            self._input,
            len(self._input),
            ctypes.byref(taken),
            self._output,
            BUFFER_BYTES,
            ctypes.byref(given),
        )
        self._input = self._input[taken.value :]
        return ctypes.string_at(self._output, given.value)

    def reset(self) -> None:
        """As if switched off and on: registers and memories at their initial values, no bytes."""
        self._lib.gates_reset(self._open_handle())
        self._input = b""
        self.cycles = 0

    def close(self) -> None:
        if self._handle is not None:
            self._lib.gates_destroy(self._handle)
            self._handle = None

    def __del__(self) -> None:
        if hasattr(self, "_handle"):
            self.close()

    def _open_handle(self) -> int:
        if self._handle is None:
            raise GatesError("the simulation is closed; open the device again")
        return self._handle
