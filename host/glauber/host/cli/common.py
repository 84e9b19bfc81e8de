"""What `solve` and `sample` share: options, checks before a long run, output."""

import argparse
import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EnvironmentMissingError, OptionError

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for them.
    import dimod
    import numpy as np
    from numpy.typing import NDArray

    from ..pool import GlauberPool
    from ..problems import Problem
    from ..sampler import GlauberSampler

__all__ = [
    "RULES",
    "add_devices_option",
    "add_file_options",
    "add_plot_options",
    "add_problem_options",
    "add_rule_option",
    "check_output",
    "common_report",
    "failure_lines",
    "finite",
    "open_sampler",
    "plot_kinds",
    "print_json",
    "save_arrays",
    "save_samples",
    "spin_samples",
    "target_line",
]

# The values of `--rule`, with those of `proposal_acceptance_criteria`.
RULES = {"heat-bath": "Gibbs", "metropolis": "Metropolis"}


def add_file_options(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Options of every command that takes a problem file, or several of them."""
    parser.add_argument(
        "files" if several else "file",
        metavar="FILE",
        help="edge list (`vertices edges`, then `i j w`), MatrixMarket, QUBO or dimod file",
        nargs="+" if several else None,
    )
    parser.add_argument(
        "--as",
        dest="as_kind",
        choices=("maxcut", "ising", "qubo"),
        help="what an edge list or a matrix means (default: maxcut for an edge list; "
        "ising reads E = -sum J s s)",
    )


def add_problem_options(parser: argparse.ArgumentParser) -> None:
    """Options of the commands that return samples of a problem file."""
    add_file_options(parser)
    add_devices_option(parser, "may be given several times, to divide the reads among devices")
    parser.add_argument(
        "--num-reads",
        type=int,
        default=64,  # what the model does side by side
        metavar="N",
        help="independent chains (default: 64)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="64-bit; the same seed gives the same samples"
    )
    parser.add_argument(
        "--reseed-interval",
        type=int,
        default=0,
        metavar="N",
        help="every N sweeps, mix entropy of the device's ring oscillators into its generators",
    )
    parser.add_argument(
        "--time-limit", type=float, metavar="S", help="seconds after which no reads are begun"
    )
    parser.add_argument(
        "--initial-states",
        type=Path,
        metavar="FILE.npz",
        help="start the first reads where those ended that --output wrote",
    )
    parser.add_argument(
        "--clamp",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="keep a variable at a value; names as in --output; may be given several times",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.npz", help="write the samples and energies here"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )


def add_rule_option(
    parser: argparse.ArgumentParser, default: str | None, told: str | None = None
) -> None:
    """The option `--rule`, a key of `RULES`.

    told : how the help names the default
    """
    parser.add_argument(
        "--rule",
        choices=tuple(RULES),
        default=default,
        help="how a p-bit is updated: heat-bath draws it anew, given its field; metropolis turns "
        "it over, always if that lowers the energy, so that it moves more often. Both sample the "
        "same distribution; metropolis needs a device with that ability "
        f"(default: {told or default})",
    )


def add_devices_option(parser: argparse.ArgumentParser, several: str) -> None:
    """The option `--device` of commands that use one device or many."""
    parser.add_argument(
        "--device",
        dest="devices",
        action="append",
        metavar="URL",
        help=f"default: model:; {several}",
    )


def add_plot_options(parser: argparse.ArgumentParser) -> None:
    """The options of a picture."""
    parser.add_argument(
        "--plot", type=Path, metavar="FILE.png", help="draw energies and states (or .pdf, .svg)"
    )
    parser.add_argument(
        "--plot-kind",
        metavar="KIND",
        help="draw only energies, trace, lattice, cut or states (default: what suits the problem)",
    )


def plot_kinds(options: argparse.Namespace, problem: "Problem", each: int) -> tuple[str, ...]:
    """What to draw of reads of `each` samples. Raises `OptionError`."""
    from ..plots import choose_kinds

    if options.plot is None:
        if options.plot_kind is not None:
            raise OptionError(
                f"--plot-kind is {options.plot_kind}, but there is no --plot; name a file with it"
            )
        return ()
    return choose_kinds(problem.bqm, each, options.plot_kind)


def open_sampler(urls: Sequence[str] | None) -> "GlauberSampler | GlauberPool":
    """One device, or several as one sampler. Raises as `GlauberSampler` and `GlauberPool`."""
    from ..sampler import GlauberSampler

    if urls is None or len(urls) == 1:
        return GlauberSampler(urls[0] if urls else "model:")
    from ..pool import GlauberPool

    return GlauberPool(urls)


def failure_lines(report: dict[str, Any]) -> list[str]:
    """What is said of devices of a pool that failed."""
    return [
        f"  FAILED        {failure['device']} at reads {failure['first_read']} to "
        f"{failure['first_read'] + failure['num_reads'] - 1}, done by another: {failure['error']}"
        for failure in report.get("failures", [])
    ]


def finite(text: str) -> float:
    """A finite number, for `type` of an option."""
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return number


def check_output(path: Path | None, suffixes: tuple[str, ...], option: str) -> None:
    """Raises now what would otherwise be raised after the run."""
    if path is None:
        return
    if path.suffix.lower() not in suffixes:
        raise OptionError(f"{option} is {path}; the name must end in {' or '.join(suffixes)}")
    if not path.parent.is_dir():
        raise OptionError(f"{option} is {path}, but there is no folder {path.parent}; create it")
    if path.is_dir():
        raise OptionError(f"{option} is {path}, which is a folder; give the name of a file")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise EnvironmentMissingError(f"no permission to write {path}; choose another place")


def spin_samples(sampleset: "dimod.SampleSet") -> "NDArray[np.int8]":
    """The samples as +-1, shape (rows, variables)."""
    samples = sampleset.record.sample
    return 2 * samples - 1 if sampleset.vartype.name == "BINARY" else samples


def common_report(problem: "Problem", sampleset: "dimod.SampleSet") -> dict[str, Any]:
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


def target_line(report: dict[str, Any], target: float) -> str:
    """What is said of a target, and when it was reached if the device has told."""
    found = report.get("target") or {}
    if not report["reached_target"]:
        return f"  target        {target:.10g} not reached"
    sweeps = found.get("sweeps")
    when = "" if sweeps is None else f" after {sweeps} sweeps"
    return f"  target        {target:.10g} reached{when}"


def save_samples(path: Path, problem: "Problem", **arrays: Any) -> None:
    """Writes arrays beside the names of the variables: numbers, or else texts."""
    import numpy as np

    names = list(problem.bqm.variables)
    if not all(type(name) is int for name in names):
        names = [str(name) for name in names]
    save_arrays(path, variables=np.array(names), **arrays)


def save_arrays(path: Path, **arrays: Any) -> None:
    """Writes arrays, compressed. Raises `EnvironmentMissingError` if the file cannot be written."""
    import numpy as np

    try:
        with path.open("wb") as file:  # given a path, NumPy may change its name
            np.savez_compressed(file, **arrays)
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
