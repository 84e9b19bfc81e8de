"""What `solve` and `sample` share: options, checks before a long run, output."""

import argparse
import json
from pathlib import Path
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from ..errors import EnvironmentMissingError, OptionError
from ..files import Problem

__all__ = [
    "add_problem_options",
    "check_output",
    "common_report",
    "print_json",
    "save_samples",
    "spin_samples",
]


def add_problem_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that takes a problem file."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="edge list (`vertices edges`, then `i j w`), MatrixMarket, QUBO or dimod file",
    )
    parser.add_argument(
        "--as",
        dest="as_kind",
        choices=("maxcut", "ising", "qubo"),
        help="what an edge list or a matrix means (default: maxcut for an edge list; "
        "ising reads E = -sum J s s)",
    )
    parser.add_argument("--device", default="model:", metavar="URL", help="default: model:")
    parser.add_argument("--num-reads", type=int, metavar="N", help="independent chains")
    parser.add_argument(
        "--seed", type=int, metavar="S", help="64-bit; the same seed gives the same samples"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.npz", help="write the samples and energies here"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )


def check_output(path: Path | None, suffixes: tuple[str, ...], option: str) -> None:
    """Raises now what would otherwise be raised after the run."""
    if path is None:
        return
    if path.suffix.lower() not in suffixes:
        raise OptionError(f"{option} is {path}; the name must end in {' or '.join(suffixes)}")
    if not path.parent.is_dir():
        raise OptionError(f"{option} is {path}, but there is no folder {path.parent}; create it")


def spin_samples(sampleset: dimod.SampleSet) -> NDArray[np.int8]:
    """The samples as +-1, shape (rows, variables)."""
    samples = np.asarray(sampleset.record.sample, np.int8)
    return 2 * samples - 1 if sampleset.vartype is dimod.BINARY else samples


def common_report(problem: Problem, sampleset: dimod.SampleSet) -> dict[str, Any]:
    """What every command reports of a run, ready for JSON."""
    energies, info = sampleset.record.energy, sampleset.info
    report = {
        "problem": problem.name,
        "variables": problem.bqm.num_variables,
        "interactions": problem.bqm.num_interactions,
        "best_energy": float(energies.min()) if len(energies) else None,
        "mean_energy": float(energies.mean()) if len(energies) else None,
    }
    if problem.kind == "maxcut" and problem.total_weight is not None and len(energies):
        report["best_cut"] = (problem.total_weight - report["best_energy"]) / 2
    return report | info


def save_samples(path: Path, problem: Problem, **arrays: Any) -> None:
    """Writes arrays beside the names of the variables, compressed."""
    try:
        np.savez_compressed(path, variables=np.array(list(problem.bqm.variables)), **arrays)
    except OSError as error:
        raise EnvironmentMissingError(
            f"cannot write {path}: {error.strerror}; choose another place"
        ) from error


def print_json(report: dict[str, Any]) -> None:
    """One JSON object, whole numbers as such."""
    print(json.dumps({key: _plain(value) for key, value in report.items()}))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
