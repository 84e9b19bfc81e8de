"""The model of a run: sweeps, reseeds and emissions, with waits for room in the stream."""

import threading
from collections.abc import Iterator, Sequence

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step

from .control import NoiseControl
from .liveness import LivenessModel
from .program import cut_schedule, split_at_emissions
from .replicas import ReplicaBlocks
from .rows import Rows
from .stream import StreamModel

__all__ = ["RunModel"]

# A run of less work (couplings and draws times replicas) goes on as far as it can before the
# request that set it going is answered.
_INLINE_WORK = 4_000_000


class RunModel:
    """Carries out one run after the other.

    A long run computes in a thread of its own, so that its status can be asked meanwhile. A run
    that finds no room in the stream waits, without a thread, until `release` or `stop`.

    sweeps, cycles, stopped : of the last run, as their registers
    """

    def __init__(
        self,
        params: MachineParams,
        blocks: ReplicaBlocks,
        noise: NoiseControl,
        liveness: LivenessModel,
        stream: StreamModel,
    ) -> None:
        self._params = params
        self._blocks = blocks
        self._noise = noise
        self._liveness = liveness
        self._stream = stream
        self.sweeps = self.cycles = 0
        self.stopped = False
        self._emissions = self._words = 0
        self._stop = threading.Event()
        self._resting = threading.Event()  # nothing computes
        self._resting.set()
        self._lock = threading.Lock()  # of the stream, and of whether the run waits for it
        self._waiting = self._inline = False
        self._course: Iterator[None] | None = None
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way. Raises what ended the last run before its time."""
        if self._failure is not None:
            raise self._failure
        return self._course is not None

    @property
    def waiting(self) -> bool:
        """Whether the run that is under way waits for room in the stream."""
        return self._waiting

    def start(self, rows: Rows, steps: Sequence[Step], emit_words: int) -> None:
        """Begin a run, while none is under way."""
        self.sweeps = self.cycles = self._emissions = self._words = 0
        self.stopped = False
        self._stop.clear()
        self._stream.drop()
        self._inline = self._blocks.work(rows) * sum(step.sweeps for step in steps) <= _INLINE_WORK
        self._course = self._follow(rows, steps, emit_words)
        self._go_on()

    def stop(self) -> None:
        """End the run that is under way, if there is one."""
        self._stop.set()
        self._wake()

    def release(self, tail: int) -> bool:
        """As `StreamModel.release`; a run that waits for room goes on."""
        with self._lock:
            legal = self._stream.release(tail)
        self._wake()
        return legal

    def notice_fault(self) -> None:
        """End a run that waits for room if there is a fault."""
        if self._noise.fault:
            self._wake()

    def wait(self, seconds: float) -> None:
        """Until the run that is under way ends or waits, or so long."""
        self._resting.wait(seconds)

    def _wake(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, False
        if waiting:
            self._go_on()

    def _go_on(self) -> None:
        """Let the run compute until it ends or waits."""
        if self._thread is not None:
            self._thread.join()  # it has said that it waits, and is about to end
            self._thread = None
        self._resting.clear()
        if self._inline:
            self._compute()
        else:
            self._thread = threading.Thread(target=self._compute, daemon=True)
            self._thread.start()

    def _compute(self) -> None:
        course = self._course
        assert course is not None
        try:
            next(course)
        except StopIteration:
            self._course = None
        except Exception as failure:  # handed to whoever asks for the status
            self._failure, self._course = failure, None
        finally:
            self._resting.set()

    def _follow(self, rows: Rows, steps: Sequence[Step], emit_words: int) -> Iterator[None]:
        """The whole run; comes back each time that it waits for room."""
        total = sum(step.sweeps for step in steps)
        for part in split_at_emissions(steps) if emit_words else [steps]:
            emits = bool(emit_words and part[-1].emit)
            for sweeps in self._passes(rows, part):
                self.sweeps += sweeps
                self._noise.pass_cycles(rows.slots * sweeps)
                if self._must_end and (self.sweeps < total or emits):
                    self.stopped = True
                    break
            if emits and not self.stopped:
                self._emissions += 1
                yield from self._emit(rows, emit_words)
                self.stopped |= self._must_end and self.sweeps < total
            if self.stopped:
                break
        self.cycles = self._count(rows)

    @property
    def _must_end(self) -> bool:
        return self._stop.is_set() or self._noise.fault

    def _count(self, rows: Rows) -> int:
        counts = (self.sweeps, self._emissions, self._words)
        return self._params.run_clocks(rows.slots, *counts)

    def _emit(self, rows: Rows, count: int) -> Iterator[None]:
        """Emits the first `count` words of the states, or as many as it can before a stop."""
        words = self._blocks.read_states(0, count)
        while len(words):
            if self._must_end:
                self.stopped = True
                return
            with self._lock:
                taken = self._stream.push(words)
                words = words[taken:]
                self._words += taken
                self.cycles = self._count(rows) - self._params.drain_clocks
                # A stop that comes later finds that the run waits.
                waits = self._waiting = bool(len(words)) and not self._must_end
            if waits:
                yield

    def _passes(self, rows: Rows, steps: Sequence[Step]) -> Iterator[int]:
        """Runs a schedule, with its reseeds; yields the sweeps that are done, now and then."""
        reseeder = self._noise.reseeder
        total = sum(step.sweeps for step in steps)
        draws = len(rows.targets) * self._params.draws
        for piece in cut_schedule(steps, reseeder.interval or total, reseeder.sweeps_left):
            for part in cut_schedule(piece, total, self._liveness.sweeps_left(draws)):
                for sweeps in self._blocks.run(rows, part):
                    if self._liveness.pass_draws(draws * sweeps):
                        self._noise.fail_generator()
                    if word := reseeder.pass_sweeps(sweeps):
                        self._blocks.inject(word)
                        self._liveness.look(self._blocks.dead)
                    yield sweeps
