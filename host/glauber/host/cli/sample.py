"""`glauber sample`: draw samples at a fixed temperature."""

import argparse
from typing import Any

from ..options import whole_number
from .common import (
    RULES,
    add_plot_options,
    add_problem_options,
    add_rule_option,
    check_output,
    common_report,
    failure_lines,
    open_sampler,
    plot_kinds,
    print_json,
    save_samples,
    spin_samples,
)
from .starts import read_clamps, read_initial_states

__all__ = ["add_parser"]

_EPILOG = """\
Examples:
  glauber sample ring.txt --as ising --beta 0.7 --num-reads 64 --samples-per-read 100 --thin 2 \\
      --output draws.npz
  glauber sample torus.txt --as ising --beta 0.44 --samples-per-read 200 --plot trace.png
  glauber sample torus.txt --as ising --beta 0.44 --rule metropolis --samples-per-read 200
  glauber sample ring.txt --beta 0.7 --device serial:/dev/ttyUSB0 --device serial:/dev/ttyUSB1
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "sample",
        help="draw samples at a fixed temperature",
        description="Samples the Boltzmann distribution exp(-beta E) of a problem.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_problem_options(parser)
    parser.add_argument(
        "--beta", type=float, required=True, metavar="B", help="inverse temperature"
    )
    parser.add_argument(
        "--burn-in", type=int, metavar="N", help="sweeps before the first sample (default: 1000)"
    )
    parser.add_argument(
        "--samples-per-read", type=int, default=1, metavar="N", help="samples each chain keeps"
    )
    parser.add_argument(
        "--thin", type=int, default=1, metavar="K", help="sweeps between kept samples"
    )
    add_rule_option(parser, "heat-bath")
    add_plot_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    # Here, because `--help` must not wait for NumPy and dimod.
    from ..files import read_problem
    from ..plots import PLOT_SUFFIXES, plot_samples
    from ..progress import show_progress

    if options.burn_in is not None:
        whole_number("--burn-in", options.burn_in)
    check_output(options.output, (".npz",), "--output")
    check_output(options.plot, PLOT_SUFFIXES, "--plot")
    problem = read_problem(options.file, options.as_kind)
    kinds = plot_kinds(options, problem, options.samples_per_read)
    starts = read_initial_states(options.initial_states, problem)
    clamped = read_clamps(options.clamp, problem)
    with show_progress("sampling", "update") as show, open_sampler(options.devices) as sampler:
        sampleset = sampler.sample(
            problem.bqm,
            beta=options.beta,
            num_reads=options.num_reads,
            num_sweeps=options.burn_in,
            samples_per_read=options.samples_per_read,
            thin=options.thin,
            proposal_acceptance_criteria=RULES[options.rule],
            seed=options.seed,
            reseed_interval=options.reseed_interval,
            time_limit=options.time_limit,
            initial_states=starts,
            clamped=clamped,
            progress=show,
        )
    report = common_report(problem, sampleset)
    report |= {
        "beta": options.beta,
        "burn_in": report["num_sweeps"],
        "samples_per_read": options.samples_per_read,
        "thin": options.thin,
    }
    if options.output:
        shape = (-1, options.samples_per_read)
        save_samples(
            options.output,
            problem,
            samples=spin_samples(sampleset).reshape(*shape, problem.bqm.num_variables),
            energies=sampleset.record.energy.reshape(shape),
            beta=options.beta,
            seed=report["seed"],
        )
    if kinds and len(sampleset):
        plot_samples(
            options.plot,
            problem.bqm,
            sampleset,
            problem.name,
            kinds=kinds,
            samples_per_read=options.samples_per_read,
        )
    if options.json:
        print_json(report)
        return
    mean, lowest = report["mean_energy"], report["best_energy"]
    energies = "none" if mean is None else f"{mean:.8g}   (lowest {lowest:.10g})"
    print(
        f"{report['problem']}: {len(sampleset)} samples at beta {options.beta:g}, "
        f"on {report['device']}\n"
        f"  mean energy   {energies}\n"
        f"  {report['spin_updates']:.3g} spin updates in {report['seconds']:.2f} s, "
        f"{report['updates_per_ns']:.3g} per ns; seed {report['seed']}",
        *failure_lines(report),
        sep="\n",
    )
