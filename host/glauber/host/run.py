"""Runs: starting a schedule on a device and waiting for its end."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register, Status

from .bus import WORD_MAX, Words
from .errors import DeviceError, DeviceLostError, DeviceRefusedError, DeviceTimeoutError
from .link import Link
from .noise import noise_failure
from .schedules.words import count_sweeps

__all__ = ["Control", "Run", "RunReport", "stop_run"]

POLL_FIRST = 0.001  # s; doubles from poll to poll
POLL_LONGEST = 0.05
STOP_PATIENCE = 10.0  # s for the sweep that is under way, at the speed of hardware


@dataclass(frozen=True)
class RunReport:
    """What a run did: sweeps and clock cycles, and whether it was stopped before its end.

    reached : whether it ended because a replica reached the target
    """

    sweeps: int
    cycles: int
    stopped: bool
    reached: bool = False


def read_status(link: Link) -> Status:
    return Status(link.read_word(Register.STATUS))


def stop_run(link: Link) -> None:
    """End a run that is under way, if there is one, and wait for its last sweep.

    Raises `DeviceTimeoutError` if it does not end, `DeviceError`.
    """
    if not read_status(link) & Status.RUNNING:
        return
    link.write(Register.STOP, [1])
    patience = STOP_PATIENCE * link.transport.time_scale
    give_up = link.now() + patience
    while read_status(link) & Status.RUNNING:
        if link.now() > give_up:
            raise DeviceTimeoutError(
                f"{link.transport.name} was told to stop but still runs after {patience:g} s; "
                "reset it"
            )
        link.pause(POLL_FIRST)


class Control:
    """The row count and the run number of a device, remembered as this host left them.

    A device that was reset, or that someone else used, no longer has them, and neither has it the
    program, the states or the generators of this host: its samples would be wrong. Until the first
    `set_rows` nothing is expected.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._rows = self._run = 0
        self._known = False

    def set_rows(self, row_count: int) -> None:
        """Write the row count. Whatever the device did before, it is this host's from now on."""
        self._link.write(Register.ROW_COUNT, [row_count])
        self._run = self._link.read_word(Register.RUN)
        self._rows = row_count
        self._known = True

    def use_rows(self, row_count: int) -> None:
        """Write the row count if it is another one. Raises `DeviceLostError` as `check`."""
        self.check()
        if not self._known or row_count != self._rows:
            self.set_rows(row_count)

    def check(self) -> None:
        """Raise `DeviceLostError` unless the device is as it was left."""
        if not self._known:
            return
        run, rows = (self._link.read_word(word) for word in (Register.RUN, Register.ROW_COUNT))
        if (run, rows) != (self._run, self._rows):
            raise self._lost(
                f"its last run is number {run} of {rows} rows, that of this host was number "
                f"{self._run} of {self._rows}"
            )

    def start(self) -> int:
        """Start a run; its number. Raises `DeviceLostError` as `check`, `NoiseFailureError`."""
        self.check()
        last, self._run = self._run, (self._run + 1) & WORD_MAX
        try:
            self._link.write(Register.RUN, [self._run])
        except DeviceRefusedError as error:
            if read_status(self._link) & Status.FAULT:
                self._run = last  # the number is not taken
                raise noise_failure(self._link) from error
            raise self._lost(str(error)) from error  # it changed after the check
        return self._run

    def _lost(self, found: str) -> DeviceLostError:
        return DeviceLostError(
            f"{self._link.transport.name} lost what this host had loaded ({found}): it was reset, "
            "or someone else uses it; check its power supply and run again"
        )


class Run:
    """One run, in as many parts as the device's room for steps asks for.

    `timeout`, `interrupt`, `on_progress` and `on_part` are those of `Device.run`.
    """

    def __init__(
        self,
        link: Link,
        control: Control,
        params: MachineParams,
        timeout: float | None,
        interrupt: Callable[[], bool] | None,
        on_progress: Callable[[int], None] | None,
        on_part: Callable[[int], None] | None = None,
    ) -> None:
        self._link = link
        self._control = control
        self._params = params
        self._timeout = timeout
        self._interrupt = interrupt
        self._on_progress = on_progress
        self._on_part = on_part
        self._interrupted = self._told_to_stop = self._stopped = self._reached = False
        self._held = np.empty(0, np.uint32)  # the steps that the device holds
        self._sweeps = self._cycles = 0
        self._begin = link.now()

    def execute(self, schedule: Words) -> RunReport:
        """Run the steps and wait. Any exception but a `DeviceError` stops the run and passes."""
        with self._stopping():
            for steps in self._parts(schedule):
                number = self._start(steps)
                before = self._sweeps
                self._end(number, steps, self._wait())
                if self._on_part is not None:
                    self._on_part(before)
        return self.report

    @property
    def report(self) -> RunReport:
        """What the parts that are over did."""
        return RunReport(self._sweeps, self._cycles, self._stopped, self._reached)

    @contextlib.contextmanager
    def _stopping(self) -> Iterator[None]:
        """Any exception but a `DeviceError` stops the run and passes."""
        try:
            yield
        except DeviceError:
            raise
        except BaseException:
            with contextlib.suppress(DeviceError):
                self._link.write(Register.STOP, [1])
            raise

    def _parts(self, schedule: Words) -> Iterator[Words]:
        """Steps that the device can hold at once, until it is to stop."""
        capacity = self._params.steps
        for start in range(0, len(schedule), capacity):
            if self._asked_to_stop():
                self._stopped = True
            if self._stopped or self._reached:
                break
            yield schedule[start : start + capacity]

    def _start(self, steps: Words) -> int:
        """Start a part; its run number. Steps that the last part left there are not sent again."""
        if not np.array_equal(self._held[: len(steps)], steps):
            self._link.write(region_base(Region.STEPS), steps)
            self._held = steps
        self._link.write(Register.STEP_COUNT, [len(steps)])
        return self._control.start()

    def _end(self, number: int, steps: Words, status: Status) -> None:
        """Check what a part did, and count it."""
        link = self._link
        if status & Status.FAULT:
            raise noise_failure(link)
        stopped = bool(status & Status.STOPPED)
        sweeps, low, high = (int(word) for word in link.read(Register.SWEEPS_DONE, 3))
        reached = Status.TARGET in status
        asked = count_sweeps(steps, self._params.abilities)
        whole = stopped or reached or sweeps == asked & WORD_MAX
        if link.read_word(Register.RUN) != number or not whole:
            raise DeviceLostError(
                f"{link.transport.name} lost run {number} after {sweeps} of {asked} sweeps: it was "
                "reset, or someone else uses it; check its power supply and run again"
            )
        if stopped and not self._told_to_stop:
            raise DeviceLostError(
                f"run {number} on {link.transport.name} was stopped by someone else after {sweeps} "
                f"of {asked} sweeps; end what else uses the device and run again"
            )
        self._sweeps += sweeps if stopped or reached else asked
        self._cycles += high << 32 | low
        self._stopped = stopped
        self._reached = reached

    def _wait(self) -> Status:
        """Poll until the part is over; the last status."""
        pause = POLL_FIRST
        while (status := read_status(self._link)) & Status.RUNNING:
            self._tell_progress()
            if not self._told_to_stop and self._asked_to_stop():
                self._told_to_stop = True
                self._link.write(Register.STOP, [1])
            self._check_time()
            self._link.pause(pause)
            pause = min(2 * pause, POLL_LONGEST)
        self._tell_progress()
        return status

    def _asked_to_stop(self) -> bool:
        self._interrupted = self._interrupted or bool(self._interrupt and self._interrupt())
        return self._interrupted

    def _tell_progress(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._sweeps + self._link.read_word(Register.SWEEPS_DONE))

    def _check_time(self) -> None:
        """Raise `DeviceTimeoutError`, and stop the run, if it has taken longer than allowed."""
        if self._timeout is None or self._link.now() - self._begin <= self._timeout:
            return
        stop_run(self._link)
        raise DeviceTimeoutError(
            f"the run on {self._link.transport.name} did not end within {self._timeout:g} s and "
            "was stopped; allow more time or ask for fewer sweeps"
        )
