"""The model of a run: sweeps, reseeds, operations, and emissions with waits for room."""

import threading
from collections.abc import Callable, Iterator, Sequence

from glauber.hdl.facts.machine import (
    EMIT_CLOCKS,
    OPERATION_CLOCKS,
    SEQUENCER_CLOCKS,
    MachineParams,
)
from glauber.hdl.facts.operations import Measure, Operation, Repeat
from glauber.hdl.facts.program import Step

from .control import NoiseControl
from .course import Course
from .liveness import LivenessModel
from .measure import MeasureModel
from .program import cut_schedule
from .replicas import ReplicaBlocks
from .rows import Rows
from .stream import StreamModel

__all__ = ["RunModel"]

# A run of less work (couplings and draws times replicas) goes on as far as it can before the
# request that set it going is answered.
_INLINE_WORK = 4_000_000
# An operation costs about as much, beside what it measures.
_OPERATION_WORK = 10_000


class RunModel:
    """Carries out one run after the other.

    A long run computes in a thread of its own, so that its status can be asked meanwhile. A run
    that finds no room in the stream waits, without a thread, until `release` or `stop`.

    sweeps, cycles : of the last run, as their registers
    stopped, reached : as bits of `Status`; the latter is that of the target
    """

    def __init__(
        self,
        params: MachineParams,
        blocks: ReplicaBlocks,
        noise: NoiseControl,
        liveness: LivenessModel,
        stream: StreamModel,
        measure: MeasureModel,
    ) -> None:
        self._params = params
        self._blocks = blocks
        self._noise = noise
        self._liveness = liveness
        self._stream = stream
        self._measure = measure
        self.sweeps = self.cycles = 0
        self.stopped = self.reached = False
        self._stop = threading.Event()
        self._resting = threading.Event()  # nothing computes
        self._resting.set()
        self._lock = threading.Lock()  # of the stream, and of whether the run waits for it
        self._waiting = self._inline = False
        self._run: Iterator[None] | None = None
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way. Raises what ended the last run before its time."""
        if self._failure is not None:
            raise self._failure
        return self._run is not None

    @property
    def waiting(self) -> bool:
        """Whether the run that is under way waits for room in the stream."""
        return self._waiting

    def start(self, rows: Rows, course: Callable[[], Course], emit_words: int) -> None:
        """Begin a run, while none is under way. `course` gives its way, from the beginning."""
        self.sweeps, self.cycles = 0, SEQUENCER_CLOCKS
        self.stopped = self.reached = False
        self._stop.clear()
        self._stream.drop()
        self._inline = self._is_short(rows, course())
        self._run = self._follow(rows, course(), emit_words)
        self._go_on()

    def _is_short(self, rows: Rows, course: Course) -> bool:
        """Whether all that can lie before a run is little work."""
        left, sweep = _INLINE_WORK, self._blocks.work(rows)
        while left >= 0 and not course.ended:
            part = course.take()
            if not isinstance(part, Measure | Repeat):
                left -= sweep * sum(step.sweeps for step in part)
                continue
            left -= _OPERATION_WORK
            if isinstance(part, Measure):
                left -= self._measure.work(part.flags)
        return left >= 0

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
        run = self._run
        assert run is not None
        try:
            next(run)
        except StopIteration:
            self._run = None
        except Exception as failure:  # handed to whoever asks for the status
            self._failure, self._run = failure, None
        finally:
            self._resting.set()

    def _follow(self, rows: Rows, course: Course, emit_words: int) -> Iterator[None]:
        """The whole run; comes back each time that it waits for room."""
        while not (course.ended or self.stopped or self.reached):
            part = course.take()
            if isinstance(part, Measure | Repeat):
                self._operate(part)
                if self._must_end and not (course.ended or self.reached):
                    self.stopped = True
            else:
                yield from self._sweep(rows, part, course, emit_words)

    def _operate(self, operation: Operation) -> None:
        """An operation. The rings age in sweeps only: they take longer to model than to measure."""
        clocks = OPERATION_CLOCKS
        if isinstance(operation, Measure):
            measured = self._measure.operate(operation.flags, self.sweeps)
            clocks, self.reached = measured.clocks, measured.reached
            if self._liveness.pass_draws(measured.draws):
                self._noise.fail_generator()
        self.cycles += clocks

    @property
    def _must_end(self) -> bool:
        return self._stop.is_set() or self._noise.fault

    def _sweep(
        self, rows: Rows, steps: Sequence[Step], course: Course, emit_words: int
    ) -> Iterator[None]:
        """The steps up to a rest, and the emission in it."""
        emits = bool(emit_words and steps[-1].emit)
        left = sum(step.sweeps for step in steps)
        for sweeps in self._passes(rows, steps):
            self.sweeps, left = self.sweeps + sweeps, left - sweeps
            self.cycles += rows.slots * sweeps
            self._noise.pass_cycles(rows.slots * sweeps)
            if self._must_end and (left or emits or not course.ended):
                self.stopped = True
                break
        self.cycles += self._params.drain_clocks
        if not emits or self.stopped:
            return
        yield from self._emit(emit_words)
        self.stopped |= self._must_end and not course.ended
        if self.stopped or course.ended:  # it drains once more
            self.cycles += self._params.drain_clocks

    def _emit(self, count: int) -> Iterator[None]:
        """Emits the first `count` words of the states, or as many as it can before a stop."""
        self.cycles += EMIT_CLOCKS
        words = self._blocks.read_states(0, count)
        while len(words):
            if self._must_end:
                self.stopped = True
                return
            with self._lock:
                taken = self._stream.push(words)
                words = words[taken:]
                self.cycles += taken * self._params.emit_word_clocks
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
