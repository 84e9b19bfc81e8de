"""What people see of a build."""

import sys

import pytest

from glauber.firmware.watch import SilentWatch, TerminalWatch, watch_of


def test_nothing_is_shown_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with watch_of() as watch:
        assert isinstance(watch, SilentWatch)
        watch.stage("synthesis")
        watch.line("1.1. Executing PROC pass")
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_stages_and_how_far_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with watch_of() as watch:
        assert isinstance(watch, TerminalWatch)
        watch.stage("synthesis")
        watch.stage("place and route")
    stages = [line.split("\r")[-1].strip() for line in capsys.readouterr().err.split("\n")]
    assert stages == ["synthesis ... 0 s", "place and route ... 0 s", ""]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("3.29.1. Executing ABC pass (technology mapping using ABC).", "ABC"),
        ("Info: at initial placer iter 3, wirelen = 9158", "placing, round 3"),
        (
            "Info:     at iteration #7: wirelen solved = 34862, spread = 64, legal = 65; time = 0s",
            "placing, round 7, wires 34862",
        ),
        (
            "Info:       5000 |     1178       3821 | 1178  3821 |      8462|   0.93   0.93|",
            "routing, 8462 arcs left",
        ),
        (
            "Info:     iter=4 wires=120011 overused=83 overuse=91 archfail=NA",
            "routing, round 4, 83",
        ),
        ("Info: nothing of interest", ""),
    ],
)
def test_lines_of_the_tools_tell_how_far_they_are(
    line: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = TerminalWatch()
    watch.line(line)
    watch.stage("stage")
    watch.line(line)
    watch._show()  # pyright: ignore[reportPrivateUsage]
    watch.end()
    shows = capsys.readouterr().err.split("\r")
    assert any(shown in show for show in shows)
    assert not shown or "0 s  " + shown in "".join(shows)
