"""Place and route: seed after seed, until one meets the timing."""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from .errors import BuildError, ToolFailedError, ToolSlowError
from .flows.flow import TOP, Flow
from .process import Runner
from .timing import Timing, read_timing, timing_error
from .tools import Tool
from .utilization import check_size

__all__ = ["Placed", "Router", "default_jobs"]


def default_jobs() -> int:
    """How many runs side by side: half of the processors, as each also wants a GB of memory."""
    return max(1, (os.cpu_count() or 1) // 2)


@dataclass(frozen=True)
class Placed:
    """What came out of place and route.

    seed : int
    timing : Timing
    report : dict
        What nextpnr wrote of utilization and timing.
    routed, netlist : str
        Names of files in the workspace: for the packer, and the netlist with its places.
    """

    seed: int
    timing: Timing
    report: dict[str, Any]
    routed: str
    netlist: str


@dataclass(frozen=True)
class Router:
    """Places and routes a netlist.

    runner : Runner
    tool : Tool
        nextpnr.
    flow : Flow
    work : Path
        The workspace; it holds the netlist as `top.json`.
    arguments : Sequence[str]
        Device and constraints.
    clock_hz : Fraction
        What the clock of the machine shall have.
    clock_names : Collection[str]
        Names by which nextpnr may call it.
    limit : float
        Seconds that a seed may take.
    """

    runner: Runner
    tool: Tool
    flow: Flow
    work: Path
    arguments: Sequence[str]
    clock_hz: Fraction
    clock_names: Collection[str]
    limit: float

    def run(self, seeds: int, jobs: int) -> Placed:
        """The result of the lowest of the seeds 1 to `seeds` that meets the timing.

        The first is tried alone, as it mostly will do, then `jobs` at a time. Which one is used
        does not depend on `jobs`.

        Raises
        ------
        TimingError
            None of them does.
        DesignTooLargeError
            The device has not enough of something.
        ToolSlowError
            None of them ends in time.
        ToolFailedError
            nextpnr fails for another reason.
        BuildError
            Its report does not say what is to be known.
        """
        best: Placed | None = None
        for batch in _batches(seeds, jobs):
            for placed in self._side_by_side(batch):
                if placed is None:
                    continue
                if placed.timing.met:
                    return placed
                if best is None or placed.timing.achieved_hz > best.timing.achieved_hz:
                    best = placed
        if best is None:
            raise ToolSlowError(
                f"{self.tool.name} did not end within {self.limit / 60:g} minutes with "
                f"{'seed 1' if seeds == 1 else f'any of {seeds} seeds'}; its output is in "
                f"{self.work}. Where it goes on placing for ever the device is too full: make the "
                "machine smaller, such as --set lanes=..., or allow more time by --limit"
            )
        raise timing_error(best.report, best.timing, seeds)

    def _side_by_side(self, seeds: Sequence[int]) -> list[Placed | None]:
        if len(seeds) == 1:
            return [self._try(seeds[0])]
        with ThreadPoolExecutor(len(seeds)) as pool:
            try:
                return list(pool.map(self._try, seeds))
            except BaseException:
                self.runner.stop()  # else leaving the pool would wait for the others
                raise

    def _try(self, seed: int) -> Placed | None:
        """None for a seed that takes too long."""
        try:
            return self._place(seed)
        except ToolSlowError:
            return None

    def _place(self, seed: int) -> Placed:
        name = f"seed{seed}"
        routed, netlist, report = f"{name}{self.flow.routed}", f"{name}.json", f"{name}-report.json"
        arguments = [
            *self.flow.routing_files(routed, netlist),
            *self.arguments,
            *("--json", f"{TOP}.json", "--report", report, "--seed", str(seed)),
            # In MHz, and rounded up, so that a clock which is just fast enough is.
            *("--freq", f"{float(self.clock_hz) / 1e6:.6f}"),
            "--timing-allow-fail",  # the report is to be written, and is judged here
        ]
        log = f"{name}-nextpnr.log"
        code, output = self.runner.attempt(self.tool, arguments, self.work, log, self.limit)
        if code:
            check_size(output, self.flow)
            raise ToolFailedError.of_output(self.tool.name, code, output, self.work / log)
        try:
            found = json.loads((self.work / report).read_text(encoding="utf-8"))
            timing = read_timing(found, self.clock_names, float(self.clock_hz))
        except (OSError, ValueError, KeyError) as error:
            raise BuildError(
                f"nextpnr did not write a report that can be read ({error}); "
                "use the tool versions of constraints.txt"
            ) from error
        return Placed(seed, timing, found, routed, netlist)


def _batches(seeds: int, jobs: int) -> Iterator[list[int]]:
    yield [1]
    rest = list(range(2, seeds + 1))
    for start in range(0, len(rest), jobs):
        yield rest[start : start + jobs]
