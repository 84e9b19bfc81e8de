"""The samplers of dwave-samplers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..instances import Instance
from .peer import Peer, Runner, Setting

__all__ = ["DwaveAnnealer", "DwaveDescent", "DwaveTabu"]

_SEED_BITS = 31


class _Runner(Runner):
    def __init__(self, sampler: Any, instance: Instance) -> None:
        self._sampler = sampler
        self._bqm = instance.bqm

    def run(self, setting: Setting, seed: int) -> Any:
        return self._sampler.sample(
            self._bqm,
            num_reads=setting.reads,
            seed=seed % (1 << _SEED_BITS),
            **self.keywords(setting),
        )

    def keywords(self, setting: Setting) -> dict[str, Any]:
        """What else the sampler is told."""
        del setting
        return {}

    def samples(self, result: Any) -> NDArray[np.int8]:
        order = [result.variables.index(number) for number in range(len(result.variables))]
        return result.record.sample[:, order]


class _AnnealRunner(_Runner):
    criterion = "Metropolis"

    def keywords(self, setting: Setting) -> dict[str, Any]:
        return {
            "num_sweeps": setting.effort,
            "beta_range": setting.beta_range,
            "beta_schedule_type": "geometric",
            "proposal_acceptance_criteria": self.criterion,
        }


class _TabuRunner(_Runner):
    def keywords(self, setting: Setting) -> dict[str, Any]:
        return {"timeout": setting.effort}


class _Dwave(Peer):
    package = "dwave-samplers"
    module = "dwave.samplers"


class DwaveAnnealer(_Dwave):
    """`SimulatedAnnealingSampler`, by Metropolis (its default) or by heat bath."""

    order = "one after the other"

    def __init__(self, heat_bath: bool = False) -> None:
        self.name = "dwave-sa-gibbs" if heat_bath else "dwave-sa"
        self.rule = "heat bath" if heat_bath else "Metropolis"
        if heat_bath:  # which reaches low energies later, so that only its speed tells something
            self.figures = frozenset({"speed"})
        self._criterion = "Gibbs" if heat_bath else "Metropolis"

    def open(self, instance: Instance, threads: int) -> Runner:
        from dwave.samplers import SimulatedAnnealingSampler

        del threads  # it has one
        runner = _AnnealRunner(SimulatedAnnealingSampler(), instance)
        runner.criterion = self._criterion
        return runner


class DwaveTabu(_Dwave):
    """`TabuSampler`, whose effort is the time that it is given."""

    name = "dwave-tabu"
    rule = "tabu search"
    order = "the best move first"
    figures = frozenset({"time", "target"})
    reads = 1
    efforts = (3, 10, 30, 100, 300, 1000)
    effort_unit = "ms"

    def open(self, instance: Instance, threads: int) -> Runner:
        from dwave.samplers import TabuSampler

        del threads
        return _TabuRunner(TabuSampler(), instance)


class DwaveDescent(_Dwave):
    """`SteepestDescentSampler`, which ends in the nearest minimum."""

    name = "dwave-descent"
    rule = "steepest descent"
    order = "the best move first"
    figures = frozenset({"target"})
    reads = 100
    efforts = (1,)
    effort_unit = "descents"

    def open(self, instance: Instance, threads: int) -> Runner:
        from dwave.samplers import SteepestDescentSampler

        del threads
        return _Runner(SteepestDescentSampler(), instance)
