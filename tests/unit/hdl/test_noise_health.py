"""The health tests in the gates, at their cut-offs."""

from typing import Any

import pytest
from amaranth.hdl import Module

from glauber.hdl.facts.health import Health
from glauber.hdl.noise.entropy.health import RepetitionTest, WindowTests
from support.bits import BOUNDARIES
from support.streams import simulate


@pytest.mark.parametrize("name", BOUNDARIES)
def test_tests_fail_at_their_cutoffs_and_not_before(name: str) -> None:
    bits, expected = BOUNDARIES[name]
    m = Module()
    m.submodules.repetition = repetition = RepetitionTest()
    m.submodules.windows = windows = WindowTests()
    parts: Any = (repetition, windows)
    flags = {
        Health.REPETITION: repetition.failed,
        Health.PROPORTION: windows.proportion_failed,
        Health.TRANSITION: windows.transition_failed,
    }
    found = Health(0)

    async def run(ctx: Any) -> None:
        nonlocal found
        for bit in (*bits.tolist(), None):  # and a clock more, for the last one's verdict
            for part in parts:
                ctx.set(part.raw.valid, bit is not None)
                ctx.set(part.raw.bit, bit or 0)
            for flag, failed in flags.items():
                found |= flag if ctx.get(failed) else Health(0)
            await ctx.tick()

    simulate(m, run, limit=len(bits) + 10)
    assert found == expected
