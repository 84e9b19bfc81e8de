"""`glauber solve`: anneal to a low energy."""

import argparse
from typing import TYPE_CHECKING, Any

from glauber.hdl.facts.measure import Abilities

from .common import (
    RULES,
    add_plot_options,
    add_problem_options,
    add_rule_option,
    check_output,
    common_report,
    failure_lines,
    finite,
    open_sampler,
    plot_kinds,
    print_json,
    save_samples,
    spin_samples,
    target_line,
)
from .starts import read_clamps, read_initial_states

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for them.
    import dimod

    from ..pool import GlauberPool
    from ..sampler import GlauberSampler

__all__ = ["add_parser"]

# Measurements of an anneal to a target: as many cost some percent of its time.
_LOOKS = 50

_EPILOG = """\
Examples:
  glauber solve G1.txt --num-reads 64 --num-sweeps 1000 --seed 1
  glauber solve glass.txt --as ising --target -858 --json
  glauber solve G1.txt --rule heat-bath --device serial:/dev/ttyUSB0
  glauber solve torus.txt --time-limit 10 --plot found.png --plot-kind lattice
  glauber solve G1.txt --device serial:/dev/ttyUSB0 --device serial:/dev/ttyUSB1 --num-reads 1024
  glauber solve G1.txt --initial-states earlier.npz --clamp 0=1 --beta-range 1 5
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
        "--target",
        type=finite,
        metavar="E",
        help="end when this energy is reached; a device that cannot measure energies, and several "
        "devices, go on, and it is reported whether it was",
    )
    add_rule_option(parser, None, "metropolis where the device has it, as fewer sweeps do")
    add_plot_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    # Here, because `--help` must not wait for NumPy and dimod.
    from ..files import read_problem
    from ..plots import PLOT_SUFFIXES, plot_samples
    from ..progress import show_progress

    check_output(options.output, (".npz",), "--output")
    check_output(options.plot, PLOT_SUFFIXES, "--plot")
    problem = read_problem(options.file, options.as_kind)
    kinds = plot_kinds(options, problem, 1)
    starts = read_initial_states(options.initial_states, problem)
    clamped = read_clamps(options.clamp, problem)
    with show_progress("annealing", "update") as show, open_sampler(options.devices) as sampler:
        sampleset = _anneal(
            sampler,
            problem.bqm,
            options.target,
            num_reads=options.num_reads,
            num_sweeps=options.num_sweeps,
            beta_range=options.beta_range,
            proposal_acceptance_criteria=RULES[options.rule or _rule_of(sampler)],
            seed=options.seed,
            reseed_interval=options.reseed_interval,
            time_limit=options.time_limit,
            initial_states=starts,
            clamped=clamped,
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
    if kinds and len(sampleset):
        plot_samples(
            options.plot, problem.bqm, sampleset, problem.name, kinds=kinds, target=options.target
        )
    if options.json:
        print_json(report)
    else:
        print(_text(report, options.target))


def _rule_of(sampler: "GlauberSampler | GlauberPool") -> str:
    """The rule that needs fewer sweeps, if all devices have it: one call has one rule."""
    found = _abilities(sampler)
    return "metropolis" if Abilities.METROPOLIS in found else "heat-bath"


def _abilities(sampler: "GlauberSampler | GlauberPool") -> Abilities:
    """What all devices can do."""
    found = Abilities.ALL
    for each in getattr(sampler, "samplers", [sampler]):
        found &= each.device.params.abilities
    return found


def _anneal(
    sampler: "GlauberSampler | GlauberPool",
    bqm: "dimod.BinaryQuadraticModel",
    target: float | None,
    **settings: Any,
) -> "dimod.SampleSet":
    """Anneals; the machine itself ends it at a target, if it can."""
    from ..sampler import GlauberSampler
    from ..schedule import DEFAULT_SWEEPS

    single = isinstance(sampler, GlauberSampler)
    if target is None or not single or Abilities.SCORES not in _abilities(sampler):
        return sampler.sample(bqm, **settings)

    sweeps = settings["num_sweeps"] or DEFAULT_SWEEPS
    every = max(1, sweeps // _LOOKS)
    return sampler.anneal_to_target(bqm, target=target, measure_every=every, **settings)


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
        lines.append(target_line(report, target))
    rule = report["proposal_acceptance_criteria"]
    lines.append(f"  rule          {'heat bath' if rule == 'Gibbs' else rule}")
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
    return "\n".join(lines + failure_lines(report))
