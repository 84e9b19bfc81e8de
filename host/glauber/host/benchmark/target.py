"""Time to a target."""

import math
from collections.abc import Mapping
from typing import Any

from .instances import Instance
from .peers import Peer, Setting
from .statistics import TimeToTarget, ratio
from .tuning import Cell, run_for, tune
from .worker import Call

__all__ = ["measure_target"]

Row = dict[str, Any]
_SEED_STEP = 100_000  # between what tunes and what measures, and between rounds


def measure_target(
    instance: Instance,
    calls: Mapping[str, tuple[Peer, Call]],
    *,
    seconds: float,
    rounds: int,
    first_seed: int,
) -> list[Row]:
    """A row for each peer: the time to the instance's target, at the best of its settings.

    seconds : that each setting is tried for, and three times of which each round takes

    Seeds of the search are not those of the measurement, which takes turns as everything does.
    """
    target = instance.target
    assert target is not None  # other instances do not come here
    tuned = {
        name: tune(peer, call, instance, target, seconds, first_seed)
        for name, (peer, call) in calls.items()
    }
    cells: dict[str, list[Cell]] = {name: [] for name in calls}
    for number in range(rounds):
        seed = first_seed + _SEED_STEP * (number + 1)
        for name, (peer, call) in calls.items():
            cells[name].append(run_for(peer, call, tuned[name][0], target, 3 * seconds, seed))
    times = {
        name: {
            kind: _time(peer.together(tuned[name][0]), cells[name], kind)
            for kind in ("cpu", "seconds")
        }
        for name, (peer, _) in calls.items()
    }
    ours = times[next(iter(calls))]
    return [
        _row(instance, peer, *tuned[name], times[name], ours) for name, (peer, _) in calls.items()
    ]


def _time(together: int, cells: list[Cell], kind: str) -> TimeToTarget:
    return TimeToTarget.from_calls(
        [second for cell in cells for second in getattr(cell, kind)],
        [hits for cell in cells for hits in cell.hits],
        [reads for cell in cells for reads in cell.reads],
        together,
    )


def _row(
    instance: Instance,
    peer: Peer,
    setting: Setting,
    tried: int,
    times: dict[str, TimeToTarget],
    ours: dict[str, TimeToTarget],
) -> Row:
    row: Row = {
        "figure": "target",
        "instance": instance.name,
        "variables": instance.size,
        "interactions": instance.bqm.num_interactions,
        "peer": peer.name,
        "target": instance.target,
        "best_known": instance.best,
        "reads": setting.reads if peer.side_by_side else 1,
        "effort": setting.effort,
        "effort_unit": peer.effort_unit,
        "beta_low": setting.beta_range[0],
        "beta_high": setting.beta_range[1],
        "settings_tried": tried,
        "hits": times["cpu"].hits,
        "reads_measured": times["cpu"].reads,
    }
    for kind, time in times.items():
        name = "cpu" if kind == "cpu" else "wall"
        for what, seen in (("time", time.spread), ("ratio", ratio(ours[kind], time))):
            key = f"{what}_{name}"
            ends = {"": seen.middle, "_low": seen.low, "_high": seen.high}
            # JSON knows no infinity: null is a target that was not reached.
            row |= {key + end: x if math.isfinite(x) else None for end, x in ends.items()}
    return row
