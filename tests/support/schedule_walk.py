"""What a sequencer does with a schedule, clock by clock: plain Python from the facts alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from glauber.hdl.facts.machine import OPERATION_CLOCKS, SEQUENCER_CLOCKS, MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import REPEAT_LEVELS, Measure, Operation, Repeat, decode_word
from glauber.hdl.facts.program import Step

__all__ = ["Clock", "Schedule", "ScheduleWalk", "effective_flags"]

# first, last, address, target, temperature, couple, draw
Slot = tuple[int, int, int, int, int | None, int, int]


@dataclass(frozen=True)
class Clock:
    """What stands in one clock of a run; the temperature only in the slots of sweeps."""

    running: int = 1
    slot: Slot | None = None
    sweep_done: int = 0
    walking: int = 0
    weigh: int = 0
    last: int = 0
    flags: int = 0


@dataclass(frozen=True)
class Schedule:
    """Rows as `(length, target)`, the words behind them, and how a sequencer that has them is set.

    `weighing` and `emission` are the clocks from the first to the last one of each, and `emission`
    is 0 if there is nothing to emit. The weighing of number `hit` meets the target.
    """

    rows: Sequence[tuple[int, int]]
    words: Sequence[Step | Operation]
    measured_rows: int = 0
    weigh_rows: int = 0
    weighing: int = 5
    emission: int = 0
    hit: int | None = None


def effective_flags(flags: MeasureFlags, abilities: Abilities) -> MeasureFlags:
    """What an operation measures in a machine with `abilities`; NONE if that needs no walk."""
    scores = Abilities.SCORES in abilities and MeasureFlags.SCORES in flags
    if not scores:
        flags &= MeasureFlags.MOMENTS | MeasureFlags.FRESH
    if Abilities.TEMPERING not in abilities:
        flags &= ~MeasureFlags.EXCHANGE
    if Abilities.MOMENTS not in abilities:
        flags &= ~MeasureFlags.MOMENTS
    walks = flags & (MeasureFlags.SCORES | MeasureFlags.MOMENTS)
    return flags if walks else MeasureFlags.NONE


@dataclass
class ScheduleWalk:
    """A run of a schedule that is asked to stop in clock `stop`, counted from that of the start.

    In that of the start it means nothing.
    """

    params: MachineParams
    schedule: Schedule
    stop: int = 0
    clocks: list[Clock] = field(default_factory=list)
    stopped: bool = False
    reached: bool = False
    weighings: int = 0

    def __post_init__(self) -> None:
        self._counters = [0] * REPEAT_LEVELS
        self.clocks.append(Clock(running=0))
        self._pass(SEQUENCER_CLOCKS)
        at: int | None = 0
        while at is not None:
            word = self._word(at)
            at = self._step(word, at) if isinstance(word, Step) else self._operation(word, at)
        self.clocks.append(Clock(running=0))

    def _word(self, at: int) -> Step | Operation:
        code = self.schedule.words[at].encode()
        return decode_word(code) if self.params.abilities else Step.decode(code)

    def _pass(self, clocks: int, clock: Clock = Clock()) -> None:
        self.clocks += [clock] * clocks

    def _asked(self) -> bool:
        """Whether the newest clock is behind that of the stop."""
        return bool(self.stop) and self.stop < len(self.clocks) - 1

    def _end(self, clocks: int, *, stopped: bool) -> None:
        self._pass(clocks)
        self.stopped = stopped

    def _step(self, step: Step, at: int) -> int | None:
        """Carries out a step; the place of the next word, None at the end."""
        drain, is_last = self.params.drain_clocks, at + 1 == len(self.schedule.words)
        emits = step.emit and self.schedule.emission
        for sweep in range(step.sweeps):
            self.clocks += self._sweep(step)
            complete = sweep + 1 == step.sweeps and is_last and not emits
            if complete or self._asked():
                return self._end(drain, stopped=not complete)
        if emits:
            self._pass(drain + 1)
            if self._asked():
                return self._end(drain, stopped=True)
            self._pass(self.schedule.emission - 1)
            if is_last or self._asked():
                return self._end(drain, stopped=not is_last)
        elif not isinstance(self._word(at + 1), Step):
            self._pass(drain)
            if self._asked():
                return self._end(0, stopped=True)
        return at + 1

    def _sweep(self, step: Step) -> Iterator[Clock]:
        address = 0
        for row, (length, target) in enumerate(self.schedule.rows):
            for n in range(length):
                ends = (int(n == 0), int(n + 1 == length))
                drawn = int(n < self.params.draws)
                slot = (*ends, address, target, step.temperature, int(step.couple), drawn)
                done = ends[1] and row + 1 == len(self.schedule.rows)
                yield Clock(slot=slot, sweep_done=int(done))
                address += 1

    def _operation(self, operation: Operation, at: int) -> int | None:
        self._pass(2)
        following = at + 1
        if isinstance(operation, Measure):
            flags = effective_flags(operation.flags, self.params.abilities)
            if flags and self.schedule.measured_rows:
                self.clocks.pop()
                self._measure(flags)
        elif Abilities.LOOPS in self.params.abilities:
            following = self._repeat(operation, at)
        self._pass(OPERATION_CLOCKS - 2)
        through = self.reached or following == len(self.schedule.words)
        if through or self._asked():
            return self._end(0, stopped=not through)
        return following

    def _repeat(self, repeat: Repeat, at: int) -> int:
        assert repeat.length <= at, "a loop begins before the schedule"
        again = self._counters[repeat.level] < repeat.count
        self._counters[repeat.level] = self._counters[repeat.level] + 1 if again else 0
        return at - repeat.length if again else at + 1

    def _measure(self, flags: MeasureFlags) -> None:
        """The walk, from the clock before its first slot on."""
        walking = Clock(walking=1, flags=flags)
        scores = MeasureFlags.SCORES in flags
        rows = self.schedule.rows[: self.schedule.measured_rows]
        size = self.schedule.weigh_rows if scores else 0
        address = 0
        self._pass(1, walking)
        for start in range(0, len(rows), size or len(rows)):
            part = rows[start : start + (size or len(rows))]
            places = [target for length, target in part for _ in range(length)]
            for n, target in enumerate(places):
                slot = (int(n == 0), 0, address, target, None, 1, 0)
                self._pass(1, Clock(walking=1, flags=flags, slot=slot))
                address += 1
            self._pass(self.params.drain_clocks, walking)
            if scores:
                last = int(start + len(part) == len(rows))
                self._weigh(last, flags)

    def _weigh(self, last: int, flags: MeasureFlags) -> None:
        self._pass(1, Clock(weigh=1, last=last, flags=flags))
        self._pass(self.schedule.weighing - 1)
        if not last:
            self.clocks[-1] = Clock(walking=1, flags=flags)  # and the next part begins
        self.reached |= bool(last) and self.weighings == self.schedule.hit
        self.weighings += 1
