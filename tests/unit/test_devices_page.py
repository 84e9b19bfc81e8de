"""What the pages about devices, studies and the link show works as it stands."""

import re
import shlex
from pathlib import Path

import pytest

from glauber.host.cli import main
from support.pages import run_blocks

ROOT = Path(__file__).parents[2]
PAGES = {"devices.md": "True\n", "studies.md": "(2,)\n"}
COMMANDS = [
    line
    for page in PAGES
    for line in (ROOT / "docs" / page).read_text().splitlines()
    if line.startswith(".venv/bin/glauber")
]


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run(page, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), {})
    assert capsys.readouterr().out == PAGES[page]


def test_the_page_of_the_link_prints_what_it_says():
    printed = run_blocks(ROOT / "docs" / "link.md", {})
    assert printed
    for block, out in printed:
        assert out == block.output


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    words = shlex.split(line)[1:]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert ("pool 1" if words[0] == "devices" else "petersen.txt") in out
    files = {word for word in words if word.endswith((".png", ".csv"))}
    assert files == {path.name for path in tmp_path.iterdir() if path.is_file()}


def test_commands_exist():
    assert len(COMMANDS) == 7
