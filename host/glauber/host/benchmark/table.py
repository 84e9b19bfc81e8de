"""The report as tables for people, and as a CSV file for programs."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..errors import EnvironmentMissingError

__all__ = ["print_report", "save_rows"]

Row = dict[str, Any]
Column = tuple[str, Callable[[Row], str]]

_WIDTH = 190


def print_report(report: dict[str, Any]) -> None:
    """Writes it to standard output: what ran where, the peers, and a table for each figure."""
    console = Console(highlight=False)
    # A line that wraps can be read; a table that leaves half of each number out cannot.
    console.width = max(console.width, _WIDTH)
    console.print(
        f"{report['date']}, {report['machine']}; load {report['load_before']:.1f} before and "
        f"{report['load_after']:.1f} after; {report['threads']} thread(s), {report['rounds']} "
        f"rounds in turns, seed {report['seed']}",
        markup=False,
    )
    console.print(_peers(report["peers"]))
    for figure, (title, columns) in _FIGURES.items():
        rows = [row for row in report["rows"] if row["figure"] == figure]
        if rows:
            console.print(_table(title, columns, rows))
    for note in report["left_out"]:
        console.print(
            f"left out: {note['peer']} on {note['instance']}: {note['reason']}", markup=False
        )
    for text in report["failed"]:
        console.print(f"FAILED: {text}", markup=False)


def save_rows(path: Path, rows: list[Row]) -> None:
    """All rows of a report as CSV; what a figure does not have is left empty.

    Raises `EnvironmentMissingError` if the file cannot be written.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    try:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise EnvironmentMissingError(
            f"cannot write {path}: {error.strerror}; choose another place"
        ) from error


def _peers(peers: list[Row]) -> Table:
    columns: list[Column] = [
        ("peer", lambda row: row["peer"]),
        ("version", lambda row: row["version"] or "absent"),
        ("update", lambda row: row["rule"]),
        ("order", lambda row: row["order"]),
        ("reads", lambda row: f"{row['reads']}{' side by side' if row['side_by_side'] else ''}"),
        ("to install", lambda row: row["install"] or ""),
    ]
    return _table("Peers", columns, peers)


def _table(title: str, columns: list[Column], rows: list[Row]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name, _ in columns:
        table.add_column(name, no_wrap=True)
    for place, row in enumerate(rows):
        last = place + 1 == len(rows) or rows[place + 1].get("instance") != row.get("instance")
        table.add_row(
            *(escape(text(row)) for _, text in columns), end_section=last and "instance" in row
        )
    return table


def _spread(name: str, digits: int = 3) -> Callable[[Row], str]:
    """A middle and its ends; what was not reached is larger than its lower end."""

    def text(row: Row) -> str:
        if row[name] is None:
            low = row[f"{name}_low"]
            return "unknown" if low is None else f"> {_number(low, digits)}"
        ends = f"({_number(row[f'{name}_low'], digits)} to {_number(row[f'{name}_high'], digits)})"
        return f"{_number(row[name], digits)} {ends}"

    return text


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}g}"


def _energy(name: str) -> Callable[[Row], str]:
    return lambda row: "" if row.get(name) is None else f"{row[name]:.8g}"


_INSTANCE: Column = ("instance", lambda row: row["instance"])
_PEER: Column = ("peer", lambda row: row["peer"])


def _effort(row: Row) -> str:
    return f"{row['reads']} x {row['effort']} {row['effort_unit']}"


_FIGURES: dict[str, tuple[str, list[Column]]] = {
    "speed": (
        "Spin updates per ns, and the energy after equal sweeps; ratio: Glauber to the peer",
        [
            _INSTANCE,
            _PEER,
            ("per CPU ns", _spread("updates_per_ns_cpu")),
            ("ratio", _spread("ratio_cpu")),
            ("per wall ns", _spread("updates_per_ns_wall")),
            ("ratio", _spread("ratio_wall")),
            ("mean energy", _energy("mean_energy")),
            ("MB", lambda row: f"{row['memory_mb']:.0f}"),
        ],
    ),
    "time": (
        "Lowest energy after equal wall time: median, lowest and highest of the rounds",
        [
            _INSTANCE,
            _PEER,
            ("energy", _spread("lowest_energy", 8)),
            ("best known", _energy("best_known")),
            ("s", _spread("seconds")),
            ("CPU s", lambda row: _number(row["cpu_seconds"])),
            ("setting", _effort),
        ],
    ),
    "target": (
        "Time to the target with 99 %, s (95 % of what it may be); ratio: the peer to Glauber",
        [
            _INSTANCE,
            _PEER,
            ("target", _energy("target")),
            ("CPU s", _spread("time_cpu")),
            ("ratio", _spread("ratio_cpu")),
            ("wall s", _spread("time_wall")),
            ("ratio", _spread("ratio_wall")),
            ("hits", lambda row: f"{row['hits']} of {row['reads_measured']}"),
            (
                "setting",
                lambda row: f"{_effort(row)}, beta {row['beta_low']:.3g} to {row['beta_high']:.3g}",
            ),
        ],
    ),
}
