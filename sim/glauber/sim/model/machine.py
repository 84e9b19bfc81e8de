"""The model of the machine at its bus: the same answers to the same requests as the gates."""

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.digest import facts_hash, gates_hash
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.header import Features, Header, HeaderWords
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.registers import Region, Register, Status, region_words, split_address

from ..rings import RingModel
from .control import NOISE_REGISTERS, NoiseControl
from .liveness import LivenessModel
from .program import ProgramStore, cut_schedule
from .replicas import ReplicaBlocks
from .rows import Rows

__all__ = ["ModelMachine"]

Words = NDArray[np.uint32]
_MASK32 = (1 << 32) - 1
_REGIONS, _REGISTERS = set(Region), set(Register)
# A run of less work (couplings and draws times replicas) is done before its request is answered.
_INLINE_WORK = 4_000_000


class ModelMachine:
    """A machine with `params`, bit for bit as the gates, on `threads` threads.

    A long run computes in a thread of its own, so that its status can be asked meanwhile. What the
    rings do, which `rings` describes if `params` has any, is like the gates' in kind only.
    """

    def __init__(self, params: MachineParams, threads: int, rings: RingModel | None = None) -> None:
        self.params = params
        self._header = HeaderWords(
            params, facts_hash(), features=Features.SIMULATION, gates_hash=gates_hash()
        ).words()
        self._program = ProgramStore(params)
        self._blocks = ReplicaBlocks(params, threads)
        self.noise = NoiseControl(params, rings)
        self._liveness = LivenessModel()
        self._registers = dict.fromkeys(Register, 0)
        self._stop = threading.Event()
        self._runner: threading.Thread | None = None
        self._failure: Exception | None = None
        self._writers: dict[Region, Callable[[int, Words], None]] = {
            Region.ROWS: self._program.write_rows,
            Region.STEPS: self._program.write_steps,
            Region.PROGRAM: self._program.write_couplings,
            Region.SEEDS: self._write_seeds,
            Region.STATES: self._blocks.write_states,
            Region.RESEEDS: self._write_reseeds,
        }

    @property
    def running(self) -> bool:
        """Whether a run is under way. Raises what ended the last run before its time."""
        if self._failure is not None:
            raise self._failure
        return self._runner is not None and self._runner.is_alive()

    def count_bad_frame(self) -> None:
        """One more frame was dropped."""
        self._registers[Register.FRAMES_BAD] = self._registers[Register.FRAMES_BAD] + 1 & _MASK32

    def read(self, address: int, count: int) -> tuple[Result, Words]:
        """`count` words from `address` on; the words mean nothing unless the result is OK."""
        region, offset = split_address(address)
        nothing = np.empty(0, np.uint32)
        if region == Region.REGISTERS:
            if offset + count > Register.HEALTH and not self.running:
                self.noise.pass_request()
            words = [self._read_register(offset + index) for index in range(count)]
            known = [word for word in words if word is not None]
            if len(known) < count:
                return Result.BAD_ADDRESS, nothing
            return Result.OK, np.array(known, np.uint32)
        if region in _REGIONS and self.running:
            return Result.BUSY, nothing
        if region == Region.STATES and offset + count <= self.params.state_words:
            return Result.OK, self._blocks.read_states(offset, count)
        if region in (Region.RAW, Region.RESEEDS):
            memory = self.noise.memory(Region(region))
            if offset + count <= len(memory):
                return Result.OK, memory[offset : offset + count].copy()
        return Result.BAD_ADDRESS, nothing

    def write(self, address: int, words: Words) -> Result:
        """Writes words from `address` on, up to the first that is refused."""
        number, offset = split_address(address)
        if number not in _REGIONS:
            return Result.BAD_ADDRESS
        region = Region(number)
        if region is Region.REGISTERS:
            for index, word in enumerate(words.tolist()):
                result = self._write_register(offset + index, word)
                if result is not Result.OK:
                    return result
            return Result.OK
        if self.running:
            return Result.BUSY
        if region not in self._writers:
            return Result.BAD_ADDRESS
        room = region_words(region, self.params) - offset
        if room > 0:
            self._writers[region](offset, words[:room])
        return Result.OK if room >= len(words) else Result.BAD_ADDRESS

    def _read_register(self, offset: int) -> int | None:
        if offset < len(Header):
            return self._header[offset]
        if offset == Register.STATUS:
            running = self.running
            status = Status(self._registers[Register.STATUS])
            status |= Status.RUNNING if running else 0
            return int(status | (Status.FAULT if self.noise.fault else 0))
        if offset == Register.STOP or offset not in _REGISTERS:
            return None
        if offset in NOISE_REGISTERS:
            return self.noise.read(Register(offset))
        return self._registers[Register(offset)]

    def _write_register(self, offset: int, word: int) -> Result:
        if offset == Register.RUN:
            return self._start(word)
        if offset == Register.STOP:
            self._stop.set()
            return Result.OK
        setters: dict[int, Callable[[int], bool]] = {
            Register.ROW_COUNT: lambda rows: 1 <= rows <= self.params.rows,
            Register.STEP_COUNT: lambda steps: 1 <= steps <= self.params.steps,
            Register.HEALTH: self._restart_tests,
            Register.RESEED: self.noise.set_reseed,
        }
        if offset not in setters:
            return Result.BAD_ADDRESS
        if self.running:
            return Result.BUSY
        if not setters[offset](word):
            return Result.BAD_VALUE
        self._registers[Register(offset)] = word
        return Result.OK

    def _restart_tests(self, _word: int) -> bool:
        self.noise.restart()
        return True

    def _write_seeds(self, offset: int, words: Words) -> None:
        self._blocks.write_seeds(offset, words)
        self._liveness.restart(self._blocks.dead)

    def _write_reseeds(self, offset: int, words: Words) -> None:
        self.noise.reseeder.record[offset : offset + len(words)] = words

    def _start(self, number: int) -> Result:
        if number == self._registers[Register.RUN]:
            return Result.OK
        if self.running:
            return Result.BUSY
        if self.noise.fault:
            return Result.FAULT
        if not (self._registers[Register.ROW_COUNT] and self._registers[Register.STEP_COUNT]):
            return Result.BAD_VALUE
        self._registers |= {Register.RUN: number, Register.STATUS: 0, Register.SWEEPS_DONE: 0}
        self._stop.clear()
        rows = self._program.rows(self._registers[Register.ROW_COUNT])
        steps = self._program.steps(self._registers[Register.STEP_COUNT])
        work = self._blocks.work(rows) * sum(step.sweeps for step in steps)
        self._runner = threading.Thread(target=self._run, args=(rows, steps), daemon=True)
        if work > _INLINE_WORK:
            self._runner.start()
        else:
            self._runner.run()
        return Result.OK

    def _run(self, rows: Rows, steps: Sequence[Step]) -> None:
        total, done = sum(step.sweeps for step in steps), 0
        try:
            for sweeps in self._passes(rows, steps):
                done += sweeps
                self._registers[Register.SWEEPS_DONE] = done & _MASK32
                self.noise.pass_cycles(rows.slots * sweeps)
                if (self._stop.is_set() or self.noise.fault) and done < total:
                    self._registers[Register.STATUS] = int(Status.STOPPED)
                    break
        except Exception as failure:  # handed to whoever asks for the status
            self._failure = failure
        cycles = self.params.run_clocks(rows.slots, done)
        self._registers[Register.CYCLES_LOW] = cycles & _MASK32
        self._registers[Register.CYCLES_HIGH] = cycles >> 32 & _MASK32

    def _passes(self, rows: Rows, steps: Sequence[Step]) -> Iterator[int]:
        """Runs a schedule, with its reseeds; yields the sweeps that are done, now and then."""
        reseeder = self.noise.reseeder
        total = sum(step.sweeps for step in steps)
        draws = len(rows.targets) * self.params.draws
        for piece in cut_schedule(steps, reseeder.interval or total, reseeder.sweeps_left):
            for part in cut_schedule(piece, total, self._liveness.sweeps_left(draws)):
                for sweeps in self._blocks.run(rows, part):
                    if self._liveness.pass_draws(draws * sweeps):
                        self.noise.fail_generator()
                    if word := reseeder.pass_sweeps(sweeps):
                        self._blocks.inject(word)
                        self._liveness.look(self._blocks.dead)
                    yield sweeps
