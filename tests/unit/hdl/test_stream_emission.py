"""Sequencer and emitter together: when words are emitted, and what that costs a run."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from amaranth.hdl import Module

from glauber.hdl.fabric.control import SLOT_CLOCKS
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.sequencer.sequencer import Sequencer
from glauber.hdl.stream.emitter import Emitter
from support.sequencer import load_tables
from support.streams import simulate

PARAMS = MachineParams(
    lanes=2, replicas=4, draws=2, pbits=64, slots=256, rows=7, steps=5, stream_words=8
)
READ_CLOCKS = PARAMS.emit_word_clocks - 2  # from a request for a word to its answer
ROWS = [(4, 3), (5, 1)]
SLOTS = sum(length for length, _ in ROWS)
STEPS = [Step(77, 2, emit=True), Step(88, 1), Step(99, 1, emit=True)]
SWEEPS = sum(step.sweeps for step in STEPS)


@dataclass
class Trace:
    """What a run did. `slots`, `asked` and `pushes` are the clocks, from the start on, of the issue
    of slots, of requests for words and of words.
    """

    slots: list[int] = field(default_factory=list)
    temperatures: list[int] = field(default_factory=list)
    pushes: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    sweeps: int = 0
    clocks: int = 0
    counted: int = 0
    stopped: int = 0


class Dut:
    """A sequencer, an emitter, and states of which word `n` is `1000 + n`."""

    def __init__(self, words: int) -> None:
        self.module = m = Module()
        m.submodules.sequencer = self.sequencer = Sequencer(PARAMS)
        m.submodules.emitter = self.emitter = Emitter(PARAMS)
        control, emitter = self.sequencer.emitter, self.emitter
        m.d.comb += [
            emitter.emit.eq(control.emit),
            [control.between.eq(emitter.between), control.done.eq(emitter.done)],
            [control.ready.eq(words != 0), emitter.words.eq(words)],
        ]

    async def load(self, ctx: Any, steps: list[Step]) -> None:
        await load_tables(ctx, self.sequencer, ROWS, steps)

    async def answer(self, ctx: Any) -> None:
        """Answers requests for states as the fabric does."""
        bus: Any = self.emitter.states
        asked = 0
        while True:
            asked = asked + 1 if ctx.get(bus.valid) else 0
            ctx.set(bus.ready, asked == READ_CLOCKS)
            ctx.set(bus.r_data, 1000 + ctx.get(bus.address) if asked == READ_CLOCKS else 0)
            if asked == READ_CLOCKS:
                asked = 0
            await ctx.tick()

    async def observe(
        self, ctx: Any, room: Callable[[int], bool], stop: Callable[[int], bool] = lambda _: False
    ) -> Trace:
        """Runs, with room and stop as they say for each clock; 5,000 clocks at most."""
        trace, dut, emitter = Trace(), self.sequencer, self.emitter
        running, asking, temperature = True, 0, 0
        ctx.set(dut.run.start, 1)
        while running:
            clock = trace.clocks
            assert clock < 5000, "the run does not end"
            ctx.set(dut.run.stop, stop(clock))
            ctx.set(emitter.room, room(clock))
            await ctx.delay(1e-9)  # the bus answers
            if ctx.get(dut.control.slot.valid):
                trace.slots.append(clock - SLOT_CLOCKS)
                trace.temperatures.append(temperature)
            temperature = ctx.get(dut.control.temperature)
            if ctx.get(emitter.push):
                trace.pushes.append(clock)
                trace.words.append(ctx.get(emitter.word))
            if ctx.get(emitter.states.valid) and not asking:
                trace.asked.append(clock)
            asking = ctx.get(emitter.states.valid)
            trace.sweeps += ctx.get(dut.run.sweep_done)
            trace.counted += ctx.get(dut.run.running) & ~ctx.get(emitter.waiting)
            trace.clocks += 1
            await ctx.tick()
            ctx.set(dut.run.start, 0)
            running = bool(ctx.get(dut.run.running))
        trace.stopped = ctx.get(dut.run.stopped)
        return trace


def run(
    words: int,
    room: Callable[[int], bool] = lambda _: True,
    stop: Callable[[int], bool] = lambda _: False,
    steps: list[Step] = STEPS,
) -> Trace:
    dut = Dut(words)
    traces = []

    async def work(ctx: Any) -> None:
        await dut.load(ctx, steps)
        traces.append(await dut.observe(ctx, room, stop))

    simulate(dut.module, work, limit=6000, background=[dut.answer])
    return traces[0]


def temperatures(sweeps: int) -> list[int]:
    of_sweeps = [step.temperature for step in STEPS for _ in range(step.sweeps)]
    return [code for code in of_sweeps[:sweeps] for _ in range(SLOTS)]


@pytest.mark.parametrize("words", [1, 5])
@pytest.mark.parametrize("chance", [1, 0.5, 0.02])
def test_a_wait_for_room_changes_nothing_but_time(words: int, chance: float) -> None:
    rng = random.Random(words)
    trace = run(words, lambda _: rng.random() < chance)
    assert trace.temperatures == temperatures(SWEEPS)
    assert trace.words == 2 * [1000 + n for n in range(words)]
    assert trace.sweeps == SWEEPS
    assert trace.counted == PARAMS.run_clocks(SLOTS, SWEEPS, 2, 2 * words)
    assert (trace.clocks - 1 > trace.counted) == (chance < 1)
    assert not trace.stopped


def test_nothing_is_under_way_in_an_emission() -> None:
    trace = run(3)
    for first in (trace.asked[0], trace.asked[3]):
        last = max(clock for clock in trace.slots if clock < first)
        assert first - last > PARAMS.drain_clocks
        assert all(clock < first or clock > trace.pushes[2] for clock in trace.slots[: 2 * SLOTS])
    after = min(clock for clock in trace.slots if clock > trace.pushes[2])
    assert after == trace.pushes[2] + 2  # the sequencer goes on at once
    # Not a clock is lost where there is no emission.
    assert trace.slots[2 * SLOTS :] == list(range(after, after + 2 * SLOTS))


def test_without_words_the_bit_means_nothing() -> None:
    trace = run(0)
    assert trace.slots == list(range(trace.slots[0], trace.slots[0] + SWEEPS * SLOTS))
    assert trace.counted == PARAMS.run_clocks(SLOTS, SWEEPS)
    assert trace.words == []


def test_a_stop_ends_the_run_after_the_sweep_or_before_the_next_word() -> None:
    """At every third clock of a run in which there is room in every seventh."""
    words = 3

    def room(clock: int) -> bool:
        return clock % 7 == 0

    dut = Dut(words)
    traces = []

    async def work(ctx: Any) -> None:
        await dut.load(ctx, STEPS)
        traces.append(await dut.observe(ctx, room))
        for when in range(1, traces[0].clocks, 3):
            traces.append(await dut.observe(ctx, room, lambda clock, when=when: clock == when))

    simulate(dut.module, work, limit=200_000, background=[dut.answer])
    whole = traces[0]
    ends = (2, SWEEPS)  # sweeps with an emission behind them
    for when, trace in zip(
        range(2, traces[0].clocks + 1, 3), traces[1:], strict=True
    ):  # it takes effect in the clock after
        issued = sum(clock <= when for clock in whole.slots)
        sweeps = max(1, -(-issued // SLOTS))
        after = when > whole.slots[sweeps * SLOTS - 1]  # and not in the sweep
        begun = sum(clock <= when for clock in whole.asked)  # a word is finished
        assert trace.temperatures == temperatures(sweeps)
        assert trace.words == whole.words[:begun]
        assert trace.stopped == (begun < 2 * words)
        emissions = (sweeps > 2) + (sweeps in ends and after)
        assert trace.counted == PARAMS.run_clocks(SLOTS, sweeps, emissions, begun)
