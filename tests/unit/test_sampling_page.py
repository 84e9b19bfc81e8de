"""What docs/sampling.md shows works as it stands, and the example with one import."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from glauber.host import GlauberSampler
from support.pages import run_blocks

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sampling.md"
EXAMPLE = ROOT / "examples" / "one_import.py"


def test_the_page_runs_from_top_to_bottom():
    for needed in ("arviz", "dwave.preprocessing", "hybrid"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of ArviZ's next version
            pytest.importorskip(needed, reason=f"the page uses {needed}")
    printed = run_blocks(PAGE, {"__name__": "sampling"})
    assert len(printed) >= 7
    out = "".join(text for _, text in printed)
    assert "does not fit on model:" in out
    assert "100 of 64 p-bits, 36 too many" in out


def test_every_keyword_is_on_the_page():
    with GlauberSampler() as sampler:
        names = [*sampler.parameters]
    text = PAGE.read_text()
    for name in names:
        assert f"`{name}`" in text, name


@pytest.mark.parametrize("package", ["glauber", "dwave"])
def test_the_example_needs_another_import_only(package):
    if package == "dwave":
        pytest.importorskip("dwave.samplers", reason="needs dwave-samplers")
    done = subprocess.run(
        [sys.executable, EXAMPLE, "--with", package], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{package}: 5 reads, cut 10 of 12 edges: " in done.stdout
