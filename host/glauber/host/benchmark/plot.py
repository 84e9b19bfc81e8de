"""The report as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..plots import plain_text, save_figure

if TYPE_CHECKING:
    # Not at run time: Matplotlib is slow to import.
    from matplotlib.axes import Axes

__all__ = ["plot_report"]

Row = dict[str, Any]

# Of a figure of the benchmark: what is drawn, how its axis is called, whether it is logarithmic.
_PARTS = {
    "speed": ("updates_per_ns_cpu", "spin updates per CPU ns", True),
    "time": ("excess", "lowest energy after equal time, above the lowest of all (%)", False),
    "target": ("time_cpu", "time to the target with 99 % (CPU s)", True),
}


def plot_report(path: Path, report: dict[str, Any]) -> None:
    """Draws bars with their spread, a part for each figure that has rows, into the file `path`.

    Raises `EnvironmentMissingError` if the file cannot be written.
    """
    from matplotlib.figure import Figure

    rows = [*map(_with_excess(report["rows"]), report["rows"])]
    # A peer has the same colour in all parts.
    names = dict.fromkeys(row["peer"] for row in rows)
    colours = {name: f"C{number}" for number, name in enumerate(names)}
    parts = [figure for figure in _PARTS if any(row["figure"] == figure for row in rows)]
    figure = Figure(figsize=(11, 1 + 4 * max(1, len(parts))), layout="constrained")
    figure.suptitle(plain_text(f"{report['date']}, {report['machine']}"))
    for axes, part in zip(
        figure.subplots(max(1, len(parts)), 1, squeeze=False)[:, 0], parts, strict=False
    ):
        _draw(axes, [row for row in rows if row["figure"] == part], colours, *_PARTS[part])
    save_figure(path, figure)


def _with_excess(rows: list[Row]) -> Any:
    """What adds to a row how far it is above the lowest energy of its instance."""
    lowest: dict[str, float] = {}
    for row in rows:
        if row["figure"] == "time":
            name = row["instance"]
            lowest[name] = min(lowest.get(name, 0.0), row["lowest_energy_low"])

    def add(row: Row) -> Row:
        if row["figure"] != "time":
            return row
        base = lowest[row["instance"]] or -1.0
        ends = {end: row[f"lowest_energy{end}"] for end in ("", "_low", "_high")}
        return row | {f"excess{end}": 100 * (base - x) / base for end, x in ends.items()}

    return add


def _draw(
    axes: "Axes",
    rows: list[Row],
    colours: dict[str, str],
    value: str,
    label: str,
    logarithmic: bool,
) -> None:
    """A group of bars for each instance, a colour for each peer."""
    instances = list(dict.fromkeys(row["instance"] for row in rows))
    peers = list(dict.fromkeys(row["peer"] for row in rows))
    wide = 0.8 / len(peers)
    for place, peer in enumerate(peers):
        # A target that was not reached has no bar.
        shown = [row for row in rows if row["peer"] == peer and row[value] is not None]
        x = [
            instances.index(row["instance"]) + (place - (len(peers) - 1) / 2) * wide
            for row in shown
        ]
        middle = np.array([row[value] for row in shown], float)
        ends = [
            [abs((row[f"{value}{end}"] or row[value]) - row[value]) for row in shown]
            for end in ("_low", "_high")
        ]
        axes.bar(
            x,
            middle,
            wide,
            yerr=ends,
            label=plain_text(peer),
            color=colours[peer],
            error_kw={"linewidth": 0.8},
        )
    if logarithmic:
        axes.set_yscale("log")
    axes.set_xticks(range(len(instances)), [plain_text(name) for name in instances])
    axes.set_ylabel(label)
    axes.legend(fontsize="small", ncols=2)
