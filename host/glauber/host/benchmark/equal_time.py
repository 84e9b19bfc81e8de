"""The lowest energy after equal time."""

from collections.abc import Mapping
from typing import Any

from .instances import Instance
from .peers import Peer, Setting
from .statistics import spread
from .worker import Call

__all__ = ["measure_equal_time"]

Row = dict[str, Any]
_PROBE = 30  # sweeps
_CALLS = 4
_GROWTH = 20
_NEAR = 0.8  # of the time: then a longer call would tell no more


def measure_equal_time(
    instance: Instance,
    calls: Mapping[str, tuple[Peer, Call]],
    *,
    seconds: float,
    rounds: int,
    first_seed: int,
) -> list[Row]:
    """A row for each peer: the lowest energy of a call of `seconds`, and how it spreads.

    Each uses the time for as few reads as it can do at once, one unless they run side by side, and
    for as many sweeps as fit. What did fit is found before; the row says how long the calls took.
    """
    settings = {
        name: _fit(peer, call, instance, seconds, first_seed)
        for name, (peer, call) in calls.items()
    }
    walls: dict[str, list[float]] = {name: [] for name in calls}
    cpus: dict[str, list[float]] = {name: [] for name in calls}
    lowest: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds):
        for name, (_, call) in calls.items():
            outcome = call(settings[name], first_seed + 1 + number)
            assert outcome.energies is not None  # a peer of this figure gives samples
            walls[name].append(outcome.wall)
            cpus[name].append(outcome.cpu)
            lowest[name].append(float(outcome.energies.min()))
    return [
        _row(instance, peer, settings[name], (walls[name], cpus[name]), lowest[name])
        for name, (peer, _) in calls.items()
    ]


def _fit(peer: Peer, call: Call, instance: Instance, seconds: float, seed: int) -> Setting:
    """A setting of about `seconds`, from calls that get longer until they nearly take that."""
    reads = peer.reads if peer.side_by_side else 1
    if not peer.sweeps:  # then it is told the time
        return Setting(reads, max(1, round(seconds * 1000)), instance.beta_range)
    effort, before, wanted = _PROBE, (0, 0.0), 0.0
    for _ in range(_CALLS):
        wall = call(Setting(reads, effort, instance.beta_range), seed).wall
        # What a call takes besides its sweeps shows in the difference of two.
        pace = (wall - before[1]) / (effort - before[0]) if effort > before[0] else 0.0
        if pace <= 0:  # something else ran meanwhile
            pace = wall / effort
        before = (effort, wall)
        wanted = effort + (seconds - wall) / pace
        if wall >= _NEAR * seconds:
            break
        effort = max(1, round(min(wanted, _GROWTH * effort)))
    return Setting(reads, max(1, round(wanted)), instance.beta_range)


def _row(
    instance: Instance,
    peer: Peer,
    setting: Setting,
    times: tuple[list[float], list[float]],
    lowest: list[float],
) -> Row:
    seen, took, cpu = spread(lowest), spread(times[0]), spread(times[1])
    return {
        "figure": "time",
        "instance": instance.name,
        "variables": instance.size,
        "interactions": instance.bqm.num_interactions,
        "peer": peer.name,
        "reads": setting.reads,
        "effort": setting.effort,
        "effort_unit": peer.effort_unit,
        "rounds": len(lowest),
        "seconds": took.middle,
        "seconds_low": took.low,
        "seconds_high": took.high,
        "cpu_seconds": cpu.middle,
        "lowest_energy": seen.middle,
        "lowest_energy_low": seen.low,
        "lowest_energy_high": seen.high,
        "best_known": instance.best,
    }
