"""Dask workers for devices: one for each board, in threads of this process."""

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from distributed import Scheduler, SpecCluster, Worker

from ..errors import OptionError
from ..options import whole_number

__all__ = ["RESOURCE", "is_simulation", "local_cluster", "worker_urls"]

# What a worker has one of, and a cell takes one of: so no two cells use a device at once.
RESOURCE = "glauber"


def is_simulation(url: str) -> bool:
    """Whether a device exists as often as it is opened."""
    return url.startswith(("model:", "rtl:"))


def worker_urls(devices: Sequence[str], workers: int | None) -> dict[Any, str]:
    """The device of each worker. Raises `OptionError` for a board that stands twice."""
    for url in devices:
        if devices.count(url) > 1 and not is_simulation(url):
            raise OptionError(f"the device {url} stands twice in a study; give each board once")
    if len(devices) == 1 and is_simulation(devices[0]):
        count = os.cpu_count() or 1 if workers is None else whole_number("workers", workers)
        devices = [devices[0]] * count
    return dict(enumerate(devices))


@contextlib.contextmanager
def local_cluster(names: Mapping[Any, str]) -> Iterator[Any]:
    """Workers of these names, each one thread.

    Threads, because the model computes outside of Python's lock and a board waits for its link:
    nothing is copied, no process is started, and a script needs no guard.
    """
    # Either has a web server, which nobody but this computer shall see.
    web = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    one = {"nthreads": 1, "resources": {RESOURCE: 1}, "memory_limit": None}
    scheduler = {"cls": Scheduler, "options": {"protocol": "inproc://", **web}}
    quiet: Any = logging.ERROR  # as a level, which Dask's own clusters use too
    workers = {name: {"cls": Worker, "options": one | web} for name in names}
    with SpecCluster(workers=workers, scheduler=scheduler, silence_logs=quiet) as cluster:
        yield cluster
