import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from glauber.hdl.fabric.control import SLOT_CLOCKS
from glauber.hdl.facts.machine import SEQUENCER_CLOCKS, MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.sequencer.sequencer import Sequencer
from support.sequencer import load_tables
from support.streams import simulate

PARAMS = MachineParams(lanes=2, replicas=4, draws=4, pbits=64, slots=256, rows=7, steps=5)
Slot = tuple[int, int, int, int, int, int, int]


@dataclass(frozen=True)
class Program:
    """Rows as `(length, target)`, and the schedule."""

    rows: list[tuple[int, int]]
    steps: list[Step]

    @property
    def sweep_slots(self) -> int:
        return sum(length for length, _ in self.rows)

    @property
    def sweeps(self) -> int:
        return sum(step.sweeps for step in self.steps)

    def slots(self, draws: int) -> Iterator[Slot]:
        """`(first, last, address, target, temperature, couple, draw)` of all slots of a run."""
        for step in self.steps:
            for _ in range(step.sweeps):
                address = 0
                for length, target in self.rows:
                    for n in range(length):
                        place = (int(n == 0), int(n == length - 1), address, target)
                        yield (*place, step.temperature, int(step.couple), int(n < draws))
                        address += 1


@dataclass
class Trace:
    """What a sequencer did, clock by clock from the one of `start` on."""

    slots: list[Slot | None] = field(default_factory=list)
    draws: int = 0
    running: list[int] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    sweep_ends: list[int] = field(default_factory=list)

    @property
    def issued(self) -> list[Slot]:
        return [slot for slot in self.slots if slot is not None]


async def observe(
    ctx: Any, dut: Any, limit: int, stop: Callable[[int], bool] = lambda _: False
) -> Trace:
    """Starts a run and follows it until it ends, `limit` clocks at most."""
    trace = Trace()
    slot = dut.control.slot
    issued = (0, 0)  # what stood beside the issue of the slot that is seen
    ctx.set(dut.run.start, 1)
    while not (len(trace.running) > 1 and not trace.running[-1]):
        clock = len(trace.running)
        assert clock < limit, "the run does not end"
        ctx.set(dut.run.stop, stop(clock))
        parts = (slot.first, slot.last, slot.address, slot.target)
        temperature, drawn = issued
        seen = (*map(ctx.get, parts), temperature, ctx.get(slot.couple), drawn)
        trace.slots.append(seen if ctx.get(slot.valid) else None)
        issued = ctx.get(dut.control.temperature), ctx.get(dut.control.draw)
        trace.draws += issued[-1]
        trace.running.append(ctx.get(dut.run.running))
        trace.stopped.append(ctx.get(dut.run.stopped))
        if ctx.get(dut.run.sweep_done):
            trace.sweep_ends.append(clock)
        await ctx.tick()
        ctx.set(dut.run.start, 0)
    return trace


def run(*programs: Program, params: MachineParams = PARAMS) -> list[Trace]:
    """The traces of programs that follow each other as fast as they can."""
    dut: Any = Sequencer(params)
    traces = []
    limit = sum(
        params.run_clocks(program.sweep_slots, program.sweeps) + 100 for program in programs
    )

    async def runs(ctx: Any) -> None:
        for program in programs:
            await load_tables(ctx, dut, program.rows, program.steps)
            traces.append(await observe(ctx, dut, limit))

    simulate(dut, runs, limit=limit)
    return traces


def check(trace: Trace, program: Program, params: MachineParams, sweeps: int | None = None) -> None:
    """The trace must be that of the first `sweeps` sweeps, without a clock lost."""
    sweeps = program.sweeps if sweeps is None else sweeps
    expected = list(program.slots(params.draws))[: sweeps * program.sweep_slots]
    first = SEQUENCER_CLOCKS + 1
    assert trace.issued == expected
    seen = first + SLOT_CLOCKS
    assert trace.slots[seen : seen + len(expected)] == expected
    assert trace.draws == sum(slot[-1] for slot in expected)
    length = program.sweep_slots
    assert trace.sweep_ends == [first + length * (n + 1) - 1 for n in range(sweeps)]
    clocks = params.run_clocks(length, sweeps)
    assert trace.running == [0] + [1] * clocks + [0]
    assert trace.stopped[-1] == (sweeps < program.sweeps)


def random_program(seed: int, rows: int, steps: int, params: MachineParams = PARAMS) -> Program:
    rng = random.Random(seed)
    lengths = [params.row_min + rng.choice((0, 0, 1, 5)) for _ in range(rows)]
    return Program(
        [(length, rng.randrange(params.pbits // params.lanes)) for length in lengths],
        [
            Step(rng.randrange(1 << 18), rng.randrange(1, 4), rng.random() < 0.5)
            for _ in range(steps)
        ],
    )


@pytest.mark.parametrize("rows", [1, 2, 7])
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_slots_are_those_of_the_program(rows: int, steps: int) -> None:
    for seed in range(3):
        program = random_program(seed, rows, steps)
        check(run(program)[0], program, PARAMS)


@pytest.mark.parametrize(
    "params",
    [
        MachineParams(lanes=1, replicas=1, draws=1, pbits=32, slots=64, rows=1, steps=1),
        MachineParams(lanes=2, replicas=16, draws=16, pbits=4, slots=64, rows=2, steps=2),
        MachineParams(lanes=8, replicas=32, draws=1, pbits=64, slots=64, rows=3, steps=3),
    ],
    ids=["smallest", "draws", "beats"],
)
def test_other_machines(params: MachineParams) -> None:
    program = random_program(4, params.rows, params.steps, params)
    check(run(program, params=params)[0], program, params)


def test_runs_follow_each_other() -> None:
    programs = [random_program(seed, 1 + seed % 7, 1 + seed % 5) for seed in range(8)]
    for trace, program in zip(run(*programs), programs, strict=True):
        check(trace, program, PARAMS)


def test_the_same_program_runs_again_at_once() -> None:
    dut: Any = Sequencer(PARAMS)
    program = random_program(9, 3, 2)
    traces = []

    async def runs(ctx: Any) -> None:
        await load_tables(ctx, dut, program.rows, program.steps)
        for _ in range(3):
            traces.append(await observe(ctx, dut, 1000))

    simulate(dut, runs, limit=3000)
    for trace in traces:
        check(trace, program, PARAMS)


def test_stop_ends_the_run_after_the_sweep() -> None:
    """At every clock of a run."""
    dut: Any = Sequencer(PARAMS)
    program = Program([(4, 3), (5, 1)], [Step(77, 3), Step(88, 2)])
    first, length = SEQUENCER_CLOCKS + 1, program.sweep_slots

    async def runs(ctx: Any) -> None:
        await load_tables(ctx, dut, program.rows, program.steps)
        for clock in range(1, PARAMS.run_clocks(length, program.sweeps) + 2):
            trace = await observe(ctx, dut, 200, stop=lambda now, clock=clock: now == clock)
            sweeps = min(program.sweeps, 1 + max(0, clock + 1 - first) // length)
            check(trace, program, PARAMS, sweeps)

    simulate(dut, runs, limit=10_000)


def test_stop_with_the_start_of_a_run_has_no_effect() -> None:
    dut: Any = Sequencer(PARAMS)
    program = random_program(5, 2, 3)

    async def start(ctx: Any) -> None:
        await load_tables(ctx, dut, program.rows, program.steps)
        ctx.set(dut.run.stop, 1)
        await ctx.tick()
        check(await observe(ctx, dut, 500, stop=lambda clock: clock == 0), program, PARAMS)

    simulate(dut, start, limit=1000)


def test_start_during_a_run_is_ignored() -> None:
    program = random_program(6, 2, 2)
    dut: Any = Sequencer(PARAMS)

    async def start_again(ctx: Any) -> None:
        await load_tables(ctx, dut, program.rows, program.steps)
        trace = await observe(ctx, dut, 1000)
        clocks = len(trace.running)
        ctx.set(dut.run.start, 1)
        for _ in range(clocks - 2):
            await ctx.tick()
            assert ctx.get(dut.run.running)
        ctx.set(dut.run.start, 0)
        await ctx.tick()
        assert not ctx.get(dut.run.running)

    simulate(dut, start_again, limit=2000)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_rows_that_are_too_short_do_not_hang_the_machine(length: int) -> None:
    """The host never writes them, but whatever is in memory must come to an end."""
    dut: Any = Sequencer(PARAMS)
    steps = [Step(1, 3), Step(2, 2)]

    async def write(ctx: Any) -> None:
        await load_tables(ctx, dut, [(3, 0)] * 4, steps)
        for address in range(4):
            ctx.set(dut.rows.enable, 1)
            ctx.set(dut.rows.address, address)
            ctx.set(dut.rows.data, 5 << 12 | length)
            await ctx.tick()
        ctx.set(dut.rows.enable, 0)
        await observe(ctx, dut, 200)

    simulate(dut, write, limit=300)


def test_stop_ends_a_step_of_zero_sweeps() -> None:
    dut: Any = Sequencer(PARAMS)

    async def write(ctx: Any) -> None:
        await load_tables(ctx, dut, [(4, 0)], [Step(1, 1)])
        ctx.set(dut.steps.enable, 1)
        ctx.set(dut.steps.address, 0)
        ctx.set(dut.steps.data, 1)
        await ctx.tick()
        ctx.set(dut.steps.enable, 0)
        trace = await observe(ctx, dut, 200, stop=lambda clock: clock == 30)
        assert trace.stopped[-1]

    simulate(dut, write, limit=300)
