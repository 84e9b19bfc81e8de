"""peapods, which samples periodic lattices at fixed temperatures."""

from importlib import import_module
from typing import Any

import numpy as np

from ..instances import Instance
from .peer import Peer, Runner, Setting

__all__ = ["Peapods"]


class Peapods(Peer):
    """`Ising.sample` at as many temperatures side by side as a call has reads.

    It does not anneal and gives no states, so only its speed is compared: the temperatures are
    spread over the range that others anneal through. It measures the energy after every sweep.
    """

    name = package = module = "peapods"
    install = "pip install 'glauber[peers]'"
    rule = "heat bath"
    order = "one after the other"
    figures = frozenset({"speed"})
    reads = 16

    def refuses(self, instance: Instance) -> str | None:
        return None if instance.forward is not None else "it takes periodic lattices only"

    def open(self, instance: Instance, threads: int) -> Runner:
        return _Runner(instance, threads)


class _Runner(Runner):
    def __init__(self, instance: Instance, threads: int) -> None:
        assert instance.forward is not None  # others were refused
        self._ising: Any = import_module("peapods").Ising
        self._couplings = -instance.forward
        self._sequential = threads == 1
        self._models: dict[tuple[Any, ...], Any] = {}

    def run(self, setting: Setting, seed: int) -> None:
        del seed  # it takes none
        key = (setting.reads, *setting.beta_range)
        if key not in self._models:
            low, high = setting.beta_range
            self._models[key] = self._ising(
                self._couplings.shape[:-1],
                couplings=self._couplings,
                temperatures=1 / np.geomspace(low, high, setting.reads),
            )
        self._models[key].sample(setting.effort, sweep_mode="gibbs", sequential=self._sequential)

    def samples(self, result: Any) -> None:
        del result  # it has none
