"""What the README shows works as it stands."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from glauber.host.cli import main
from support.pages import python_blocks

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = [
    line.split("#")[0] for line in README.splitlines() if line.startswith(".venv/bin/glauber")
]


def test_python_blocks_run(capsys):
    blocks = python_blocks(ROOT / "README.md")
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out == "-1.5 6400\n"


@pytest.mark.parametrize(
    "line", [line for line in COMMANDS if " solve " in line or " sample " in line]
)
def test_commands_run(line, tmp_path, monkeypatch, capsys):
    if "socket://" in line:
        line = line.split("--device")[0]  # whose virtual board is another test's
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    assert main(line.split()[1:]) == 0
    out = capsys.readouterr().out
    assert "petersen.txt" in out
    if "--as" not in line and " solve " in line:
        assert "best cut      12" in out


@pytest.mark.parametrize("line", [line for line in COMMANDS if " noise " in line])
def test_noise_commands_run(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    broken = "ring_fault" in line
    assert main(shlex.split(line)[1:]) == broken
    assert "16 rings" in capsys.readouterr().out
    assert broken or Path("noise.png").exists()


def test_commands_exist():
    assert len(COMMANDS) >= 6


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_example_finds_the_picture():
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "hidden_picture.py", "--num-sweeps", "2000"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "lowest energy -2560, known optimum -2560" in done.stdout
    assert "██████████" in done.stdout
