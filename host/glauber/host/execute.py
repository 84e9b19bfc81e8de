"""Runs a job on a device, and says what that took."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chains import ChainRunner
from .device import Device
from .job import Job
from .progress import Progress

__all__ = ["execute"]


def execute(
    job: Job,
    device: Device,
    progress: Progress,
    begin: int,
    make_runner: Callable[..., ChainRunner] = ChainRunner,
) -> tuple[NDArray[np.int8], dict[str, Any]]:
    """Samples of shape (reads, samples_per_read, variables), and what `info` says of the run.

    begin : when the call began that the time limit is for, in ns of `time.perf_counter_ns`
    make_runner : with the arguments of `ChainRunner`
    """
    link, request = device.link, job.request
    before = link.bytes_in, link.bytes_out, link.retries
    planned = job.updates_per_read * job.plan.num_reads
    # Reads beyond the last whole batch take as long as a batch.
    sweeps = job.plan.sweeps_per_read * -(-job.plan.num_reads // device.params.replicas)
    limit = request.seconds

    def enough() -> bool:
        return limit is not None and time.perf_counter_ns() - begin > limit * 1e9

    runner = make_runner(
        device,
        job.program,
        request.interrupt_function,
        lambda done: progress(planned * done // sweeps, planned),
        enough,
    )
    start = time.perf_counter()
    runner.load()
    samples = runner.run(job.plan)
    seconds = time.perf_counter() - start
    updates = job.updates_per_read * len(samples)
    return samples, {
        "spin_updates": updates,
        "seconds": seconds,
        "updates_per_ns": updates / seconds * 1e-9,
        "stopped": runner.stopped,
        **_reseed_info(job, runner),
        "cycles": runner.cycles,
        "link": {
            "bytes_in": link.bytes_in - before[0],
            "bytes_out": link.bytes_out - before[1],
            "retries": link.retries - before[2],
        },
    }


def _reseed_info(job: Job, runner: ChainRunner) -> dict[str, Any]:
    """What `info` says of reseeds, if there were any."""
    if not job.plan.reseed_interval:
        return {}
    return {
        "reseed_interval": job.plan.reseed_interval,
        "reseed_words": runner.reseed_words,
        "reseeds_missed": runner.reseeds_missed,
    }
