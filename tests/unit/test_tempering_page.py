"""What docs/tempering.md shows works as it stands, and prints what it says."""

from pathlib import Path

from support.pages import run_blocks

PAGE = Path(__file__).parents[2] / "docs" / "tempering.md"


def test_the_page_runs_from_top_to_bottom():
    printed = run_blocks(PAGE, {"__name__": "tempering"})
    checked = [block for block, _ in printed if block.output]
    assert len(checked) >= 3
    for block, out in printed:
        if block.output:
            assert out.startswith(block.output), (block, out)
