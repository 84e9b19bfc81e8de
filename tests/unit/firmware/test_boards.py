"""The boards that are there, and those that users bring."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from amaranth.lib.io import Direction

from glauber.firmware.boards.board import Board
from glauber.firmware.boards.platforms import platform_of
from glauber.firmware.boards.registry import BOARDS, find_board
from glauber.firmware.clocks.baud import uart_divisor
from glauber.firmware.clocks.family import plan_clock
from glauber.firmware.errors import BoardError, ToolMissingError
from glauber.firmware.images.base import lamp_port, serial_ports
from glauber.hdl.family import Family

each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)

MY_BOARD = """
    from glauber.firmware.boards.board import Board, Preset
    from glauber.firmware.boards.loaders import Loader
    from glauber.firmware.boards.platforms import platform_of
    from glauber.hdl.facts.machine import MachineParams
    from glauber.hdl.family import Family

    BOARD = Board(
        name={name!r},
        title="My board",
        family=Family.ICE40,
        platform=platform_of("icebreaker", "ICEBreakerPlatform"),
        preset=Preset(MachineParams(lanes=1, replicas=2, draws=1), 12_000_000),
        loader=Loader((), sram=True, flash=True, usb=()),
    )
    NUMBER = 7
"""


@each_board
def test_the_platform_is_of_the_device(board: Board) -> None:
    platform = board.platform()
    named = platform.family if board.family is Family.GOWIN else platform.device
    assert named == board.device
    assert type(platform).__mro__[1:]  # a class, made anew by every call
    assert board.platform() is not platform


@each_board
def test_clock_and_baud_rate_can_be_made(board: Board) -> None:
    preset = board.preset
    clock = plan_clock(board.family, board.platform(), preset.clock_hz)
    assert abs(clock.clock_hz / preset.clock_hz - 1) < 0.02
    uart_divisor(clock.clock_hz, preset.baud)


@each_board
def test_the_serial_line_has_an_input_and_an_output(board: Board) -> None:
    platform = board.platform()
    platform.request(platform.default_clk, dir="-")
    source, sink = serial_ports(platform, board.name)
    assert (source.direction, sink.direction) == (Direction.Input, Direction.Output)
    lamp = lamp_port(platform)
    assert (lamp is None) == (board.name.startswith(("colorlight", "tang-primer")))


# From the schematics of the boards: the pin at which bytes of the host arrive.
@pytest.mark.parametrize(
    ("name", "pin"),
    [("icebreaker", "6"), ("ulx3s-85f", "M1"), ("hx8k", "B10"), ("orangecrab-25f", "N17")],
)
def test_the_line_from_the_host_is_the_right_pin(name: str, pin: str) -> None:
    platform = find_board(name).platform()
    source, _ = serial_ports(platform, name)
    assert [bit.name for bit in source.io.metadata] == [pin]


@each_board
def test_a_board_is_described_well(board: Board) -> None:
    assert find_board(board.name) is board
    assert 1 <= len(board.name.encode("ascii")) <= 16
    assert board.title
    assert board.loader or board.note
    assert board.source is None


def test_the_list_needs_no_amaranth() -> None:
    script = (
        "import sys\n"
        "sys.modules['amaranth'] = sys.modules['amaranth_boards'] = None\n"
        "from glauber.host.cli import main\n"
        "sys.exit(main(['boards', '--json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", ["amaranth_boards", "amaranth_boards.icebreaker"])
def test_a_missing_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "amaranth_boards.icebreaker", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ToolMissingError) as error:
        platform_of("icebreaker", "ICEBreakerPlatform")()
    assert str(error.value) == (
        "building an image needs the Python package amaranth_boards, which is not installed or too "
        "old; run `pip install 'glauber[build]'`"
    )
    assert error.value.exit_code == 4


def test_a_name_that_is_nearly_right() -> None:
    with pytest.raises(BoardError, match="there is no board 'icebraker'; did you mean icebreaker"):
        find_board("icebraker")


def test_a_name_that_is_wrong() -> None:
    with pytest.raises(BoardError) as error:
        find_board("toaster")
    assert str(error.value) == (
        "there is no board 'toaster'; `glauber boards` lists them all. For one of your own, give "
        "the path of a Python file that ends in .py and defines BOARD, or package.module:BOARD; "
        "docs/boards.md shows a whole example"
    )
    assert error.value.exit_code == 2


def written(path: Path, name: str = "mine") -> Path:
    path.write_text(textwrap.dedent(MY_BOARD).format(name=name))
    return path


def test_a_board_of_a_file(tmp_path: Path) -> None:
    path = written(tmp_path / "my_board.py")
    board = find_board(str(path))
    assert board.name == "mine"
    assert board.source == path.resolve()
    assert board.platform().device == "iCE40UP5K"


def test_a_board_of_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    path = written(tmp_path / "glauber_test_board.py")
    board = find_board("glauber_test_board:BOARD")
    assert (board.name, board.source) == ("mine", path.resolve())
    with pytest.raises(BoardError, match=r"must define NUMBER as a .*Board, but has a int there"):
        find_board("glauber_test_board:NUMBER")


def test_a_module_that_is_not_there() -> None:
    with pytest.raises(BoardError, match="the module no_such_module cannot be imported: No module"):
        find_board("no_such_module:BOARD")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="but there is no such file; give the path of a Python fi"):
        find_board(str(tmp_path / "absent.py"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("BORD = 1", "must define BOARD as a glauber.firmware.boards.board.Board, but has nothing"),
        ("BOARD = 1", "but has a int there; docs/boards.md shows a whole example"),
        ("import no_such_thing", "needs the Python package no_such_thing, which is not installed"),
        ("1 / 0", "cannot be run: ZeroDivisionError: division by zero; correct it"),
        ("def", "cannot be run: SyntaxError"),
    ],
)
def test_a_file_that_defines_no_board(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "my_board.py"
    path.write_text(text)
    with pytest.raises(BoardError) as error:
        find_board(str(path))
    assert said in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("name", ["", "a-name-of-17-chars", "pültchen"])
def test_a_name_that_the_header_cannot_hold(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "my_board.py", name)
    with pytest.raises(BoardError, match=f"is '{name}', with {len(name)} characters; it must be 1"):
        find_board(str(path))


def test_the_example_of_the_page_is_a_board(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "boards.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "my_board.py"
    path.write_text(example)
    board = find_board(str(path))
    platform = board.platform()
    assert platform.device == board.device
    assert plan_clock(board.family, platform, board.preset.clock_hz).dividers
    source, _ = serial_ports(platform, board.name)
    assert [bit.name for bit in source.io.metadata] == ["K2"]
