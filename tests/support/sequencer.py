"""Rows and steps for a sequencer that stands alone."""

from collections.abc import Sequence
from typing import Any

from glauber.hdl.facts.operations import Operation
from glauber.hdl.facts.program import Step, encode_row

__all__ = ["load_tables"]


async def load_tables(
    ctx: Any,
    sequencer: Any,
    rows: Sequence[tuple[int, int]],
    steps: Sequence[Step | Operation],
) -> None:
    """Writes rows, given as length and target, and the schedule; and how many of each there are."""
    row_words = [encode_row(length, target) for length, target in rows]
    step_words = [step.encode() for step in steps]
    for window, words in ((sequencer.rows, row_words), (sequencer.steps, step_words)):
        for address, word in enumerate(words):
            ctx.set(window.enable, 1)
            ctx.set(window.address, address)
            ctx.set(window.data, word)
            await ctx.tick()
        ctx.set(window.enable, 0)
    ctx.set(sequencer.run.row_count, len(rows))
    ctx.set(sequencer.run.step_count, len(steps))
