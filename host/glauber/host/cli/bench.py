"""`glauber bench`: the benchmark against peers."""

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from .common import check_output, print_json

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for NumPy.
    from ..benchmark.instances import Instance
    from ..benchmark.run import Plan

__all__ = ["add_parser"]

_QUICK = ("glass3d", "regular3")
_FULL = ("lattice2d", "lattice3d", "glass3d", "regular3", "sk256", "rbm")

_EPILOG = """\
Every peer gets the same instances and takes its turn in every round; a ratio is taken within a
round. A sweep is one attempt to update each spin, for all. Figures:
  speed   spin updates per ns of the processors and of the wall, the mean energy after equal sweeps
          over one schedule, and the most memory that the peer's process held
  time    the lowest energy after equal time
  target  the time to reach a target energy with 99 %, each peer at the best of its settings; for
          instances that have a target

Instances: lattice2d, lattice3d, glass3d (+-J, periodic), regular3 (max-cut), sk256, rbm; those of a
folder with --data; and your files. Peers that are not installed are listed with how to install
them. Load on the computer shows in wall times first: prefer ratios of CPU time then.

Examples:
  glauber bench --quick
  glauber bench --peers glauber,dwave-sa --figures speed --instances lattice3d --json
  glauber bench G1.txt --target -4050 --figures target --seconds 2
  glauber bench --data DIR --output bench.csv --plot bench.png
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "bench",
        help="the benchmark against peers",
        description="Runs Glauber and other samplers on the same instances, in turns.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_what(parser)
    parser.add_argument("--rounds", type=int, metavar="N", help="turns of each (default: 5)")
    parser.add_argument(
        "--sweeps", type=int, metavar="N", help="of each read for speed (default: 1000)"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="S",
        help="of a call for equal time, and of each setting that is tried (default: 1)",
    )
    parser.add_argument(
        "--threads", type=int, default=1, metavar="N", help="processors of a peer (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: 1")
    parser.add_argument(
        "--timeout", type=float, default=300.0, metavar="S", help="of one call (default: 300)"
    )
    parser.add_argument("--quick", action="store_true", help="a little of all, in about a minute")
    parser.add_argument(
        "--output", type=Path, metavar="FILE.csv", help="write all rows here, as they come"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw it (or .pdf, .svg)")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def _add_what(parser: argparse.ArgumentParser) -> None:
    """What is measured of whom on what."""
    parser.add_argument("files", metavar="FILE", nargs="*", help="problem files, as of `solve`")
    parser.add_argument(
        "--as", dest="as_kind", choices=("maxcut", "ising", "qubo"), help="what the files mean"
    )
    parser.add_argument(
        "--target", type=float, metavar="E", help="the energy to reach for a single file"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="a folder with maxcut/ or spinglass/"
    )
    parser.add_argument(
        "--instances",
        type=_names,
        metavar="NAME,...",
        help="of those made here and of --data (default: all, or with files none)",
    )
    parser.add_argument(
        "--peers", type=_names, metavar="NAME,...", help="default: all that are installed"
    )
    parser.add_argument(
        "--figures", type=_names, metavar="NAME,...", help="speed, time, target (default: all)"
    )
    parser.add_argument(
        "--device", default="model:", metavar="URL", help="of Glauber (default: model:)"
    )


def run(options: argparse.Namespace) -> None:
    """Carries out the command. Raises `PeerFailureError` if a peer has failed."""
    from ..benchmark.peers import all_peers
    from ..benchmark.run import benchmark, choose_peers, describe_peers
    from ..benchmark.table import save_rows
    from ..benchmark.worker import PeerFailureError
    from ..plots import PLOT_SUFFIXES
    from ..progress import show_progress

    check_output(options.output, (".csv",), "--output")
    check_output(options.plot, PLOT_SUFFIXES, "--plot")
    plan = _plan(options)
    peers = all_peers(options.device)
    chosen = choose_peers(peers, options.peers)
    instances = _instances(options)
    with show_progress("benchmark", "figure") as show:
        # Kept as they come: what takes half an hour may be interrupted.
        keep = partial(save_rows, options.output) if options.output else None
        report = benchmark(instances, chosen, plan, show, keep)
    report["peers"] = describe_peers(peers)
    _write(report, options)
    if report["failed"]:
        raise PeerFailureError(
            f"{len(report['failed'])} peer(s) failed, the first: {report['failed'][0]}"
        )


def _write(report: dict[str, Any], options: argparse.Namespace) -> None:
    from ..benchmark.table import print_report

    if options.plot:
        from ..benchmark.plot import plot_report

        plot_report(options.plot, report)
    if options.json:
        print_json(report)
    else:
        print_report(report)


def _plan(options: argparse.Namespace) -> "Plan":
    """How much is measured. Raises `OptionError`."""
    from ..benchmark.peers.peer import FIGURES
    from ..benchmark.run import Plan
    from ..options import positive_number, whole_number

    rounds, sweeps, seconds = (3, 300, 0.15) if options.quick else (5, 1000, 1.0)
    figures = options.figures or list(FIGURES)
    for name in figures:
        if name not in FIGURES:
            raise OptionError(f"there is no figure {name!r}; choose among {', '.join(FIGURES)}")
    return Plan(
        figures=figures,
        rounds=whole_number("--rounds", rounds if options.rounds is None else options.rounds),
        sweeps=whole_number("--sweeps", sweeps if options.sweeps is None else options.sweeps),
        seconds=positive_number(
            "--seconds", seconds if options.seconds is None else options.seconds
        ),
        threads=whole_number("--threads", options.threads),
        seed=whole_number("--seed", options.seed, 0),
        timeout=positive_number("--timeout", options.timeout),
    )


def _instances(options: argparse.Namespace) -> "list[Instance]":
    """What is asked for. Raises `OptionError`, and as files are read."""
    from ..benchmark.instance_files import read_data, read_file
    from ..benchmark.instances import generate

    if options.target is not None and len(options.files) != 1:
        raise OptionError(
            f"--target is {options.target:g}, but there are {len(options.files)} files; it is for "
            "one file"
        )
    found = [read_file(name, options.as_kind, options.target) for name in options.files]
    data = read_data(options.data) if options.data else []
    if options.instances is None:
        made = () if options.files else _QUICK if options.quick else _FULL
        return [*map(generate, made), *data, *found]
    by_name = {instance.name: instance for instance in data}
    return [by_name.get(name) or generate(name) for name in options.instances] + found


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]
