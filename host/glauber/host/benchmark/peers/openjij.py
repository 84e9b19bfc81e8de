"""OpenJij's annealer."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..instances import Instance
from .peer import Peer, Runner, Setting

__all__ = ["OpenJij"]


_DENSE = 0.3  # share of all pairs from which its matrix product is the faster way


class OpenJij(Peer):
    """`SASampler`, by Metropolis (its default) or by heat bath: `sample_hubo` for sparse problems.

    By Metropolis and for dense problems `sample(sparse=False)`, which is faster there. It gets no
    seed: it would start every read of a call with the same one, and all reads would be the same.
    """

    package = module = "openjij"
    order = "one after the other"

    def __init__(self, heat_bath: bool = False) -> None:
        self.name = "openjij-gibbs" if heat_bath else "openjij"
        self.rule = "heat bath" if heat_bath else "Metropolis"
        if heat_bath:  # which reaches low energies later, so that only its speed tells something
            self.figures = frozenset({"speed"})
        self._heat_bath = heat_bath

    def open(self, instance: Instance, threads: int) -> Runner:
        pairs = instance.size * (instance.size - 1) / 2
        if not self._heat_bath and instance.bqm.num_interactions > _DENSE * pairs:
            return _DenseRunner(instance)
        return _Runner(instance, threads, "HEAT_BATH" if self._heat_bath else "METROPOLIS")


class _Runner(Runner):
    def __init__(self, instance: Instance, threads: int, updater: str) -> None:
        self._sampler: Any = import_module("openjij").SASampler()
        bqm = instance.bqm
        linear = {(name,): bias for name, bias in bqm.linear.items() if bias}
        self._terms = linear | dict(bqm.quadratic)
        self._size = instance.size
        self._settings = {"updater": updater, "num_threads": threads}

    def run(self, setting: Setting, seed: int) -> Any:
        low, high = setting.beta_range
        return self._sampler.sample_hubo(
            self._terms,
            "SPIN",
            num_sweeps=setting.effort,
            num_reads=setting.reads,
            beta_min=low,
            beta_max=high,
            seed=seed % (1 << 32),
            **self._settings,
        )

    def samples(self, result: Any) -> NDArray[np.int8]:
        # A variable that no term names is not among its own; any state of it is as good.
        found = np.ones((len(result.record), self._size), np.int8)
        found[:, list(result.variables)] = result.record.sample
        return found


class _DenseRunner(Runner):
    def __init__(self, instance: Instance) -> None:
        self._sampler: Any = import_module("openjij").SASampler()
        bqm = instance.bqm
        self._model = import_module("openjij.model.model").BinaryQuadraticModel(
            dict(bqm.linear), dict(bqm.quadratic), bqm.offset, bqm.vartype, sparse=False
        )

    def run(self, setting: Setting, seed: int) -> Any:
        del seed
        low, high = setting.beta_range
        return self._sampler.sample(
            self._model,
            num_sweeps=setting.effort,
            num_reads=setting.reads,
            beta_min=low,
            beta_max=high,
            sparse=False,
        )

    def samples(self, result: Any) -> NDArray[np.int8]:
        order = [list(result.variables).index(number) for number in range(len(result.variables))]
        return result.record.sample[:, order]
