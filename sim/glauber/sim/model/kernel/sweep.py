"""The code of the inner loop: the steps of a schedule, row by row."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from .decide import decide
from .draws import Draws
from .fields import Fields
from .function import Array, KernelFunction
from .ladder import LadderTables
from .lookup import lookup
from .near import NearFields
from .shape import KernelShape
from .vector import Vector

__all__ = ["SWEEP_ARRAYS", "SWEEP_NUMBERS", "write_sweep"]

# Widths of the elements of the arrays, in bits.
SWEEP_ARRAYS = {
    "states": 8,
    "generators": 32,
    "new": 8,
    "targets": 32,
    "start": 32,
    "couplings": 32,
    "bases": 32,
    "parities": 32,
    "tables": 16,
    "rungs": 32,
    "columns": 8,
    "named": 32,
    "homes": 32,
    "middle": 32,
    "readings": 32,
    "bytes": 8,
    "sweeps": 32,
}
SWEEP_NUMBERS = ("pbits", "steps", "entries", "rows", "lanes", "lane_units", "stride")


def write_sweep(module: ir.Module, name: str, shape: KernelShape, count_zeros: bool) -> None:
    """A function that runs the steps of a schedule, in place.

    states : a bit for each replica, `stride` bytes from p-bit to p-bit
    generators : as of `draws.write_draw`
    new : shape (lanes, state_bytes)
        Room for the states of a row.
    targets, start, couplings, bases, parities : as of `rows.Rows`
    tables : as of `lookup.arrange`, shape (steps, 2, entries)
    rungs, columns : as of `ladder.LadderTables`, and used with a ladder only
    named, homes, middle, readings, bytes, pbits : as of `near.NearFields`, and used with it only
    sweeps : of each step
    rows, lanes : of a sweep, and of a row
    """
    kernel = KernelFunction(module, name, SWEEP_ARRAYS, SWEEP_NUMBERS)
    builder, arrays, numbers = kernel.builder, kernel.arrays, kernel.numbers
    rows, lanes, entries = numbers["rows"], numbers["lanes"], numbers["entries"]
    fields = (NearFields if shape.near else Fields)(kernel, shape)
    ladder = LadderTables(kernel, shape) if shape.ladder else None

    def row(index: Any, tables: Array) -> Sequence[Vector]:
        target = arrays["states"].behind(arrays["targets"].word(index))

        def limits(cell: Any) -> tuple[Vector, Vector]:
            field, parity = fields.index(cell), arrays["parities"].word(cell)
            if ladder:
                return ladder.lookup(parity, field)
            return lookup(shape, tables.behind(builder.mul(parity, entries)), field)

        def lane(number: Any, _: list[Vector]) -> Sequence[Vector]:
            cell = builder.add(builder.mul(index, lanes), number)
            found = limits(cell)
            words = Draws(kernel, shape, number).draw_quarters()
            own = None
            if shape.metropolis:
                own = target.bits(builder.mul(number, numbers["stride"]), shape.width)
            new = decide(words, found, own, count_zeros)
            arrays["new"].put_bits(builder.mul(number, kernel.constant(shape.state_bytes)), new)
            return ()

        def write(number: Any, _: list[Vector]) -> Sequence[Vector]:
            place = builder.mul(number, kernel.constant(shape.state_bytes))
            new = arrays["new"].bits(place, shape.width)
            target.put_bits(builder.mul(number, numbers["stride"]), new)
            fields.put(builder.add(builder.mul(index, lanes), number), new)
            return ()

        kernel.loop(lanes, lane)
        # All lanes of a row see the states from before it.
        kernel.loop(lanes, write)
        return ()

    def step(index: Any, _: list[Vector]) -> Sequence[Vector]:
        both = builder.mul(index, builder.shl(entries, kernel.constant(1)))
        tables = arrays["tables"].behind(both)

        def sweep(_index: Any, _: list[Vector]) -> Sequence[Vector]:
            kernel.loop(rows, lambda index, _: row(index, tables))
            return ()

        kernel.loop(arrays["sweeps"].word(index), sweep)
        return ()

    kernel.loop(numbers["steps"], step)
    builder.ret_void()
