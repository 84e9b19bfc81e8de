"""`glauber study`: many runs in one table."""

import argparse
import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EnvironmentMissingError, OptionError, StudyFailureError
from .common import add_devices_option, add_file_options, check_output, finite, print_json

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for it, and it is an extra.
    import pandas

__all__ = ["add_parser"]

_MOST = 1_000_000  # numbers of an option
_PATIENCE = 10  # s for a scheduler to answer

# Options that take several values, all combinations of which are run.
_SETTINGS: dict[str, tuple[type, str]] = {
    "num_reads": (int, "independent chains (default: 64)"),
    "num_sweeps": (int, "sweeps of an anneal, or with --beta before the first sample"),
    "num_sweeps_per_beta": (int, "sweeps at each temperature of an anneal"),
    "beta": (float, "sample at fixed inverse temperatures instead of annealing"),
    "samples_per_read": (int, "with --beta, samples each chain keeps"),
    "thin": (int, "with --beta, sweeps between kept samples"),
    "time_limit": (float, "seconds after which a run begins no more reads"),
}

_EPILOG = """\
N,... is one number or several, and A-B all whole numbers from A to B: 1-4,10. Every file is run
with every combination of settings and every seed, several at a time: a board has one worker, a
simulation as many as --workers says. A run that fails has its error in the table, and does not end
the study. A table that is there is gone on with: what it holds without an error is not run again.

Exit code 1 if a run has failed; all others are in the table. Needs `pip install 'glauber[study]'`.

Examples:
  glauber study G1.txt G2.txt --seeds 1-10 --num-sweeps 100,1000 --output study.csv
  glauber study glass.txt --as ising --seeds 1-4 --beta 0.5,1,2 --num-reads 16 --json
  glauber study G1.txt --seeds 1-100 --device serial:/dev/ttyUSB0 --device serial:/dev/ttyUSB1 \\
      --output boards.csv
  glauber study G1.txt --seeds 1-100 --scheduler tcp://cluster:8786 --output cluster.csv
"""


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "study",
        help="run problems with many seeds and settings, into one table",
        description="Runs every file with every setting and seed, and makes a row of each.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_file_options(parser, several=True)
    parser.add_argument(
        "--seeds", type=_whole_numbers, default=[1], metavar="N,...", help="default: 1"
    )
    for name, (kind, text) in _SETTINGS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=_whole_numbers if kind is int else _numbers,
            metavar="N,..." if kind is int else "X,...",
            help=text,
        )
    add_devices_option(parser, "may be given several times, to use all of them")
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="runs at a time on a simulation (default: as many as processors)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask scheduler whose workers are to run the study; without --device, each worker "
        "is named by its device URL and has the resource glauber=1",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.csv", help="the table, .csv or .parquet"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command. Raises `StudyFailureError` if a run has failed."""
    # Here, because `--help` must not wait for pandas and Dask.
    try:
        from ..study import study
        from ..study.table import TABLE_SUFFIXES
    except ImportError as error:
        raise EnvironmentMissingError(
            f"a study needs {error.name}, which is not installed; run "
            "`pip install 'glauber[study]'`"
        ) from error
    from ..progress import show_progress

    check_output(options.output, TABLE_SUFFIXES, "--output")
    if options.workers is not None and options.scheduler is not None:
        raise OptionError("--workers is for this computer, not for --scheduler; leave one out")
    settings = {name: getattr(options, name) for name in _SETTINGS}
    settings = {name: values for name, values in settings.items() if values is not None}
    settings.setdefault("num_reads", [64])
    with _client(options.scheduler) as client, show_progress("study", "cell") as show:
        device = options.devices
        if device is None and client is None:
            device = "model:"
        table = study(
            options.files,
            options.seeds,
            settings,
            device=device,
            client=client,
            workers=options.workers,
            as_kind=options.as_kind,
            table=options.output,
            progress=show,
            on_row=lambda row: show.count_updates(row.get("spin_updates", 0)),
        )
    _print(table, options, list(settings))


@contextlib.contextmanager
def _client(address: str | None) -> Iterator[Any]:
    """A client of the Dask scheduler there, or None. Raises `EnvironmentMissingError`."""
    if address is None:
        yield None
        return
    from distributed import Client

    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise EnvironmentMissingError(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler`, "
            "or correct the address"
        ) from error
    with client:
        yield client


def _print(table: "pandas.DataFrame", options: argparse.Namespace, settings: list[str]) -> None:
    """The result. Raises `StudyFailureError` if a run has failed."""
    failed = table[table["error"] != ""]
    if options.json:
        # Missing values are null in JSON, which pandas writes and `json` does not.
        rows = json.loads(table.to_json(orient="records") or "[]")
        print_json({"runs": len(table), "failed": len(failed), "rows": rows})
    else:
        print(_summary(table, settings).to_string(index=False, float_format="{:.8g}".format))
        if options.output:
            print(f"{len(table)} rows in {options.output}")
    if len(failed):
        first = failed.iloc[0]
        raise StudyFailureError(
            f"{len(failed)} of {len(table)} runs failed, the first {first['instance']} with seed "
            f"{first['seed']}: {first['error']}; mend that and run the study again, which with "
            "--output repeats only what failed"
        )


def _summary(table: "pandas.DataFrame", settings: list[str]) -> "pandas.DataFrame":
    """One line for each instance and setting, over its seeds."""
    wanted = {
        "runs": ("seed", "size"),
        "failed": ("error", lambda texts: int((texts != "").sum())),
        "best_energy": ("best_energy", "min"),
        "mean_energy": ("mean_energy", "mean"),
        "best_cut": ("best_cut", "max"),
        "seconds": ("seconds", "sum"),
        "updates_per_ns": ("updates_per_ns", "mean"),
    }
    found = {name: given for name, given in wanted.items() if given[0] in table}
    groups = table.groupby(["instance", *settings], sort=False, dropna=False)
    return groups.agg(**found).reset_index()


def _whole_numbers(text: str) -> list[int]:
    """Numbers and ranges, such as 1-4,10."""
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if not match:
            raise argparse.ArgumentTypeError(
                f"{part!r} is no whole number and no range; write them such as 1-4,10"
            )
        low, high = int(match[1]), int(match[2] or match[1])
        if high < low or len(found) + high - low >= _MOST:
            raise argparse.ArgumentTypeError(
                f"the range {part} is {'empty' if high < low else 'too long'}; give the smaller "
                f"number first, and at most {_MOST} numbers"
            )
        found += range(low, high + 1)
    return found


def _numbers(text: str) -> list[float]:
    """Finite numbers, such as 0.5,1."""
    try:
        return [finite(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no numbers; write them such as 0.5,1,2"
        ) from None
