import random
from typing import Any

import pytest

from glauber.hdl.facts.machine import count_clocks
from glauber.hdl.measure.count import OnesCounter
from support.streams import simulate


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16, 64])
def test_ones_are_counted_after_the_stated_clocks(width: int) -> None:
    dut: Any = OnesCounter(width)
    rng = random.Random(width)
    words = [0, (1 << width) - 1, *(rng.getrandbits(width) for _ in range(40))]
    seen = []

    async def run(ctx: Any) -> None:
        for word in words + [0] * count_clocks(width):
            ctx.set(dut.i, word)
            seen.append(ctx.get(dut.o))
            await ctx.tick()

    simulate(dut, run, limit=100)
    assert seen[count_clocks(width) :] == [word.bit_count() for word in words]
