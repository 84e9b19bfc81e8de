"""One call of a pool: threads that do reads until there are none left."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import dimod

from ..errors import DeviceError, ProblemTooLargeError
from ..progress import Progress
from ..sampler import GlauberSampler
from .reads import Part, ReadQueue

__all__ = ["PoolCall"]


@dataclass(frozen=True)
class _Done:
    """Reads that a device has done."""

    part: Part
    sampleset: dimod.SampleSet


class PoolCall:
    """One call of `GlauberPool.sample`, with a thread for each device."""

    def __init__(
        self,
        samplers: Sequence[GlauberSampler],
        failures: dict[int, DeviceError],
        bqm: dimod.BinaryQuadraticModel,
        reads: ReadQueue,
        interrupt: Callable[[], bool] | None,
        progress: Progress,
    ) -> None:
        self._samplers = samplers
        self._failed = failures
        self._bqm = bqm
        self._reads = reads
        self._interrupt = interrupt
        self._progress = progress
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._updates: dict[Part, int] = {}
        self._done: list[_Done] = []
        self._begin, self._limit = 0.0, math.inf
        self._time_is_over = False
        self._failures: list[dict[str, Any]] = []

    def run(self, keywords: dict[str, Any], begin: float, limit: float | None) -> dimod.SampleSet:
        """The samples. `begin` is when the call began, and `limit` its seconds."""
        self._begin, self._limit = begin, math.inf if limit is None else limit
        # In rounds: a device may fail when the others have found nothing more to do.
        while self._reads.left and not self._over():
            self._round(self._working(), keywords)
        if not self._done:  # time is over, and who had begun has failed
            raise next(reversed(self._failed.values()))
        return self._result(time.perf_counter() - begin)

    def _working(self) -> list[int]:
        """The numbers of the devices that have not failed. Raises `DeviceError` if all have."""
        left = [index for index in range(len(self._samplers)) if index not in self._failed]
        if left:
            return left
        errors = list(self._failed.values())
        if len(errors) == 1:
            raise errors[0]
        texts = "; ".join(map(str, errors))
        raise DeviceError(f"all {len(errors)} devices of the pool have failed: {texts}")

    def _over(self) -> bool:
        """Whether no more reads shall be begun."""
        return self._stop.is_set() or self._time_is_over

    def _seconds_left(self) -> float:
        return self._limit - (time.perf_counter() - self._begin)

    def _round(self, devices: list[int], keywords: dict[str, Any]) -> None:
        with ThreadPoolExecutor(len(devices)) as executor:
            futures = [executor.submit(self._work, index, keywords) for index in devices]
            try:
                wait(futures)
            except BaseException:
                self._stop.set()
                raise
        for future in futures:
            future.result()

    def _work(self, index: int, keywords: dict[str, Any]) -> None:
        """Do reads on one device until there are none left, or it fails."""
        sampler = self._samplers[index]
        replicas = sampler.device.params.replicas
        while part := self._reads.take(index, replicas):
            start = time.perf_counter()
            try:
                sampleset = self._sample(sampler, part, keywords)
            except DeviceError as error:
                self._fail(index, part, error)
                return
            except BaseException:
                self._stop.set()
                raise
            self._reads.note_speed(index, part, time.perf_counter() - start)
            self._done.append(_Done(part, sampleset))
            self._time_is_over |= sampleset.info.get("stopped", False) or self._seconds_left() <= 0
            if self._over():
                return

    def _sample(
        self, sampler: GlauberSampler, part: Part, keywords: dict[str, Any]
    ) -> dimod.SampleSet:
        def progress(done: int, total: int) -> None:
            self._tell(part, done, total)

        if self._limit < math.inf:
            keywords = keywords | {"time_limit": max(self._seconds_left(), 1e-9)}
        try:
            return sampler.sample(
                self._bqm,
                **keywords,
                num_reads=part.count,
                first_read=part.first,
                interrupt_function=self._asked_to_stop,
                progress=progress,
            )
        except ProblemTooLargeError as error:
            raise ProblemTooLargeError(f"{sampler.device.name}: {error}") from error

    def _fail(self, index: int, part: Part, error: DeviceError) -> None:
        with self._lock:
            self._failed[index] = error
            self._updates.pop(part, None)
            name = self._samplers[index].device.name
            self._failures.append(
                {
                    "device": name,
                    "first_read": part.first,
                    "num_reads": part.count,
                    "error": str(error),
                }
            )
        self._reads.give_back(part)

    def _asked_to_stop(self) -> bool:
        with self._lock:
            if self._interrupt is not None and not self._stop.is_set() and self._interrupt():
                self._stop.set()
        return self._stop.is_set()

    def _tell(self, part: Part, done: int, total: int) -> None:
        with self._lock:
            self._updates[part] = done
            self._progress(sum(self._updates.values()), total // part.count * self._reads.count)

    def _result(self, seconds: float) -> dimod.SampleSet:
        done = sorted(self._done, key=lambda one: one.part.first)
        merged = dimod.concatenate([one.sampleset for one in done])
        info = _merged_info([one.sampleset.info for one in done])
        if self._reads.left:
            info["stopped"] = True
        info["parts"] = [_part_info(one.sampleset.info, one.part, info) for one in done]
        info |= {
            "device": " + ".join(sampler.device.name for sampler in self._samplers),
            "num_reads": sum(part["num_reads"] for part in info["parts"]),
            "seconds": seconds,
            "updates_per_ns": info.get("spin_updates", 0) / seconds * 1e-9,
            "failures": self._failures,
        }
        merged.info.update(info)
        return merged


_SUMS = ("spin_updates", "cycles", "reseeds_missed")
_OF_PARTS = ("device", "num_reads", "seconds", "updates_per_ns", "stopped", "reseed_words")


def _merged_info(infos: list[dict[str, Any]]) -> dict[str, Any]:
    """What the parts agree on, and the sum of their counters."""
    first = infos[0]
    merged = {
        key: value
        for key, value in first.items()
        if key not in _OF_PARTS and all(info[key] == value for info in infos)
    }
    merged |= {key: sum(info[key] for info in infos) for key in _SUMS if key in first}
    if "stopped" in first:
        merged["stopped"] = any(info["stopped"] for info in infos)
    if "link" in first:
        links = [info["link"] for info in infos]
        merged["link"] = {name: sum(link[name] for link in links) for name in links[0]}
    return merged


def _part_info(info: dict[str, Any], part: Part, merged: dict[str, Any]) -> dict[str, Any]:
    """What is told of one part: who did it, and what is not true of all parts."""
    own = {"device": info["device"], "first_read": part.first, "num_reads": info["num_reads"]}
    rest = {key: value for key, value in info.items() if key not in own and key not in merged}
    return own | rest
