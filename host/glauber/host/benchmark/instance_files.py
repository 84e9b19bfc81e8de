"""Instances of the benchmark that are read from files."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import FileFormatError, OptionError
from ..files import read_problem
from .instances import Instance, make_instance

__all__ = ["NEAR", "read_data", "read_file"]

NEAR = 0.001  # a cut this near to the best one known is the target of a max-cut


def read_file(path: str, as_kind: Any, target: float | None) -> Instance:
    """A problem file of the user. Raises as `read_problem`."""
    problem = read_problem(path, as_kind)
    return make_instance(problem, Path(path).stem, target=target)


def read_data(folder: Path) -> list[Instance]:
    """The instances of a folder with `maxcut/` or `spinglass/`, as far as it has them.

    Each holds problem files `NAME.txt` and a table: `maxcut/best_known.csv` with the columns
    `instance` and `best_known_cut`, `spinglass/ground_energies.csv` with `instance` and
    `putative_ground_energy`. Of the spin glasses, those of 512 spins or fewer have a target.

    Raises `OptionError` if there is neither, `FileFormatError` for a table that is not as said.
    """
    found: list[Instance] = []
    for part, table, column, read in (
        ("maxcut", "best_known.csv", "best_known_cut", _maxcut),
        ("spinglass", "ground_energies.csv", "putative_ground_energy", _spin_glass),
    ):
        path = folder / part / table
        if path.is_file():
            found += _read_table(path, column, read)
    if not found:
        raise OptionError(
            f"--data is {folder}, which has neither maxcut/best_known.csv nor "
            "spinglass/ground_energies.csv; give the folder that has"
        )
    return found


def _read_table(path: Path, column: str, read: Callable[[Path, float], Instance]) -> list[Instance]:
    found = []
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            try:
                name, best = row["instance"], float(row[column])
            except (KeyError, TypeError, ValueError):
                raise FileFormatError(
                    f"{path}: a row must have the columns instance and {column}, a number; this "
                    f"one has {row}; mend the table"
                ) from None
            if (path.parent / f"{name}.txt").is_file():
                found.append(read(path.parent / f"{name}.txt", best))
    return found


def _maxcut(path: Path, best: float) -> Instance:
    problem = read_problem(path, "maxcut")
    assert problem.total_weight is not None  # a max-cut has one
    wanted = math.ceil((1 - NEAR) * best)
    energy_of = [problem.total_weight - 2 * cut for cut in (best, wanted)]
    return make_instance(problem, path.stem, *energy_of)


def _spin_glass(path: Path, best: float) -> Instance:
    problem = read_problem(path, "ising")
    return make_instance(
        problem, path.stem, best, best if problem.bqm.num_variables <= 512 else None
    )
