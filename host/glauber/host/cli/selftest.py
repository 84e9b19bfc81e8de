"""`glauber selftest`: does this device compute what the model says?"""

import argparse
import secrets
from typing import TYPE_CHECKING, Any

from .common import print_json

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for NumPy.
    from ..selftest import CheckResult, SelfTestReport

__all__ = ["add_parser"]

SEED_BITS = 53  # as many as a JSON number holds exactly

_EPILOG = """\
The device and a model of the same parameters are asked the same, and must give the same answers,
bit for bit: registers, states, random programs with random couplings, seeds and temperatures, and
a whole call of the sampler. Damaged frames must be counted, and the health tests of the noise must
have passed. What the device held before is lost.

A check that fails is shown with its first difference from the model. Exit code 0 if all passed, 1
if not. The same seed and rounds repeat the same checks.

Examples:
  glauber selftest --device serial:/dev/ttyUSB1
  glauber selftest --device serial:/dev/ttyUSB1 --rounds 200 --json
  glauber selftest --device 'rtl:?lanes=2' --seed 1
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "selftest",
        help="check that a device computes what the model says",
        description="Checks that a device computes what the model says, bit for bit.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--device", default="model:", metavar="URL", help="default: model:")
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="random programs that are run (default: 8)"
    )
    parser.add_argument(
        "--seed", type=int, metavar="S", help="of the programs (default: another one each time)"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    from ..options import whole_number
    from ..progress import show_progress
    from ..sampler import GlauberSampler
    from ..selftest import ROUNDS, check_device

    seed = secrets.randbits(SEED_BITS) if options.seed is None else options.seed
    rounds = ROUNDS if options.rounds is None else options.rounds
    # Before the device is opened, which may take a while.
    whole_number("--rounds", rounds)
    whole_number("--seed", seed, 0)
    with show_progress("checking", "check") as show, GlauberSampler(options.device) as sampler:
        report = check_device(sampler, seed=seed, rounds=rounds, progress=show)
    if options.json:
        print_json(report.as_dict())
    else:
        print(_text(report))
    report.require()


def _text(report: "SelfTestReport") -> str:
    device = report.device
    kind = "simulation" if device["simulation"] else f"image {device['image']}"
    seconds = sum(check.seconds for check in report.checks)
    failures = sum(not check.ok for check in report.checks)
    verdict = f"{failures} of {len(report.checks)} checks FAILED" if failures else "all passed"
    machine = f"{device['lanes']} lanes x {device['replicas']} replicas"
    return "\n".join(
        [
            f"self-test on {device['device']}, {kind}, {machine}; seed {report.seed}",
            *map(_line, report.checks),
            *(f"  {name:<16} not done" for name in report.skipped),
            f"  {verdict} in {seconds:.1f} s",
        ]
    )


def _line(check: "CheckResult") -> str:
    if check.ok:
        return f"  {check.name:<16} ok       {check.seconds:6.2f} s"
    return f"  {check.name:<16} FAILED   {check.difference}"
