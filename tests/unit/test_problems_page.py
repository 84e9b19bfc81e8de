"""The examples of docs/problems.md print what they say."""

from pathlib import Path

import pytest

from support.pages import run_blocks

PAGE = Path(__file__).parents[2] / "docs" / "problems.md"


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("page"))
        return run_blocks(PAGE, {})


def test_the_examples_print_what_the_page_says(printed):
    assert len(printed) > 10
    for block, out in printed:
        assert out == block.output, block
