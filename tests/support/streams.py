"""Simulation of stream components: sources and sinks that stall, a time-out, contract checks."""

import random
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from amaranth.sim import Simulator

__all__ = [
    "PATIENCE",
    "STALLS",
    "Stalls",
    "collect",
    "every_stall",
    "put",
    "put_all",
    "simulate",
    "wait",
    "watch",
]

PATIENCE = 16  # clocks in which a sink waits for what should not come

Testbench = Callable[[Any], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Stalls:
    """How likely the source and the sink are to pause, per clock."""

    source: float = 0.0
    sink: float = 0.0


STALLS = {
    "none": Stalls(),
    "slow_source": Stalls(source=0.7),
    "slow_sink": Stalls(sink=0.7),
    "both": Stalls(source=0.5, sink=0.5),
}
every_stall = pytest.mark.parametrize("stalls", STALLS.values(), ids=STALLS.keys())


def simulate(
    dut: Any,
    *testbenches: Testbench,
    limit: int,
    watched: Iterable[Any] = (),
    background: Iterable[Testbench] = (),
) -> int:
    """Runs until all `testbenches` end, and returns after how many clocks. Raises `TimeoutError`
    after `limit` clocks. Those in `background` need not end.

    Checks for each stream in `watched` that what is offered stays until it is taken.
    """
    clocks = 0

    async def time_out(ctx: Any) -> None:
        nonlocal clocks
        while clocks < limit:
            await ctx.tick()
            clocks += 1
        raise TimeoutError(f"the simulation has not ended after {limit} clocks")

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    for testbench in testbenches:
        simulator.add_testbench(testbench)
    for testbench in (*map(watch, watched), *background, time_out):
        simulator.add_testbench(testbench, background=True)
    simulator.run()
    return clocks


def watch(stream: Any) -> Testbench:
    async def check(ctx: Any) -> None:
        offered = None
        while True:
            *_, valid, ready, payload = await ctx.tick().sample(
                stream.valid, stream.ready, stream.payload
            )
            if offered is not None:
                assert valid, f"{stream!r} withdrew {offered}"
                assert payload == offered, f"{stream!r} changed {offered} to {payload}"
            offered = payload if valid and not ready else None

    return check


async def wait(ctx: Any, clocks: int) -> None:
    """Waits. Unlike `repeat` and `until`, this can be abandoned without a warning."""
    for _ in range(clocks):
        await ctx.tick()


async def put(ctx: Any, stream: Any, payload: Any) -> None:
    ctx.set(stream.payload, payload)
    ctx.set(stream.valid, 1)
    while not (await ctx.tick().sample(stream.ready))[-1]:
        pass
    ctx.set(stream.valid, 0)


def put_all(stream: Any, payloads: Iterable[Any], stall: float = 0.0, seed: int = 1) -> Testbench:
    rng = random.Random(seed)

    async def source(ctx: Any) -> None:
        for payload in payloads:
            while rng.random() < stall:
                await ctx.tick()
            await put(ctx, stream, payload)

    return source


def collect(
    stream: Any,
    into: list[Any],
    count: int,
    *,
    counts: Callable[[Any], bool] = lambda _: True,
    stall: float = 0.0,
    seed: int = 2,
) -> Testbench:
    """Appends payloads to `into` until `count` of them have counted, and any that come after."""
    rng = random.Random(seed)

    async def sink(ctx: Any) -> None:
        left, patience = count, PATIENCE
        while patience:
            while rng.random() < stall:
                await ctx.tick()
            ctx.set(stream.ready, 1)
            valid = False
            while not valid and patience:
                *_, valid, payload = await ctx.tick().sample(stream.valid, stream.payload)
                patience -= left <= 0
                if valid:
                    into.append(payload)
                    left -= counts(payload)
            ctx.set(stream.ready, 0)

    return sink
