"""What the benchmark asks of a sampler."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import metadata, util
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..instances import Instance

__all__ = ["FIGURES", "Peer", "Runner", "Setting"]

FIGURES = ("speed", "time", "target")


@dataclass(frozen=True)
class Setting:
    """What a call is to do.

    reads : independent samples; of a peer whose reads run side by side, as many as do so
    effort : sweeps of an annealer, or what `Peer.effort_unit` says, for each read
    beta_range : first and last inverse temperature of a geometric anneal
    batches : so many times as many reads, one batch after the other in the same call
    """

    reads: int
    effort: int
    beta_range: tuple[float, float]
    batches: int = 1


class Runner(ABC):
    """A sampler that has been given its problem. Making it is not timed; `run` is."""

    @abstractmethod
    def run(self, setting: Setting, seed: int) -> Any:
        """One call, of which the whole time counts."""

    @abstractmethod
    def samples(self, result: Any) -> NDArray[np.int8] | None:
        """The samples +-1 of a call, shape (reads, variables); None if it gives none. Not timed."""


class Peer(ABC):
    """A sampler of the benchmark. Its parts are data for the table, and for a fair comparison.

    name, package : ours for it, and its distribution
    module : what is imported of it
    rule, order : how it updates a spin, and in which order
    figures : of `FIGURES`, those that it can take part in
    reads : of a call, unless something else is measured
    side_by_side : the reads of a call run at the same time, so that a call cannot end after some of
        them; otherwise each read takes its part of the time, and the first success ends the search
    in_batches : reads side by side go on with further batches in the same call, which could end
        after each of them
    reads_tried : numbers of reads side by side that are tried for the time to a target
    efforts : those that are tried for the time to a target
    effort_unit : "sweeps", or what an effort is instead
    remote : it computes elsewhere, so that the time of this computer's processors says nothing
    """

    name: str
    package: str
    module: str
    rule: str
    order: str
    install: str = "pip install 'glauber[bench]'"
    figures: frozenset[str] = frozenset(FIGURES)
    reads: int = 4
    side_by_side: bool = False
    in_batches: bool = False
    reads_tried: tuple[int, ...] = ()
    efforts: tuple[int, ...] = (30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
    effort_unit: str = "sweeps"
    remote: bool = False
    SWEEPS: ClassVar[str] = "sweeps"

    @property
    def is_there(self) -> bool:
        """Whether its package is installed."""
        try:
            return util.find_spec(self.module) is not None
        except ModuleNotFoundError:  # of a package that this module would be in
            return False

    @property
    def version(self) -> str:
        """Of the installed package."""
        return metadata.version(self.package)

    @property
    def sweeps(self) -> bool:
        """Whether an effort is a number of sweeps, so that spin updates can be counted."""
        return self.effort_unit == self.SWEEPS

    def together(self, setting: Setting) -> int:
        """How many reads end together."""
        return setting.reads if self.side_by_side else 1

    def refuses(self, instance: Instance) -> str | None:
        """Why it cannot take the instance, or None."""
        del instance
        return None

    @abstractmethod
    def open(self, instance: Instance, threads: int) -> Runner:
        """The sampler with the instance in its own form, to use at most `threads` threads."""
