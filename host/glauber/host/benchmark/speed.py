"""Speed, and the energy that equal sweeps reach: all annealers over the same schedule."""

from collections.abc import Mapping
from typing import Any

from .instances import Instance
from .peers import Peer, Setting
from .statistics import spread
from .worker import Call, Outcome

__all__ = ["measure_speed"]

Row = dict[str, Any]


def measure_speed(
    instance: Instance,
    calls: Mapping[str, tuple[Peer, Call]],
    *,
    sweeps: int,
    rounds: int,
    first_seed: int,
) -> list[Row]:
    """A row for each peer, from `rounds` rounds in which each is called once.

    A sweep is one attempt to update each spin. All anneal through the instance's `beta_range`,
    each with as many reads as `Peer.reads` says: rates count the updates of all of them.
    """
    outcomes: dict[str, list[Outcome]] = {name: [] for name in calls}
    for number in range(rounds):
        for name, (peer, call) in calls.items():
            setting = Setting(peer.reads, sweeps, instance.beta_range)
            outcomes[name].append(call(setting, first_seed + number))
    rates = {name: _rates(instance, found) for name, found in outcomes.items()}
    ours = next(iter(calls))
    return [_row(instance, name, outcomes[name], rates[name], rates[ours]) for name in calls]


def _rates(instance: Instance, outcomes: list[Outcome]) -> dict[str, list[float]]:
    """Spin updates per ns of every call, by the wall's time and by that of the processors."""
    updates = [one.setting.reads * one.setting.effort * instance.size for one in outcomes]
    return {
        kind: [
            count / getattr(one, kind) * 1e-9 for count, one in zip(updates, outcomes, strict=True)
        ]
        for kind in ("wall", "cpu")
    }


def _row(
    instance: Instance,
    name: str,
    outcomes: list[Outcome],
    rates: dict[str, list[float]],
    ours: dict[str, list[float]],
) -> Row:
    row: Row = {
        "figure": "speed",
        "instance": instance.name,
        "variables": instance.size,
        "interactions": instance.bqm.num_interactions,
        "peer": name,
        "reads": outcomes[0].setting.reads,
        "sweeps": outcomes[0].setting.effort,
        "rounds": len(outcomes),
    }
    for kind in ("cpu", "wall"):
        ratios = [mine / other for mine, other in zip(ours[kind], rates[kind], strict=True)]
        for what, found in (("updates_per_ns", rates[kind]), ("ratio", ratios)):
            seen = spread(found)
            key = f"{what}_{kind}"
            row |= {key: seen.middle, f"{key}_low": seen.low, f"{key}_high": seen.high}
    means = [float(one.energies.mean()) for one in outcomes if one.energies is not None]
    row["mean_energy"] = sum(means) / len(means) if means else None
    lows = [float(one.energies.min()) for one in outcomes if one.energies is not None]
    row["lowest_energy"] = min(lows) if lows else None
    row["memory_mb"] = max(one.memory for one in outcomes) / 1e6
    return row
