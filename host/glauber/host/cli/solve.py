"""`glauber solve`: anneal to a low energy."""

import argparse
from pathlib import Path
from typing import Any

from .common import (
    add_problem_options,
    check_output,
    common_report,
    finite,
    print_json,
    save_samples,
    spin_samples,
)

__all__ = ["add_parser"]

_EPILOG = """\
Examples:
  glauber solve G1.txt --num-reads 64 --num-sweeps 1000 --seed 1
  glauber solve glass.txt --as ising --target -858 --json
"""


_ENERGIES = "  best energy   {best_energy:.10g}   (mean of {num_reads} reads {mean_energy:.8g})"


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "solve",
        help="anneal a problem to a low energy",
        description="Anneals independent reads from hot to cold and reports the best.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_problem_options(parser)
    parser.add_argument("--num-sweeps", type=int, metavar="N", help="default: 1000")
    parser.add_argument(
        "--beta-range",
        type=float,
        nargs=2,
        metavar=("LO", "HI"),
        help="first and last inverse temperature (default: from the problem)",
    )
    parser.add_argument(
        "--target", type=finite, metavar="E", help="report whether this energy was reached"
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE.png", help="draw the energies of the reads"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    # Here, because `--help` must not wait for NumPy and dimod.
    from ..files import read_problem
    from ..plots import PLOT_SUFFIXES, plot_energies
    from ..progress import show_progress
    from ..sampler import GlauberSampler

    check_output(options.output, (".npz",), "--output")
    check_output(options.plot, PLOT_SUFFIXES, "--plot")
    problem = read_problem(options.file, options.as_kind)
    with show_progress("annealing", "update") as show, GlauberSampler(options.device) as sampler:
        sampleset = sampler.sample(
            problem.bqm,
            num_reads=options.num_reads,
            num_sweeps=options.num_sweeps,
            beta_range=options.beta_range,
            seed=options.seed,
            reseed_interval=options.reseed_interval,
            progress=show,
        )
    report = common_report(problem, sampleset)
    report["reached_target"] = (
        None if options.target is None else _reached(report["best_energy"], options.target)
    )
    if options.output:
        save_samples(
            options.output,
            problem,
            samples=spin_samples(sampleset),
            energies=sampleset.record.energy,
            beta_range=sampleset.info["beta_range"],
            seed=sampleset.info["seed"],
        )
    if options.plot and len(sampleset):
        plot_energies(options.plot, sampleset, problem.name, options.target)
    if options.json:
        print_json(report)
    else:
        print(_text(report, options.target))


def _reached(energy: float | None, target: float) -> bool:
    """Whether `energy`, if there is one, is as low as `target`, but for the rounding of a sum."""
    return energy is not None and energy <= target + 1e-9 * abs(target)


def _text(report: dict[str, Any], target: float | None) -> str:
    quantisation = report["quantisation"]
    lines = [
        "{problem}: {variables} variables, {interactions} interactions, on {device}".format(
            **report
        ),
        _ENERGIES.format(**report) if report["num_reads"] else "  best energy   none: no reads",
    ]
    if "best_cut" in report:
        lines.append(f"  best cut      {report['best_cut']:.10g}")
    if target is not None:
        lines.append(
            f"  target        {target:.10g} {'' if report['reached_target'] else 'not '}reached"
        )
    lines.append(
        "  couplings     "
        + (
            "exact"
            if quantisation["exact"]
            else f"rounded by {quantisation['max_error']:.2g} at most"
        )
    )
    lines.append(
        f"  {report['spin_updates']:.3g} spin updates in {report['seconds']:.2f} s, "
        f"{report['updates_per_ns']:.3g} per ns; seed {report['seed']}"
    )
    return "\n".join(lines)
