"""The model of the machine at its bus: the same answers to the same requests as the gates."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.digest import facts_hash
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.registers import (
    Features,
    Header,
    HeaderWords,
    Region,
    Register,
    Status,
    region_words,
    split_address,
)

from .engine import Rows
from .program import ProgramStore
from .replicas import ReplicaBlocks

__all__ = ["ModelMachine"]

Words = NDArray[np.uint32]
_MASK32 = (1 << 32) - 1
_REGIONS, _REGISTERS = set(Region), set(Register)
# A run of less work (couplings and draws times replicas) is done before its request is answered.
_INLINE_WORK = 4_000_000


class ModelMachine:
    """A machine with `params`, bit for bit as the gates, on `threads` threads.

    A long run computes in a thread of its own, so that its status can be asked meanwhile.
    """

    def __init__(self, params: MachineParams, threads: int) -> None:
        self.params = params
        self._header = HeaderWords(params, facts_hash(), features=Features.SIMULATION).words()
        self._program = ProgramStore(params)
        self._blocks = ReplicaBlocks(params, threads)
        self._registers = dict.fromkeys(Register, 0)
        self._stop = threading.Event()
        self._runner: threading.Thread | None = None
        self._failure: Exception | None = None
        self._writers: dict[Region, Callable[[int, Words], None]] = {
            Region.ROWS: self._program.write_rows,
            Region.STEPS: self._program.write_steps,
            Region.PROGRAM: self._program.write_couplings,
            Region.SEEDS: self._blocks.write_seeds,
            Region.STATES: self._blocks.write_states,
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
            words = [self._read_register(offset + index) for index in range(count)]
            known = [word for word in words if word is not None]
            if len(known) < count:
                return Result.BAD_ADDRESS, nothing
            return Result.OK, np.array(known, np.uint32)
        if region in _REGIONS and self.running:
            return Result.BUSY, nothing
        if region != Region.STATES or offset + count > self.params.state_words:
            return Result.BAD_ADDRESS, nothing
        return Result.OK, self._blocks.read_states(offset, count)

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
        room = region_words(region, self.params) - offset
        if room > 0:
            self._writers[region](offset, words[:room])
        return Result.OK if room >= len(words) else Result.BAD_ADDRESS

    def _read_register(self, offset: int) -> int | None:
        if offset < len(Header):
            return self._header[offset]
        if offset == Register.STATUS:
            running = self.running
            return self._registers[Register.STATUS] | (Status.RUNNING if running else 0)
        if offset == Register.STOP or offset not in _REGISTERS:
            return None
        return self._registers[Register(offset)]

    def _write_register(self, offset: int, word: int) -> Result:
        if offset == Register.RUN:
            return self._start(word)
        if offset == Register.STOP:
            self._stop.set()
            return Result.OK
        limits = {
            Register.ROW_COUNT: self.params.rows,
            Register.STEP_COUNT: self.params.steps,
        }
        if offset not in limits:
            return Result.BAD_ADDRESS
        if self.running:
            return Result.BUSY
        register = Register(offset)
        if not 1 <= word <= limits[register]:
            return Result.BAD_VALUE
        self._registers[register] = word
        return Result.OK

    def _start(self, number: int) -> Result:
        if number == self._registers[Register.RUN]:
            return Result.OK
        if self.running:
            return Result.BUSY
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
        done = 0
        try:
            for sweeps in self._blocks.run(rows, steps):
                done += sweeps
                self._registers[Register.SWEEPS_DONE] = done & _MASK32
                if self._stop.is_set() and done < sum(step.sweeps for step in steps):
                    self._registers[Register.STATUS] = int(Status.STOPPED)
                    break
        except Exception as failure:  # handed to whoever asks for the status
            self._failure = failure
        cycles = self.params.run_clocks(rows.slots, done)
        self._registers[Register.CYCLES_LOW] = cycles & _MASK32
        self._registers[Register.CYCLES_HIGH] = cycles >> 32 & _MASK32
