"""`glauber watch`: look at the p-bits of a running device."""

import argparse
import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..options import positive_number, whole_number
from .common import add_file_options, print_json

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for NumPy and rich.
    from ..live import LiveFrame, LiveRun
    from ..problems import Problem

__all__ = ["add_parser"]

_STEP = 1.1  # factor on beta of a key press

_EPILOG = """\
A square lattice is shown as a picture of one replica, any other problem as a line of pixels for
each replica. Keys: q ends, + and - change beta, space pauses, n shows the next replica. Ends with
exit code 0 after q or the last sweep, and 130 after ctrl-C; either way a summary is printed. Where
standard output is no terminal, or with --json, there is only the summary.

Examples:
  glauber watch torus.txt --as ising --beta 0.44
  glauber watch G1.txt --num-sweeps 5000 --every 5
  glauber watch torus.txt --as ising --beta-range 0.1 3 --device serial:/dev/ttyUSB1
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "watch",
        help="look at the p-bits of a running device",
        description="Shows states and energies while a problem is annealed, or sampled at --beta.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_file_options(parser)
    parser.add_argument("--device", default="model:", metavar="URL", help="default: model:")
    parser.add_argument(
        "--beta", type=float, metavar="B", help="fixed inverse temperature (default: anneal)"
    )
    parser.add_argument(
        "--beta-range",
        type=float,
        nargs=2,
        metavar=("LO", "HI"),
        help="first and last inverse temperature of the anneal (default: from the problem)",
    )
    parser.add_argument(
        "--num-sweeps",
        type=int,
        metavar="N",
        help="end after so many (default: 1000 for an anneal, never at a fixed beta)",
    )
    parser.add_argument(
        "--every", type=int, default=1, metavar="K", help="sweeps between two looks (default: 1)"
    )
    parser.add_argument(
        "--fps", type=float, default=20, metavar="F", help="looks per second at most (default: 20)"
    )
    parser.add_argument("--seed", type=int, metavar="S", help="64-bit, as for solve and sample")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    # Here, because `--help` must not wait for NumPy and dimod.
    from ..files import read_problem
    from ..live import LiveRun
    from ..sampler import GlauberSampler

    whole_number("--every", options.every)
    period = 1 / positive_number("--fps", options.fps)
    visible = sys.stdout.isatty() and not options.json
    end = _end(options, visible)
    problem = read_problem(options.file, options.as_kind)
    settings = {"seed": options.seed, "beta_range": options.beta_range}
    if options.beta is None:
        settings["num_sweeps"] = end
    with GlauberSampler(options.device) as sampler:
        live = LiveRun(sampler, problem.bqm, options.beta, **settings)
        watched = _Watch(live, problem, end)
        try:
            if visible:
                watched.show(options.every, period)
            else:
                watched.run_unseen(options.every)
        except KeyboardInterrupt:
            _print(watched, options.json)
            raise
        _print(watched, options.json)


def _end(options: argparse.Namespace, visible: bool) -> int | None:
    """After how many sweeps to end, or None for never. Raises `OptionError`."""
    from ..schedule import DEFAULT_SWEEPS

    if options.num_sweeps is not None:
        return whole_number("--num-sweeps", options.num_sweeps)
    if options.beta is None:
        return DEFAULT_SWEEPS
    if not visible:
        raise OptionError(
            "there is no terminal to watch on, and no end; give --num-sweeps for a summary of so "
            "many sweeps, or use `glauber sample`"
        )
    return None


class _Watch:
    """A run that is looked at, and what was seen of it."""

    def __init__(self, live: "LiveRun", problem: "Problem", end: int | None) -> None:
        from ..lattice import find_lattice
        from ..live import LiveView

        self.live = live
        self.problem = problem
        self._end = end
        self.view = LiveView(f"{problem.name} on {live.device.name}", find_lattice(problem.bqm))
        self.frame: LiveFrame = live.look()
        self.view.see(self.frame)

    def _advance(self, sweeps: int) -> bool:
        """Do so many sweeps, if there are so many left; whether there were any."""
        if self._end is not None:
            sweeps = min(sweeps, self._end - self.live.sweeps)
        if not sweeps:
            return False
        self.frame = self.live.advance(sweeps)
        self.view.see(self.frame)
        return True

    def run_unseen(self, every: int) -> None:
        while self._advance(every):
            pass

    def show(self, every: int, period: float) -> None:
        """Show frames until the end or the key q. Raises `KeyboardInterrupt`, `DeviceError`."""
        from rich.console import Console
        from rich.live import Live

        from ..live.keys import Keys

        console = Console()
        with Live(console=console, screen=True, auto_refresh=False) as screen, Keys() as keys:
            begin = time.monotonic()
            while self.view.paused or self._advance(every):
                width, height = console.size
                screen.update(self.view.render(self.frame, width, height), refresh=True)
                key = keys.wait(begin + period - time.monotonic())
                if key == "q":
                    return
                self._press(key)
                begin = time.monotonic()

    def _press(self, key: str) -> None:
        if key == " ":
            self.view.paused = not self.view.paused
        elif key == "n":
            self.view.replica += 1
        elif key in ("+", "-"):
            # Not beyond what this problem can have on this device.
            with contextlib.suppress(OptionError):
                self.live.set_beta(self.live.beta * (_STEP if key == "+" else 1 / _STEP))


def _print(watched: _Watch, as_json: bool) -> None:
    frame, view, live = watched.frame, watched.view, watched.live
    rate = frame.updates / frame.seconds * 1e-9 if frame.seconds else 0.0
    report = {
        "problem": watched.problem.name,
        "device": live.device.name,
        "seed": live.seed,
        "replicas": len(frame.states),
        "num_sweeps": frame.sweeps,
        "beta": frame.beta,
        "best_energy": float(view.lowest),
        "mean_energy": float(frame.energies.mean()),
        "spin_updates": frame.updates,
        "seconds": frame.seconds,
        "updates_per_ns": rate,
    }
    if as_json:
        print_json(report)
        return
    print(
        f"{report['problem']}: {frame.sweeps} sweeps of {report['replicas']} replicas, "
        f"on {report['device']}\n"
        f"  lowest energy {view.lowest:.10g} of all that was seen\n"
        f"  at the end    mean energy {report['mean_energy']:.8g} at beta {frame.beta:.4g}\n"
        f"  {frame.updates:.3g} spin updates in {frame.seconds:.2f} s, {rate:.3g} per ns; "
        f"seed {live.seed}"
    )
