"""From a board and the name of an image to the file that is loaded onto the board."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glauber.hdl.facts.header import HeaderWords

from .boards.board import Board
from .cache import ImageCache
from .clocks.baud import uart_divisor
from .clocks.family import plan_clock
from .errors import BuildError
from .flows.flow import TOP, Flow
from .flows.registry import FLOWS
from .identity import build_id, image_key
from .images.registry import SELFTEST, Script, check_image, check_pins, make_image
from .netlist.collisions import without_collision_logic
from .process import Runner
from .report import ImageReport
from .route import Placed, Router, default_jobs
from .timing import clock_names
from .tools import Tool, find_tool
from .untyped import BuildPlan, Platform
from .utilization import read_usage
from .watch import SilentWatch, Watch

if TYPE_CHECKING:
    from .clocks.plan import ClockPlan

__all__ = ["BuildOptions", "Built", "build_image"]

_REPORT = "image.json"


@dataclass(frozen=True)
class BuildOptions:
    """How to build.

    seeds : int
        Seeds of place and route to try at most, until one meets the timing.
    jobs : int
        How many of them at once.
    force : bool
        Whether to build even what is in the cache.
    limit : float
        Seconds after which a seed that is not placed and routed is given up: a device that is
        almost full can keep nextpnr searching without an end.
    """

    seeds: int = 4
    jobs: int = field(default_factory=default_jobs)
    force: bool = False
    limit: float = 3600


@dataclass(frozen=True)
class Built:
    """A finished image.

    file : Path
        In the cache, beside the logs of the tools and nextpnr's `report.json`.
    report : dict
        What `ImageReport.as_dict` says of it.
    cached : bool
        Whether it had been built before.
    """

    file: Path
    report: dict[str, Any]
    cached: bool


def build_image(
    board: Board,
    image: str = "sampler",
    options: BuildOptions | None = None,
    watch: Watch | None = None,
    script: Script | None = None,
) -> Built:
    """Builds an image, or finds it in the cache.

    Parameters
    ----------
    board : Board
    image : str
        A name of `images.registry.IMAGES`.
    options : BuildOptions | None
    watch : Watch | None
        Is told what is being done.
    script : Script | None
        What the self-test image plays; it needs one.

    Raises
    ------
    BuildError
        One of its kinds; the text says what is wrong and what to do about it.
    """
    options, watch = options or BuildOptions(), watch or SilentWatch()
    check_image(image)
    flow = FLOWS[board.family]
    platform = board.platform()
    check_pins(board)
    clock = plan_clock(board.family, platform, board.preset.clock_hz)
    uart_divisor(clock.clock_hz, board.preset.baud)  # before minutes pass
    tools = {spec.name: find_tool(spec) for spec in (flow.yosys, flow.nextpnr, flow.packer)}
    played: Sequence[int] = ()
    if image == SELFTEST:
        if script is None:
            raise ValueError("the self-test image needs a script")
        played = script(HeaderWords(board.preset.params, 0, clock_hz=clock.clock_hz))
    key = image_key(board, platform, image, tools.values(), played)
    cache = ImageCache()
    name = f"{board.name}-{image}{flow.image}"
    found = None if options.force else cache.find(key)
    if found is not None:
        return _built(found, name, cached=True)

    with cache.workspace(key) as work:
        build = _Build(board, image, flow, platform, clock, tools, work, watch, script)
        return _built(cache.publish(key, build.run(key, options, name)), name, cached=False)


def _built(folder: Path, name: str, *, cached: bool) -> Built:
    report = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
    return Built(folder / name, report, cached)


@dataclass(frozen=True)
class _Build:
    """One build, in its workspace."""

    board: Board
    image: str
    flow: Flow
    platform: Platform
    clock: "ClockPlan"
    tools: dict[str, Tool]
    work: Path
    watch: Watch
    script: Script | None

    def run(self, key: str, options: BuildOptions, name: str) -> list[Path]:
        """Everything in order. Returns the files that are worth keeping."""
        runner = Runner(self.watch)
        try:
            self.watch.stage("describing the gates")
            plan = self._describe(build_id(key))
            self.watch.stage("synthesis")
            netlist = self._synthesise(runner)
            self.watch.stage("place and route")
            placed = self._route(runner, plan, netlist, options)
            self.watch.stage("packing")
            packing = self.flow.packing(plan, placed.routed, name)
            runner.run(self.tools[self.flow.packer.name], packing, self.work, "packer.log")
        finally:
            runner.stop()
        if not (self.work / name).is_file():
            raise BuildError(
                f"{self.flow.packer.name} ended well but made no {name}; "
                "use the tool versions of constraints.txt"
            )
        self._report(key, placed, netlist, runner)
        shutil.copy(self.work / f"seed{placed.seed}-report.json", self.work / "report.json")
        shutil.copy(self.work / f"seed{placed.seed}-nextpnr.log", self.work / "nextpnr.log")
        logs = ("yosys.log", "nextpnr.log", "packer.log", "report.json")
        return [self.work / file for file in (name, _REPORT, *logs)]

    def _describe(self, identity: int) -> BuildPlan:
        """Writes the design as RTLIL, and where its pins are."""
        image = make_image(self.image, self.board, identity, self.script)
        plan: BuildPlan = self.platform.prepare(image, TOP, emit_src=False)
        constraints = f"{TOP}{self.flow.constraints}"
        for file, content in (
            (f"{TOP}.il", without_collision_logic(_text(plan.files[f"{TOP}.il"]))),
            (constraints, _text(plan.files[constraints])),
        ):
            (self.work / file).write_text(content, encoding="utf-8")
        return plan

    def _synthesise(self, runner: Runner) -> dict[str, Any]:
        script = f"read_rtlil {TOP}.il; {self.flow.synthesis(self.platform)} -top {TOP} -json "
        script += f"{TOP}.json"
        runner.run(self.tools["yosys"], ["-p", script], self.work, "yosys.log")
        file = self.work / f"{TOP}.json"
        netlist: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        for change in self.flow.passes:
            netlist = change(netlist)
        if self.flow.passes:
            file.write_text(json.dumps(netlist), encoding="utf-8")
        return netlist

    def _route(
        self, runner: Runner, plan: BuildPlan, netlist: dict[str, Any], options: BuildOptions
    ) -> Placed:
        rings = self.board.preset.params.rings
        arguments = self.flow.routing(plan, f"{TOP}{self.flow.constraints}")
        router = Router(
            runner,
            self.tools[self.flow.nextpnr.name],
            self.flow,
            self.work,
            [*arguments, "--ignore-loops"] if rings else arguments,
            self.clock.output_hz,
            clock_names(netlist, self.flow),
            options.limit,
        )
        placed = router.run(options.seeds, options.jobs)
        if rings:
            # Not at the top: they need packages of the extra `build`, and must not be needed to say
            # that it is not installed.
            from .images.sampler import ring_stages
            from .rings import check_rings

            check_rings(self.work / placed.netlist, ring_stages(rings))
        return placed

    def _report(self, key: str, placed: Placed, netlist: dict[str, Any], runner: Runner) -> None:
        board = self.board
        report = ImageReport(
            board=board.name,
            title=board.title,
            image=self.image,
            build_id=build_id(key),
            clock_hz=float(self.clock.output_hz),
            achieved_hz=placed.timing.achieved_hz,
            params=board.preset.params,
            baud=board.preset.baud,
            usage=read_usage(placed.report, netlist, self.flow),
            seed=placed.seed,
            seconds=runner.seconds,
            tools={name: tool.identity for name, tool in self.tools.items()},
        )
        text = json.dumps(report.as_dict(), indent=1)
        (self.work / _REPORT).write_text(text, encoding="utf-8")


def _text(content: str | bytes) -> str:
    return content.decode() if isinstance(content, bytes) else content
