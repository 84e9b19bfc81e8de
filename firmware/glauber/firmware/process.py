"""Running tools: their output into a file and past who watches, all of them ended at the end."""

import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from .errors import ToolFailedError, ToolMissingError, ToolSlowError
from .tools import Tool
from .watch import Watch

__all__ = ["Runner"]


class Runner:
    """Runs the tools of one build.

    Parameters
    ----------
    watch : Watch
        Is shown every line that a tool prints.

    Members
    -------
    seconds : dict[str, float]
        How long each tool has run in all, by its name.
    """

    def __init__(self, watch: Watch) -> None:
        self.seconds: dict[str, float] = {}
        self._watch = watch
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def run(self, tool: Tool, arguments: Sequence[str], work: Path, log: str) -> str:
        """What a tool prints when it is run in `work`; the same is in the file `log` there.

        Raises
        ------
        ToolFailedError
            It ended with another exit code than 0.
        ToolMissingError
            It cannot be started.
        """
        code, output = self.attempt(tool, arguments, work, log)
        if code:
            raise ToolFailedError.of_output(tool.name, code, output, work / log)
        return output

    def attempt(
        self,
        tool: Tool,
        arguments: Sequence[str],
        work: Path,
        log: str,
        limit: float = threading.TIMEOUT_MAX,
    ) -> tuple[int, str]:
        """As `run`, but the exit code is the caller's to judge.

        Raises also `ToolSlowError` if it runs for longer than `limit` seconds.
        """
        start = time.monotonic()
        lines: list[str] = []
        process = self._start(tool, arguments, work)
        alarm = threading.Timer(limit, process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            assert process.stdout is not None
            with (work / log).open("w", encoding="utf-8") as file:
                for line in process.stdout:
                    file.write(line)
                    lines.append(line)
                    self._watch.line(line)
            code = process.wait()
        finally:
            alarm.cancel()
            self._end(process)
        elapsed = time.monotonic() - start
        if elapsed >= limit:
            raise ToolSlowError(
                f"{tool.name} was ended after {elapsed:.0f} s, the limit being {limit:.0f} s; its "
                f"output is in {work / log}"
            )
        with self._lock:
            self.seconds[tool.name] = self.seconds.get(tool.name, 0) + elapsed
        return code, "".join(lines)

    def stop(self) -> None:
        """Ends whatever still runs, and starts nothing any more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            process.kill()

    def _start(self, tool: Tool, arguments: Sequence[str], work: Path) -> "subprocess.Popen[str]":
        with self._lock:
            if self._stopped:
                raise ToolFailedError(f"{tool.name} was not started: the build is being stopped")
            try:
                process = subprocess.Popen(
                    [*tool.command, *arguments],
                    cwd=work,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:
                raise ToolMissingError(
                    f"{tool.name} cannot be started as {tool.command[0]}: {error.strerror}; "
                    "run `pip install 'glauber[build]'`, or correct the environment variable "
                    f"{tool.name.replace('-', '_').upper()} if you set it"
                ) from error
            self._running.add(process)
        return process

    def _end(self, process: "subprocess.Popen[str]") -> None:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        with self._lock:
            self._running.discard(process)
