"""Glauber itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import OptionError
from ...sampler import GlauberSampler
from ..instances import Instance
from .peer import Peer, Runner, Setting

__all__ = ["Glauber"]


class Glauber(Peer):
    """A device, by heat bath (its default) or by Metropolis.

    If it is the model, one of as many replicas as a call has reads.
    """

    package = "glauber"
    module = "glauber.host"
    order = "colour by colour"
    reads = 64
    side_by_side = True
    in_batches = True

    def __init__(self, device: str, metropolis: bool = False) -> None:
        self.name = "glauber-metropolis" if metropolis else "glauber"
        self.rule = "Metropolis" if metropolis else "heat bath"
        self._criterion = "Metropolis" if metropolis else "Gibbs"
        self._device = device
        self._is_model = device.startswith("model:")
        if self._is_model and any(option in device for option in ("replicas=", "threads=")):
            raise OptionError(
                f"--device is {device}, but the benchmark chooses the model's replicas and "
                "threads; leave them out, and use --threads"
            )
        self.remote = device.startswith(("serial:", "socket:"))
        if self._is_model:
            self.reads_tried = (64, 256)

    def open(self, instance: Instance, threads: int) -> Runner:
        return _Runner(self._device, self._is_model, instance, threads, self._criterion)


class _Runner(Runner):
    def __init__(
        self, device: str, is_model: bool, instance: Instance, threads: int, criterion: str
    ) -> None:
        self._criterion = criterion
        self._device = device
        self._is_model = is_model
        self._threads = threads
        self._instance = instance
        self._samplers: dict[str, GlauberSampler] = {}

    def run(self, setting: Setting, seed: int) -> Any:
        return self._sampler(setting.reads).sample(
            self._instance.bqm,
            num_reads=setting.reads * setting.batches,
            num_sweeps=setting.effort,
            beta_range=setting.beta_range,
            seed=seed,
            proposal_acceptance_criteria=self._criterion,
        )

    def samples(self, result: Any) -> NDArray[np.int8]:
        return result.record.sample

    def _sampler(self, reads: int) -> GlauberSampler:
        url = self._device
        if self._is_model:
            # Replicas are a power of two.
            replicas = min(1 << (reads - 1).bit_length(), 256)
            mark = "&" if "?" in url else "?"
            url = f"{url}{mark}replicas={replicas}&threads={self._threads}"
        if url not in self._samplers:
            self._samplers[url] = GlauberSampler(url)
        return self._samplers[url]
