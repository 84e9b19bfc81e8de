"""`glauber temper`: parallel tempering to a low energy."""

import argparse
from pathlib import Path
from typing import Any

from .common import (
    RULES,
    add_file_options,
    add_rule_option,
    check_output,
    common_report,
    finite,
    print_json,
    save_samples,
    spin_samples,
    target_line,
)
from .starts import read_clamps, read_initial_states

__all__ = ["add_parser"]

_EPILOG = """\
A ladder is a row of temperatures, its rungs, with a replica of the problem at each. Replicas of
neighbouring rungs exchange their temperatures, so that what is stuck in the cold is heated up, and
comes back. Where an anneal gives up after one way down, tempering goes on. Several ladders run side
by side, and the best state of each is reported.

By default rungs are found first, in short runs: as many as let about half of all exchanges be made,
and all pairs of neighbours equally often. An acceptance near 0 between two rungs cuts the ladder
there: use more rungs, or a smaller range. With --beta-range the ends are yours; with --betas, all.

The device needs the abilities scores and tempering, and for --rule metropolis that one; model: has
them. Others get them by `glauber build BOARD --set abilities=...`.

Examples:
  glauber temper glass.txt --as ising --target -1731 --seed 1
  glauber temper glass.txt --as ising --num-sweeps 50000 --rule metropolis --json
  glauber temper glass.txt --as ising --beta-range 0.3 2 --num-rungs 16 --plot rungs.png
  glauber temper G1.txt --betas 1.5,1.2,1,0.8,0.65,0.5,0.4,0.3 --num-ladders 4
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "temper",
        help="find low energies by parallel tempering",
        description="Runs replicas at many temperatures, which they exchange.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_file_options(parser)
    parser.add_argument("--device", metavar="URL", default="model:", help="default: model:")
    parser.add_argument(
        "--num-sweeps", type=int, default=10_000, metavar="N", help="of each replica (10000)"
    )
    parser.add_argument(
        "--target", type=finite, metavar="E", help="end when a ladder has reached this energy"
    )
    parser.add_argument(
        "--beta-range",
        type=float,
        nargs=2,
        metavar=("LO", "HI"),
        help="hottest and coldest inverse temperature (default: from the problem)",
    )
    parser.add_argument(
        "--betas", type=_betas, metavar="B,...", help="inverse temperatures of all rungs"
    )
    parser.add_argument("--num-rungs", type=int, metavar="N", help="default: found by tuning")
    parser.add_argument(
        "--num-ladders", type=int, metavar="N", help="default: as many as there are replicas for"
    )
    parser.add_argument(
        "--sweeps-per-exchange", type=int, default=5, metavar="N", help="default: 5"
    )
    parser.add_argument(
        "--no-tune", action="store_true", help="keep equal ratios between betas: 16 of them"
    )
    add_rule_option(parser, "metropolis")
    parser.add_argument(
        "--seed", type=int, metavar="S", help="64-bit; the same seed gives the same samples"
    )
    parser.add_argument("--time-limit", type=float, metavar="S", help="seconds after which it ends")
    parser.add_argument(
        "--initial-states",
        type=Path,
        metavar="FILE.npz",
        help="start the first replicas where those ended that --output wrote",
    )
    parser.add_argument(
        "--clamp",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="keep a variable at a value; may be given several times",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE.npz",
        help="write the best states here, and the last ones of all rungs",
    )
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="FILE.png",
        help="draw acceptances and energies of all rungs (or .pdf, .svg)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    # Here, because `--help` must not wait for NumPy and dimod.
    from ..files import read_problem
    from ..plot_rungs import plot_rungs
    from ..plots import PLOT_SUFFIXES
    from ..progress import show_progress
    from ..sampler import GlauberSampler

    check_output(options.output, (".npz",), "--output")
    check_output(options.plot, PLOT_SUFFIXES, "--plot")
    problem = read_problem(options.file, options.as_kind)
    starts = read_initial_states(options.initial_states, problem)
    clamped = read_clamps(options.clamp, problem)
    with show_progress("tempering", "update") as show, GlauberSampler(options.device) as sampler:
        sampleset = sampler.temper(
            problem.bqm,
            betas=options.betas,
            beta_range=options.beta_range,
            num_rungs=options.num_rungs,
            num_ladders=options.num_ladders,
            num_sweeps=options.num_sweeps,
            sweeps_per_exchange=options.sweeps_per_exchange,
            target=options.target,
            tune=not options.no_tune,
            return_states=options.output is not None,
            proposal_acceptance_criteria=RULES[options.rule],
            seed=options.seed,
            time_limit=options.time_limit,
            initial_states=starts,
            clamped=clamped,
            progress=show,
        )
    states = sampleset.info["tempering"].pop("states", None)
    report = common_report(problem, sampleset)
    report["reached_target"] = None if options.target is None else report["target"]["reached"] > 0
    tempering = report["tempering"]
    if options.output:
        save_samples(
            options.output,
            problem,
            samples=spin_samples(sampleset),
            energies=sampleset.record.energy,
            betas=tempering["betas"],
            rung_samples=states,
            rung_energies=tempering["energies"],
            seed=sampleset.info["seed"],
        )
    if options.plot:
        plot_rungs(options.plot, problem.name, tempering, options.target)
    if options.json:
        print_json(report)
    else:
        print(_text(report, options.target))


def _text(report: dict[str, Any], target: float | None) -> str:
    tempering = report["tempering"]
    betas, ladders = tempering["betas"], tempering["num_ladders"]
    known = [part for part in tempering["acceptance"] if part is not None]
    acceptance = f"{min(known):.2f} to {max(known):.2f}" if known else "none yet"
    lines = [
        "{problem}: {variables} variables, {interactions} interactions, on {device}".format(
            **report
        ),
    ]
    several = "1 ladder" if ladders == 1 else f"{ladders} ladders"
    best, mean = report["best_energy"], report["mean_energy"]
    lines.append(f"  best energy   {best:.10g}   (mean of {several} {mean:.8g})")
    if "best_cut" in report:
        lines.append(f"  best cut      {report['best_cut']:.10g}")
    if target is not None:
        lines.append(target_line(report, target))
    lines.append(
        f"  ladder        {len(betas)} rungs, beta {betas[0]:.4g} to {betas[-1]:.4g}; exchanges "
        f"accepted {acceptance}"
    )
    if "tuning" in report:
        tuning = report["tuning"]
        end = "" if tuning["converged"] else ", which are not even yet"
        rounds, sweeps = tuning["rounds"], tuning["sweeps"]
        lines.append(f"  tuned         in {rounds} rounds, {sweeps} sweeps{end}")
    lines.append(
        f"  {report['num_sweeps']} sweeps, {report['spin_updates']:.3g} spin updates in "
        f"{report['seconds']:.2f} s, {report['updates_per_ns']:.3g} per ns; seed {report['seed']}"
    )
    return "\n".join(lines)


def _betas(text: str) -> list[float]:
    try:
        return [finite(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no numbers; write them such as 2,1.5,1"
        ) from None
