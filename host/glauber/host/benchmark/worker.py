"""A peer with one instance in a process of its own."""

import contextlib
import multiprocessing
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import DeviceError
from .instances import Instance
from .peers import Peer, Runner, Setting

__all__ = ["Call", "Outcome", "PeerFailureError", "Worker", "timed"]

Clock = Callable[[], float]
_WARM_EFFORT = 2


class PeerFailureError(DeviceError):
    """A sampler of the benchmark did not do what it was asked."""


@dataclass(frozen=True)
class Outcome:
    """One call: the setting, seconds on the wall and of all processors, and what came of it.

    energies : of the reads, shape (reads,), computed here and not by the peer; None without samples
    memory : the most bytes that the process has held so far
    """

    setting: Setting
    wall: float
    cpu: float
    energies: NDArray[np.float64] | None
    memory: int


# How a figure calls a peer: with a setting and a seed.
Call = Callable[[Setting, int], Outcome]


def timed(
    runner: Runner,
    instance: Instance,
    setting: Setting,
    seed: int,
    clock: Clock = time.perf_counter,
    cpu_clock: Clock = time.process_time,
) -> Outcome:
    """One call with its times, which end before the energies are computed."""
    wall, cpu = clock(), cpu_clock()
    result = runner.run(setting, seed)
    wall, cpu = clock() - wall, cpu_clock() - cpu
    samples = runner.samples(result)
    energies = None if samples is None else instance.energies(samples)
    return Outcome(setting, wall, cpu, energies, _peak_memory())


class Worker:
    """Starts the process, and calls the peer in it. A context manager that ends it.

    The process may use `threads` processors, whatever the peer would like. Calls with a number of
    reads that it has not had before are preceded by a short one, which compiles what must be.

    Raises `PeerFailureError` if the peer raises, ends, or takes longer than `timeout` seconds.
    """

    def __init__(self, peer: Peer, instance: Instance, threads: int, timeout: float) -> None:
        self.peer = peer
        self.instance = instance
        self._timeout = timeout
        # Started afresh, so that its memory is its own.
        context = multiprocessing.get_context("spawn")
        self._end, other = context.Pipe()
        arguments = (other, peer, instance, threads)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        other.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._end.close()
        self._process.join(1)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def wait(self) -> float:
        """The seconds that the peer took to take the instance."""
        return self._answer("to start")

    def call(self, setting: Setting, seed: int) -> Outcome:
        """One call."""
        with contextlib.suppress(OSError):  # it has ended, which the answer says
            self._end.send((setting, seed))
        return self._answer("for one call")

    def _answer(self, what: str) -> Any:
        where = f"{self.peer.name} on {self.instance.name}"
        try:
            if not self._end.poll(self._timeout):
                self._process.kill()
                raise PeerFailureError(
                    f"{where} took more than {self._timeout:g} s {what}; leave the peer or the "
                    "instance out, or ask for less"
                )
            answer = self._end.recv()
        except (EOFError, ConnectionError):
            self._process.join(1)
            raise PeerFailureError(
                f"{where} ended with exit code {self._process.exitcode}; leave the peer or the "
                "instance out, or give it more memory"
            ) from None
        if isinstance(answer, str):
            raise PeerFailureError(f"{where} failed: {answer}; leave the peer or the instance out")
        return answer


def _serve(end: Connection, peer: Peer, instance: Instance, threads: int) -> None:
    """In the process: answers with an outcome, or with the text of an error, until told no more."""
    try:
        _limit(threads)
        begin = time.perf_counter()
        runner = peer.open(instance, threads)
        end.send(time.perf_counter() - begin)
        warm: set[int] = set()
        while True:
            setting, seed = end.recv()
            if setting.reads not in warm:
                runner.run(Setting(setting.reads, _WARM_EFFORT, setting.beta_range), seed)
                warm.add(setting.reads)
            end.send(timed(runner, instance, setting, seed))
    except (EOFError, KeyboardInterrupt):
        pass  # nobody asks any more
    except Exception as error:
        end.send(f"{type(error).__name__}: {error}".splitlines()[0])


def _limit(threads: int) -> None:
    """Let this process use `threads` processors, as far as the system can say so."""
    # Some look here as well, for how many threads to start.
    for name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "NPROC"):
        os.environ[name] = str(threads)
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, processors[-threads:])


def _peak_memory() -> int:
    """Bytes. From Linux's table if there is one: what POSIX says counts the parent's as well."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s*(\d+) kB", status.read_text())):
        return int(found[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
