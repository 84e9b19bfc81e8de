"""`glauber sample`: draw samples at a fixed temperature."""

import argparse
from typing import Any

from ..options import whole_number
from .common import (
    add_problem_options,
    check_output,
    common_report,
    print_json,
    save_samples,
    spin_samples,
)

__all__ = ["add_parser"]

_EPILOG = """\
Example:
  glauber sample ring.txt --as ising --beta 0.7 --num-reads 64 --samples-per-read 100 --thin 2 \\
      --output draws.npz
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
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    # Here, because `--help` must not wait for NumPy and dimod.
    from ..files import read_problem
    from ..progress import show_progress
    from ..sampler import GlauberSampler

    if options.burn_in is not None:
        whole_number("--burn-in", options.burn_in)
    check_output(options.output, (".npz",), "--output")
    problem = read_problem(options.file, options.as_kind)
    with show_progress("sampling", "update") as show, GlauberSampler(options.device) as sampler:
        sampleset = sampler.sample(
            problem.bqm,
            beta=options.beta,
            num_reads=options.num_reads,
            num_sweeps=options.burn_in,
            samples_per_read=options.samples_per_read,
            thin=options.thin,
            seed=options.seed,
            reseed_interval=options.reseed_interval,
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
        f"{report['updates_per_ns']:.3g} per ns; seed {report['seed']}"
    )
