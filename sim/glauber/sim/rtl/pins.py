"""Compiled gates by their pins: for a netlist that is no machine."""

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path

from glauber.hdl.facts.errors import FactError

__all__ = ["PinSimulation"]


class PinSimulation:
    """A library from `compile_netlist`, clock by clock.

    Parameters
    ----------
    library : Path
    inputs, outputs : Mapping[str, int]
        The netlist's ports without its clock, and how many bits each has.
    """

    def __init__(
        self, library: Path, inputs: Mapping[str, int], outputs: Mapping[str, int]
    ) -> None:
        self._library = ctypes.CDLL(str(library.resolve()))
        self._library.gates_create.restype = ctypes.c_void_p
        for name, arguments in (
            ("destroy", [ctypes.c_void_p]),
            ("clock", [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint64]),
        ):
            function = getattr(self._library, f"gates_{name}")
            function.restype, function.argtypes = None, arguments
        self._handle = self._library.gates_create()
        self._inputs, self._outputs = sorted(inputs.items()), sorted(outputs.items())
        self._levels = ctypes.create_string_buffer(sum(outputs.values()) + 1)

    def clock(self, count: int = 1, **inputs: int) -> dict[str, int]:
        """Lets `count` clocks pass with these inputs, the others at 0.

        Returns the outputs just before the last rising edge. Raises `FactError` for an input that
        is not there or does not hold its value.
        """
        levels: list[int] = []
        for name, width in self._inputs:
            value = inputs.pop(name, 0)
            if not 0 <= value < 1 << width:
                raise FactError.out_of_range(f"input {name}", value, 0, (1 << width) - 1, "fit it")
            levels += [value >> bit & 1 for bit in range(width)]
        if inputs:
            raise FactError(
                f"there is no input {', '.join(inputs)}; there are {', '.join(dict(self._inputs))}"
            )
        self._library.gates_clock(self._handle, bytes([*levels, 0]), self._levels, count)
        return self._read(self._levels.raw)

    def _read(self, levels: Sequence[int]) -> dict[str, int]:
        values, place = {}, 0
        for name, width in self._outputs:
            values[name] = sum(levels[place + bit] << bit for bit in range(width))
            place += width
        return values

    def __del__(self) -> None:
        if hasattr(self, "_handle"):
            self._library.gates_destroy(self._handle)
