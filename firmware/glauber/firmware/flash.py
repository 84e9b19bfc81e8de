"""Loads an image into a board with openFPGALoader."""

import codecs
import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from glauber.hdl.family import Family

from .boards.board import Board
from .errors import LoaderMissingError, LoadError, LoadRefusedError
from .loader import Tool, find_loader
from .loader_meanings import Attempt
from .loader_output import explain, last_words

__all__ = ["SILENCE", "Loaded", "check_request", "flash"]

SILENCE = 120.0  # s; its progress bars move every second, and erasing a block takes two
_PATIENCE = 2.0  # s, from asking it to end until it is made to
_SYNC_WITHIN = 4096  # bytes; before it are only comments
# By family: the suffixes of its images, and what tells the FPGA that its configuration begins.
_IMAGES: dict[Family, tuple[tuple[str, ...], bytes | None]] = {
    Family.ICE40: ((".bin",), bytes.fromhex("7eaa997e")),
    Family.ECP5: ((".bit", ".dfu"), bytes.fromhex("bdb3")),
    Family.GOWIN: ((".fs",), None),  # a text, of comments and of lines of 0 and 1
}


@dataclass(frozen=True)
class Loaded:
    """What was done.

    image : Path
    tool : Tool
    to_flash : bool
        Whether it went to the flash, or else to the SRAM of the FPGA.
    verified : bool
        Whether the flash was read back and compared.
    seconds : float
        How long it took.
    note : str
        What is to be known of loading this board; empty for nothing.
    """

    image: Path
    tool: Tool
    to_flash: bool
    verified: bool
    seconds: float
    note: str


def flash(
    board: Board,
    image: Path,
    *,
    to_flash: bool = False,
    verify: bool = False,
    serial: str | None = None,
    extra: Sequence[str] = (),
    tool: Tool | None = None,
    show: Callable[[str], None] | None = None,
    silence: float = SILENCE,
) -> Loaded:
    """Loads `image` into `board`, and waits until that is done.

    Parameters
    ----------
    board : Board
    image : Path
    to_flash : bool
        Into the board's flash, so that it outlasts power off; else into the SRAM of the FPGA.
    verify : bool
        Reads the flash back.
    serial : str | None
        The serial number of the FTDI chip of the board, if there are several.
    extra : Sequence[str]
        More arguments for openFPGALoader; of options given twice, it takes these.
    tool : Tool | None
        The openFPGALoader to use; by default what `find_loader` finds.
    show : Callable[[str], None] | None
        Is given all that openFPGALoader prints, with its progress bars.
    silence : float
        Seconds without a word after which it is ended.

    Raises
    ------
    LoadRefusedError
        The board cannot be loaded in this way, or the file is not an image for it.
    LoaderMissingError, LoaderPermissionError
        The environment lacks openFPGALoader or a permission.
    BoardAbsentError
        The board is not found.
    LoadError
        Anything else that went wrong while it was loaded.
    """
    check_request(board, to_flash=to_flash, verify=verify, serial=serial)
    _check_image(board, image)
    loader = board.loader
    attempt = Attempt(board.name, loader, tool or find_loader(), to_flash, serial, tuple(extra))
    command = [
        attempt.tool.path,
        *loader.arguments,
        "--write-flash" if to_flash else "--write-sram",
        *(["--verify"] if verify else []),
        *(["--ftdi-serial", serial] if serial else []),
        *extra,
        str(image.resolve()),  # so that no name looks like an option
    ]
    begin = time.monotonic()
    code, output = _run(command, board.name, show, silence)
    if error := explain(attempt, code, output):
        raise error
    seconds = time.monotonic() - begin
    return Loaded(image, attempt.tool, to_flash, verify, seconds, loader.note)


def check_request(
    board: Board, *, to_flash: bool = False, verify: bool = False, serial: str | None = None
) -> None:
    """Raises `LoadRefusedError` if `flash` would with these settings, whatever the image."""
    loader, name = board.loader, board.name
    note = f" Note: {loader.note}." if loader.note else ""
    if not loader.arguments:
        raise LoadRefusedError(
            f"openFPGALoader cannot load {name}; load its image in the board's own way.{note}"
        )
    if not to_flash and not loader.sram:
        raise LoadRefusedError(
            f"{name} has no way into the SRAM of its FPGA; write its flash with --permanent, from "
            f"which the FPGA then starts, also after power off.{note}"
        )
    if to_flash and not loader.flash:
        raise LoadRefusedError(
            f"{name} has no flash that can be written; leave --permanent out.{note}"
        )
    if verify and not to_flash:
        raise LoadRefusedError(
            "--verify reads back what was written to the flash; add --permanent, or leave it out"
        )
    if verify and not loader.verify:
        raise LoadRefusedError(
            f"the flash of {name} cannot be read back by openFPGALoader; leave --verify out"
        )
    if serial is not None and not (serial and loader.serial):
        raise LoadRefusedError(
            f"--ftdi-serial is {serial!r}, but openFPGALoader does not select {name} by a serial "
            "number; unplug other boards of this kind, or give the numbers of bus and device that "
            "`lsusb` shows, as `--loader-arg=--busdev-num=1:7`"
            if serial
            else "--ftdi-serial is empty; give the serial number that `lsusb -v` shows, or leave "
            "it out"
        )


def _check_image(board: Board, image: Path) -> None:
    """Refuses what is no image for the family: an iCE40 and a flash take anything."""
    suffixes, sync = _IMAGES[board.family]
    family, wanted = board.family.name, " or ".join(suffixes)
    try:
        with image.open("rb") as file:
            begin = file.read(_SYNC_WITHIN)
    except OSError as error:
        raise LoadRefusedError(
            f"cannot read the image {image}: {error.strerror}; give the {wanted} file of a build"
        ) from error
    if image.suffix.lower() not in suffixes:
        raise LoadRefusedError(
            f"the image is {image}; for {board.name}, with its {family}, its name must end in "
            f"{wanted}"
        )
    if not (sync in begin if sync else _is_gowin(begin)):
        raise LoadRefusedError(
            f"{image} is not an image for an {family}: "
            + ("it is empty" if not begin else "the mark that begins a configuration is not in it")
            + f"; give the {wanted} file that a build for {board.name} made"
        )


def _is_gowin(begin: bytes) -> bool:
    lines = [line.strip() for line in begin.splitlines()]
    bits = [line for line in lines if line and not line.startswith(b"//")]
    return bool(bits) and not bits[0].strip(b"01")


def _run(
    command: list[str], board: str, show: Callable[[str], None] | None, silence: float
) -> tuple[int, str]:
    """Exit code and output of a command, which is ended when nothing is heard from it."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except OSError as error:
        raise LoaderMissingError(
            f"{command[0]} cannot start: {error.strerror}; install openFPGALoader again"
        ) from error
    assert process.stdout is not None
    heard, pieces = queue.Queue[str](), list[str]()
    # A thread, because a pipe cannot be read with a limit of time on every system.
    reader = threading.Thread(target=_read, args=(process.stdout, heard), daemon=True)
    reader.start()
    try:
        while piece := heard.get(timeout=silence):
            pieces.append(piece)
            if show:
                show(piece)
        return process.wait(silence), "".join(pieces)
    except (queue.Empty, subprocess.TimeoutExpired) as error:
        raise LoadError(
            f"openFPGALoader said nothing for {silence:g} s while it loaded {board}, and was "
            "ended; plug the board in again, without a hub, and load again: it may hold half an "
            f"image. It had said: {last_words(''.join(pieces))}"
        ) from error
    finally:
        _end(process)
        reader.join(_PATIENCE)


def _read(pipe: IO[bytes], heard: "queue.Queue[str]") -> None:
    """Passes on what comes out of a pipe, as it comes, and then an empty text."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with pipe:
        while piece := os.read(pipe.fileno(), 65536):
            if text := decoder.decode(piece):
                heard.put(text)
    heard.put("")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)
    process.kill()
    process.wait()
