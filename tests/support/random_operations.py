"""Random operations in a schedule, and random rows for them to measure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import Measure, Operation, Repeat
from glauber.hdl.facts.program import Step, decode_coupling, encode_coupling, encode_row

__all__ = ["Measuring", "random_flags", "random_measuring", "random_operations"]


@dataclass(frozen=True)
class Measuring:
    """Rows and coupling words that stand behind those of a sweep, and what is measured.

    registers : the words of `MEASURED_ROWS`, `WEIGH_ROWS`, `TARGET`
    """

    rows: np.ndarray
    couplings: np.ndarray
    registers: tuple[int, int, int]


def random_flags(random: np.random.Generator) -> MeasureFlags:
    """Flags that can be encoded."""
    flags = MeasureFlags(int(random.integers(0, sum(MeasureFlags) + 1)))
    if MeasureFlags.SCORES not in flags:
        flags &= MeasureFlags.MOMENTS | MeasureFlags.FRESH
    return flags


def random_operations(
    params: MachineParams, steps: Sequence[Step], random: np.random.Generator
) -> np.ndarray:
    """The words of a schedule: `steps`, with operations in between if the machine has abilities.

    No loop stands in another one of its level, so that all of them end.
    """
    words: list[Step | Operation] = list(steps)
    if params.abilities:
        for _ in range(int(random.integers(1, 6))):
            words.insert(int(random.integers(0, len(words) + 1)), Measure(random_flags(random)))
        if Abilities.TEMPERING in params.abilities:
            exchange = Measure(MeasureFlags.SCORES | MeasureFlags.EXCHANGE)
            words.insert(int(random.integers(0, len(words) + 1)), exchange)
        for level, most in ((2, 2), (0, 1)):
            place = int(random.integers(1, len(words) + 1))
            length, count = int(random.integers(1, place + 1)), int(random.integers(1, most + 1))
            words.insert(place, Repeat(length, count, level))
        if random.random() < 0.5:
            words += [steps[-1], Repeat(1, int(random.integers(1, 4)), 0)]
    return np.array([word.encode() for word in words], np.uint32)


def random_measuring(
    params: MachineParams,
    rows: np.ndarray,
    couplings: np.ndarray,
    random: np.random.Generator,
) -> Measuring | None:
    """Some rows behind those of a sweep; None if the machine measures nothing."""
    if not params.abilities & (Abilities.SCORES | Abilities.MOMENTS):
        return None
    lengths = random.integers(params.row_min, params.row_min + 4, random.integers(0, 6))
    targets = random.integers(0, params.pbits // params.lanes, len(lengths))
    behind = np.array([encode_row(*map(int, row)) for row in zip(lengths, targets, strict=True)])
    shape = (int(lengths.sum()), params.lanes, params.couplings_per_slot)
    limit = (1 << (params.field_bits - 1)) - 1
    most = min(params.coupling_max, limit // (params.couplings_per_slot * (params.row_min + 4)))
    values = random.integers(-most, most + 1, shape)
    others = random.integers(0, params.pbits, shape)
    more = encode_coupling(others, values, params.coupling_bits).ravel().astype(np.uint32)
    all_rows = np.concatenate([rows, behind.astype(np.uint32)])
    loads = _row_loads(params, all_rows, np.concatenate([couplings, more]))
    some = int(random.integers(len(all_rows) + 1))
    measured = int(random.choice([0, len(rows), len(all_rows), some]))
    registers = (measured, 0, 0)
    if Abilities.SCORES in params.abilities:
        every = [
            count or measured
            for count in range(measured + 1)
            if _heaviest(loads[:measured], count or measured) <= limit
        ]
        weigh_rows = int(random.choice(every)) if measured else 0
        if weigh_rows == measured and random.random() < 0.5:
            weigh_rows = 0
        total = int(loads[:measured].sum())
        some = int(random.integers(-total, total + 1))
        target = int(random.choice([-(1 << 31), some, total + 1]))
        registers = (measured, weigh_rows, target % (1 << 32))
    return Measuring(behind.astype(np.uint32), more, registers)


def _row_loads(params: MachineParams, rows: np.ndarray, couplings: np.ndarray) -> np.ndarray:
    """The sums of coupling magnitudes, shape (rows, lanes)."""
    _, values = decode_coupling(couplings.astype(np.int64), params.coupling_bits)
    slots = np.abs(values).reshape(-1, params.lanes, params.couplings_per_slot).sum(axis=2)
    ends = np.cumsum(rows & 0xFFF).astype(int)
    sums = np.concatenate([np.zeros((1, params.lanes), int), np.cumsum(slots, axis=0)])
    return sums[ends] - sums[np.concatenate([[0], ends[:-1]])]


def _heaviest(loads: np.ndarray, every: int) -> int:
    """The largest sum of a lane between two weighings."""
    if not len(loads):
        return 0
    return int(np.add.reduceat(loads, np.arange(0, len(loads), every)).max())
