"""`benchmark`: all figures of all instances and peers."""

import contextlib
import datetime
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EnvironmentMissingError, OptionError
from ..progress import Progress, no_progress
from .equal_time import measure_equal_time
from .instances import Instance
from .peers import Peer
from .peers.peer import FIGURES
from .speed import measure_speed
from .target import measure_target
from .worker import Call, PeerFailureError, Worker

__all__ = ["Plan", "benchmark", "choose_peers", "describe_peers"]

Row = dict[str, Any]
Calls = dict[str, tuple[Peer, Call]]


@dataclass(frozen=True)
class Plan:
    """What is measured, and how much.

    sweeps : of each read where speed is measured
    seconds : of a call where energies after equal time are; of each setting that is tried
    timeout : seconds after which a peer is given up
    """

    figures: Sequence[str] = FIGURES
    rounds: int = 5
    sweeps: int = 1000
    seconds: float = 1.0
    threads: int = 1
    seed: int = 1
    timeout: float = 300.0


def choose_peers(peers: Mapping[str, Peer], names: Sequence[str] | None) -> list[Peer]:
    """The peers that are installed, or those of `names`; Glauber, if among them, first.

    Raises `OptionError` for a name that there is not, `EnvironmentMissingError` for a peer that was
    asked for and is not installed.
    """
    for name in names or ():
        if name not in peers:
            raise OptionError(f"there is no peer {name!r}; choose among {', '.join(peers)}")
        if not peers[name].is_there:
            raise EnvironmentMissingError(
                f"the peer {name} is not installed; run `{peers[name].install}`, or leave it out"
            )
    chosen = [peer for name, peer in peers.items() if names is None or name in names]
    return [peer for peer in chosen if peer.is_there]


def describe_peers(peers: Mapping[str, Peer]) -> list[Row]:
    """What each is and how it updates; the version of those that are installed."""
    return [
        {
            "peer": peer.name,
            "package": peer.package,
            "version": peer.version if peer.is_there else None,
            "rule": peer.rule,
            "order": peer.order,
            "reads": peer.reads,
            "side_by_side": peer.side_by_side,
            "install": None if peer.is_there else peer.install,
        }
        for peer in peers.values()
    ]


def benchmark(
    instances: Sequence[Instance],
    peers: Sequence[Peer],
    plan: Plan,
    progress: Progress = no_progress,
    on_rows: Callable[[list[Row]], None] | None = None,
) -> dict[str, Any]:
    """Measures, and returns a report that JSON can hold.

    progress : told (figures of instances done, in all)
    on_rows : given all rows so far whenever there are new ones, so that they can be kept

    `rows` has a row for each figure, instance and peer, `left_out` what was not measured and why,
    `failed` what went wrong: the peer is then left out of the rest of its instance.
    """
    report: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "load_before": os.getloadavg()[0],
        "rounds": plan.rounds,
        "threads": plan.threads,
        "seed": plan.seed,
        "rows": [],
        "left_out": [],
        "failed": [],
    }
    total = len(instances) * len(plan.figures)
    for number, instance in enumerate(instances):
        with _workers(instance, peers, plan, report) as calls:
            for place, figure in enumerate(plan.figures):
                report["rows"] += _measure(figure, instance, calls, plan, report)
                if on_rows is not None:
                    on_rows(report["rows"])
                progress(number * len(plan.figures) + place + 1, total)
    report["load_after"] = os.getloadavg()[0]
    return report


@contextlib.contextmanager
def _workers(
    instance: Instance, peers: Sequence[Peer], plan: Plan, report: dict[str, Any]
) -> Iterator[Calls]:
    """A worker for each peer that takes the instance; all are kept until the instance is done."""
    with contextlib.ExitStack() as stack:
        calls: Calls = {}
        for peer in peers:
            if reason := peer.refuses(instance):
                note = {"instance": instance.name, "peer": peer.name, "reason": reason}
                report["left_out"].append(note)
                continue
            worker = stack.enter_context(Worker(peer, instance, plan.threads, plan.timeout))
            try:
                worker.wait()
            except PeerFailureError as error:
                report["failed"].append(str(error))
                continue
            calls[peer.name] = (peer, worker.call)
        yield calls


def _measure(
    figure: str, instance: Instance, calls: Calls, plan: Plan, report: dict[str, Any]
) -> list[Row]:
    """The rows of a figure. A peer that fails is taken out, and the others are measured again."""
    settings = {"rounds": plan.rounds, "first_seed": plan.seed}
    if figure == "target" and instance.target is None:
        return []
    while chosen := {name: found for name, found in calls.items() if figure in found[0].figures}:
        guarded = {name: (peer, _Guard(name, call)) for name, (peer, call) in chosen.items()}
        try:
            if figure == "speed":
                return measure_speed(instance, guarded, sweeps=plan.sweeps, **settings)
            if figure == "time":
                return measure_equal_time(instance, guarded, seconds=plan.seconds, **settings)
            return measure_target(instance, guarded, seconds=plan.seconds, **settings)
        except _FailedError as failed:
            report["failed"].append(str(failed.__cause__))
            del calls[failed.peer]
    return []


class _FailedError(Exception):
    """Which peer failed."""

    def __init__(self, peer: str) -> None:
        super().__init__(peer)
        self.peer = peer


class _Guard:
    """A call that says whose it was if it fails."""

    def __init__(self, peer: str, call: Call) -> None:
        self._peer = peer
        self._call = call

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self._call(*arguments)
        except PeerFailureError as error:
            raise _FailedError(self._peer) from error


def describe_machine() -> str:
    """The processor and how many of them there are, as far as the system says."""
    name = platform.processor() or platform.machine()
    path = Path("/proc/cpuinfo")
    if path.exists():
        lines = [line for line in path.read_text().splitlines() if line.startswith("model name")]
        name = lines[0].partition(":")[2].strip() if lines else name
    return f"{name}, {os.cpu_count()} processors, Python {platform.python_version()}"
