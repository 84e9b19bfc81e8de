"""A small search for the setting with which a peer reaches a target soonest."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .instances import Instance
from .peers import Peer, Setting
from .statistics import time_to_target
from .worker import Call, Outcome

__all__ = ["Cell", "beta_ranges", "run_for", "tune"]

_LONGEST = 8  # times its time: settings that would take more for one call are not tried
_MOST = 10_000  # reads, or batches of them, in a call
# First and last beta, in units of one over the typical field of a spin: a hot start and a frozen
# end, tighter, and colder.
_RANGES = ((0.3, 3.0), (0.5, 5.0), (1.0, 4.0))


@dataclass(frozen=True)
class Cell:
    """What calls with one setting found."""

    setting: Setting
    seconds: list[float]
    cpu: list[float]
    hits: list[int]
    reads: list[int]
    mean_energy: float

    def score(self, peer: Peer) -> tuple[float, float]:
        """Smaller is better; where nothing was hit, the energy decides."""
        reads, together = sum(self.reads), peer.together(self.setting)
        # As in `_own`: what else runs lengthens the wall's time of some settings only.
        seconds = sum(self.seconds if peer.remote else self.cpu) / reads
        hits = sum(self.hits)
        # One hit in one read is no certainty: the mean of Jeffreys' law.
        chance = (hits + 0.5) / (reads + 1) if hits else 0.0
        return time_to_target(seconds, together, chance), self.mean_energy


def beta_ranges(instance: Instance) -> list[tuple[float, float]]:
    """The ranges that are tried: some that suit the fields, and the default."""
    scale = instance.field_scale
    return [*((low / scale, high / scale) for low, high in _RANGES), instance.beta_range]


def _own(peer: Peer, outcome: Outcome) -> float:
    """The seconds that a call took of its own, whatever else runs on the computer."""
    return outcome.wall if peer.remote or not peer.sweeps else outcome.cpu


def run_for(
    peer: Peer, call: Call, setting: Setting, target: float, seconds: float, seed: int
) -> Cell:
    """Calls with a setting for about `seconds`, at least one.

    Of a peer whose reads, or batches of them, come one after the other this is a single call of as
    many as fit, after one that finds out how many do: what a call takes besides then hardly counts.
    """
    outcomes: list[Outcome] = []
    if peer.side_by_side and not peer.in_batches:
        while not outcomes or sum(_own(peer, one) for one in outcomes) < seconds:
            outcomes.append(call(setting, seed + len(outcomes)))
    else:
        what = "batches" if peer.in_batches else "reads"
        took = _own(peer, call(replace(setting, **{what: 1}), seed))
        count = min(_MOST, max(1, round(seconds / took)))
        outcomes.append(call(replace(setting, **{what: count}), seed + 1))
    energies = [one.energies for one in outcomes if one.energies is not None]
    return Cell(
        setting,
        [one.wall for one in outcomes],
        [one.cpu for one in outcomes],
        [int((found <= target).sum()) for found in energies],
        [len(found) for found in energies],
        float(sum(found.sum() for found in energies) / sum(len(found) for found in energies)),
    )


@dataclass
class _Search:
    peer: Peer
    call: Call
    target: float
    seconds: float
    seed: int
    cells: dict[Setting, Cell] = field(default_factory=dict)
    # Seconds of one read of one sweep, as the longest call so far says.
    pace: float = 0.0

    def best(self, settings: Sequence[Setting]) -> Setting:
        """The best of these and of the best before; those that would take too long are left out."""
        for setting in settings:
            if setting not in self.cells and not self._too_long(setting):
                self._measure(setting)
        return min(self.cells.values(), key=lambda cell: cell.score(self.peer)).setting

    def _measure(self, setting: Setting) -> None:
        # Seeds are not used twice, and not those of the final measurement.
        seed = self.seed + 1000 * len(self.cells)
        cell = run_for(self.peer, self.call, setting, self.target, self.seconds, seed)
        self.cells[setting] = cell
        took = cell.seconds if self.peer.remote else cell.cpu
        self.pace = took[-1] / cell.reads[-1] / setting.effort

    def _too_long(self, setting: Setting) -> bool:
        reads = setting.reads if self.peer.side_by_side else 1
        return reads * setting.effort * self.pace > _LONGEST * self.seconds


def tune(
    peer: Peer, call: Call, instance: Instance, target: float, seconds: float, seed: int
) -> tuple[Setting, int]:
    """The best setting, and how many were tried: the same search for every peer.

    First the effort; then the beta range, the reads side by side, and the effort next to the best,
    again and again until none of them finds a better setting.
    """
    search = _Search(peer, call, target, seconds, seed)
    ranges = beta_ranges(instance)
    best = search.best([Setting(peer.reads, effort, ranges[0]) for effort in peer.efforts])
    before = None
    while best != before:
        before = best
        if peer.sweeps:
            best = search.best([replace(best, beta_range=other) for other in ranges])
        best = search.best([replace(best, reads=reads) for reads in peer.reads_tried])
        place = peer.efforts.index(best.effort)
        near = peer.efforts[max(0, place - 1) : place + 2]
        best = search.best([replace(best, effort=effort) for effort in near])
    return best, len(search.cells)
