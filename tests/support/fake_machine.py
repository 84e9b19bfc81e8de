"""A machine that keeps words and pretends to run, and ways to it that fail."""

import random
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.digest import facts_hash, gates_hash
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.header import Header, HeaderWords
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import REGION_SHIFT, Region, region_words
from glauber.hdl.facts.registers import Register, Status

__all__ = ["SMALL", "FakeMachine", "FaultyTransport", "ScriptedTransport"]

# It pretends to run, and so emits nothing.
SMALL = MachineParams(
    lanes=2, replicas=64, pbits=64, slots=16, rows=8, steps=4, burst_words=5, stream_words=0
)


class FakeMachine:
    """Every region can be read back, which a real machine does not allow.

    A run lasts until STATUS has been read `polls` times, and does one sweep per poll before that;
    `log` holds `(register, value)` of all register writes.
    """

    def __init__(self, params: MachineParams = SMALL, *, polls: int = 0) -> None:
        self.params = params
        self.polls = polls
        self.header = HeaderWords(
            params,
            facts_hash(),
            build_id=0xABCD,
            clock_hz=25_000_000,
            gates_hash=gates_hash(),
            board="ulx3s-85f",
        )
        self.header_words = self.header.words()
        self.bad_frames = 0
        self.writes = 0
        self.log: list[tuple[Register, int]] = []
        self.steps_run: list[list[int]] = []
        self.memory = {
            region: np.zeros(region_words(region, params), np.uint32)
            for region in Region
            if region is not Region.REGISTERS
        }
        self.registers = dict.fromkeys(Register, 0)
        self.left = 0
        self.lose_run = False

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def count_bad_frame(self) -> None:
        self.bad_frames += 1

    def read(self, address: int, count: int) -> tuple[Result, NDArray[np.uint32]]:
        number, offset = address >> REGION_SHIFT, address & ((1 << REGION_SHIFT) - 1)
        if number != Region.REGISTERS:
            return self._read_memory(number, offset, count)
        if offset + count > len(Header) + len(Register):
            return Result.BAD_ADDRESS, np.empty(0, np.uint32)
        words = [self._register(offset + index) for index in range(count)]
        return Result.OK, np.array(words, np.uint32)

    def write(self, address: int, words: NDArray[np.uint32]) -> Result:
        number, offset = address >> REGION_SHIFT, address & ((1 << REGION_SHIFT) - 1)
        if number == Region.REGISTERS:
            for index, word in enumerate(words.tolist()):
                self._set_register(Register(offset + index), word)
            return Result.OK
        if self.registers[Register.STATUS] & Status.RUNNING:
            return Result.BUSY
        memory = self.memory[Region(number)]
        if offset + len(words) > len(memory):
            return Result.BAD_ADDRESS
        memory[offset : offset + len(words)] = words
        return Result.OK

    def _read_memory(
        self, number: int, offset: int, count: int
    ) -> tuple[Result, NDArray[np.uint32]]:
        memory = self.memory.get(Region(number), np.empty(0, np.uint32))
        found = memory[offset : offset + count]
        return (Result.OK, found.copy()) if len(found) == count else (Result.BAD_ADDRESS, found)

    def _register(self, offset: int) -> int:
        if offset < len(Header):
            return self.header_words[offset]
        if offset == Register.WRITES:
            return self.writes
        if offset == Register.STATUS and self.registers[Register.STATUS] & Status.RUNNING:
            self._poll()
        return self.registers[Register(offset)]

    def _poll(self) -> None:
        self.left -= 1
        if self.left < 0:
            steps = [Step.decode(word) for word in self.steps_run[-1]]
            self._end(0, sum(step.sweeps for step in steps))
        else:
            self.registers[Register.SWEEPS_DONE] += 1

    def _end(self, status: int, sweeps: int) -> None:
        self.registers[Register.STATUS] = status
        self.registers[Register.SWEEPS_DONE] = sweeps
        self.registers[Register.CYCLES_LOW] = 7 + sweeps
        self.registers[Register.CYCLES_HIGH] = 1
        if self.lose_run:
            self.registers[Register.RUN] = 0

    def _set_register(self, register: Register, value: int) -> None:
        self.log.append((register, value))
        running = self.registers[Register.STATUS] & Status.RUNNING
        if register is Register.STOP and running:
            self._end(Status.STOPPED, self.registers[Register.SWEEPS_DONE] + 1)
        elif register is Register.RUN and value != self.registers[Register.RUN]:
            count = self.registers[Register.STEP_COUNT]
            self.steps_run.append(self.memory[Region.STEPS][:count].tolist())
            self.registers[Register.STATUS] = Status.RUNNING
            self.registers[Register.SWEEPS_DONE] = 0
            self.left = self.polls
        if register is not Register.STOP:
            self.registers[register] = value


class ScriptedTransport:
    """Calls `answer(data)` for every write; the bytes it returns arrive one write later at most."""

    def __init__(self, answer: Callable[[bytes], bytes], name: str = "serial:/dev/fake") -> None:
        self.answer = answer
        self.name = name
        self.time_scale = 1.0
        self.sent: list[bytes] = []
        self.timeouts: list[float] = []
        self.closed = False
        self._arrived = b""

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        self._arrived += self.answer(data)

    def read(self, timeout: float) -> bytes:
        self.timeouts.append(timeout)
        data, self._arrived = self._arrived, b""
        return data

    def close(self) -> None:
        self.closed = True


class FaultyTransport:
    """Passes bytes to another transport and back, and harms each with the probability `rate`."""

    def __init__(self, inner: object, rate: float, seed: int) -> None:
        self.inner = inner
        self.rate = rate
        self.random = random.Random(seed)
        self.name = "faulty"
        self.time_scale = 1.0
        self.harmed = 0

    def write(self, data: bytes) -> None:
        self.inner.write(self._harm(data))

    def read(self, timeout: float) -> bytes:
        return self._harm(self.inner.read(timeout))

    def close(self) -> None:
        self.inner.close()

    def _harm(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self.random.random() >= self.rate:
                out.append(byte)
                continue
            self.harmed += 1
            fault = self.random.randrange(3)
            if fault == 0:
                out.append(byte ^ 1 << self.random.randrange(8))
            elif fault == 1:
                out += bytes((byte, byte))
        return bytes(out)
