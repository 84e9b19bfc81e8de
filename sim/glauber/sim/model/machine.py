"""The model of the machine at its bus: the same answers to the same requests as the gates."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.digest import facts_hash, gates_hash
from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.header import Features, Header, HeaderWords
from glauber.hdl.facts.line import DIVISOR_RANGE
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.regions import Region, region_words, split_address
from glauber.hdl.facts.registers import Register, Status
from glauber.hdl.facts.rules import Mode, modes

from ..rings import RingModel
from .control import NOISE_REGISTERS, NoiseControl
from .course import Course
from .liveness import LivenessModel
from .measure import MeasureModel
from .program import ProgramStore
from .replicas import ReplicaBlocks
from .run import RunModel
from .stream import StreamModel
from .temper import TemperModel

__all__ = ["ModelMachine"]

Words = NDArray[np.uint32]
_MASK32 = (1 << 32) - 1
_MEASURING = Abilities.SCORES | Abilities.MOMENTS
_REGIONS, _REGISTERS = set(Region), set(Register)


class ModelMachine:
    """A machine with `params`, bit for bit as the gates, on `threads` threads.

    What the rings do, which `rings` describes if `params` has any, is like the gates' in kind only.
    """

    def __init__(self, params: MachineParams, threads: int, rings: RingModel | None = None) -> None:
        self.params = params
        self._header = HeaderWords(
            params, facts_hash(), features=Features.SIMULATION, gates_hash=gates_hash()
        ).words()
        self._temper = TemperModel(params)
        self._blocks = ReplicaBlocks(params, threads, self._temper)
        self._program = ProgramStore(params, self._blocks.stride)
        self.noise = NoiseControl(params, rings)
        self._liveness = LivenessModel()
        self._stream = StreamModel(params)
        self._measure = MeasureModel(params, self._blocks, self._temper)
        self._run = RunModel(
            params, self._blocks, self.noise, self._liveness, self._stream, self._measure
        )
        self._registers = dict.fromkeys(Register, 0)
        self.writes = 0  # the number of the next one, kept by the link
        self._writers: dict[Region, Callable[[int, Words], None]] = {
            Region.ROWS: self._program.write_rows,
            Region.STEPS: self._program.write_steps,
            Region.PROGRAM: self._program.write_couplings,
            Region.SEEDS: self._write_seeds,
            Region.STATES: self._blocks.write_states,
            Region.RESEEDS: self._write_reseeds,
            Region.TEMPERATURES: self._temper.write_temperatures,
            Region.LADDER: self._temper.write_ladder,
        }

    @property
    def running(self) -> bool:
        """Whether a run is under way. Raises what ended the last run before its time."""
        return self._run.running

    def wait(self, seconds: float) -> None:
        """Until no run computes, or so long."""
        self._run.wait(seconds)

    def count_bad_frame(self) -> None:
        """One more frame was dropped."""
        self._registers[Register.FRAMES_BAD] = self._registers[Register.FRAMES_BAD] + 1 & _MASK32

    def read(self, address: int, count: int) -> tuple[Result, Words]:
        """`count` words from `address` on; the words mean nothing unless the result is OK."""
        region, offset = split_address(address)
        nothing = np.empty(0, np.uint32)
        if region == Region.REGISTERS:
            if offset <= max(NOISE_REGISTERS) and offset + count > min(NOISE_REGISTERS):
                self._pass_request()
            words = [self._read_register(offset + index) for index in range(count)]
            known = [word for word in words if word is not None]
            if len(known) < count:
                return Result.BAD_ADDRESS, nothing
            return Result.OK, np.array(known, np.uint32)
        if region in _REGIONS and region != Region.STREAM and self.running:
            return Result.BUSY, nothing
        words = self._read_memory(region, offset, count)
        return (Result.BAD_ADDRESS, nothing) if words is None else (Result.OK, words)

    def _read_memory(self, region: int, offset: int, count: int) -> Words | None:
        """Words of a region but that of the registers; None if there are not so many."""
        if region == Region.STREAM:
            return self._stream.read(offset, count)
        if region == Region.STATES and offset + count <= self.params.state_words:
            return self._blocks.read_states(offset, count)
        if region in (Region.SCORES, Region.MOMENTS, Region.BEST):
            return self._measure.read(Region(region), offset, count)
        if region == Region.LADDER:
            return self._temper.read(offset, count)
        if region in (Region.RAW, Region.RESEEDS):
            memory = self.noise.memory(Region(region))
            if offset + count <= len(memory):
                return memory[offset : offset + count].copy()
        return None

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
        if self.running and region is not Region.STREAM:
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
            return int(self._status())
        if offset == Register.STOP or offset not in _REGISTERS:
            return None
        if offset == Register.WRITES:
            return self.writes
        if offset in NOISE_REGISTERS:
            return self.noise.read(Register(offset))
        return {
            Register.SWEEPS_DONE: self._run.sweeps & _MASK32,
            Register.CYCLES_LOW: self._run.cycles & _MASK32,
            Register.CYCLES_HIGH: self._run.cycles >> 32 & _MASK32,
            Register.STREAM_HEAD: self._stream.head,
            Register.STREAM_TAIL: self._stream.tail,
            Register.MOMENT_WALKS: self._measure.moment_walks,
            Register.EXCHANGES: self._temper.exchanges,
        }.get(Register(offset), self._registers[Register(offset)])

    def _status(self) -> Status:
        running = self.running  # first: what else there is to say changes when it ends
        bits = {
            Status.RUNNING: running,
            Status.STOPPED: self._run.stopped,
            Status.FAULT: self.noise.fault,
            Status.TARGET: self._run.reached,
        }
        return Status(sum(bit for bit, is_set in bits.items() if is_set))

    def _write_register(self, offset: int, word: int) -> Result:
        if offset == Register.RUN:
            return self._start(word)
        if offset == Register.STOP:
            self._run.stop()
            return Result.OK
        setters: dict[int, Callable[[int], bool]] = {
            Register.STREAM_TAIL: self._run.release,
            Register.ROW_COUNT: lambda rows: 1 <= rows <= self.params.rows,
            Register.STEP_COUNT: lambda steps: 1 <= steps <= self.params.steps,
            Register.HEALTH: self._restart_tests,
            Register.RESEED: self.noise.set_reseed,
            Register.LINE: lambda line: line == 0 or DIVISOR_RANGE[0] <= line <= DIVISOR_RANGE[1],
            Register.EMIT_WORDS: lambda words: words <= self._emit_words_max,
            Register.MEASURED_ROWS: lambda rows: rows <= self._rows_max(_MEASURING),
            Register.WEIGH_ROWS: lambda rows: rows <= self._rows_max(Abilities.SCORES),
            Register.TARGET: lambda score: not score or bool(self._rows_max(Abilities.SCORES)),
            Register.MODE: lambda mode: not mode & ~int(modes(self.params.abilities)),
            Register.EXCHANGES: self._set_exchanges,
        }
        if offset not in setters:
            return Result.BAD_ADDRESS
        if offset != Register.STREAM_TAIL and self.running:
            return Result.BUSY
        if not setters[offset](word):
            return Result.BAD_VALUE
        self._registers[Register(offset)] = word
        return Result.OK

    @property
    def _emit_words_max(self) -> int:
        return self.params.state_words if self.params.stream_words else 0

    def _rows_max(self, abilities: Abilities) -> int:
        """The most rows that a register takes which means something with one of `abilities`."""
        return self.params.rows if self.params.abilities & abilities else 0

    def _set_exchanges(self, number: int) -> bool:
        legal = not number or Abilities.TEMPERING in self.params.abilities
        if legal:
            self._temper.exchanges = number
        return legal

    def _pass_request(self) -> None:
        """Let the time of a request for a register of the noise pass, unless it passes anyhow."""
        if not self.running or self._run.waiting:
            self.noise.pass_request()
            self._run.notice_fault()

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
        self._registers[Register.RUN] = number
        self._prepare_measure()
        self._blocks.mode = Mode(self._registers[Register.MODE])
        words = self._program.schedule(self._registers[Register.STEP_COUNT])
        emit_words = self._registers[Register.EMIT_WORDS]
        loops = Abilities.LOOPS in self.params.abilities
        self._run.start(
            self._program.rows(self._registers[Register.ROW_COUNT]),
            lambda: Course(words, emits=bool(emit_words), loops=loops),
            emit_words,
        )
        return Result.OK

    def _prepare_measure(self) -> None:
        rows, weigh_rows, target = (
            self._registers[register]
            for register in (Register.MEASURED_ROWS, Register.WEIGH_ROWS, Register.TARGET)
        )
        walk = self._program.walk(rows) if rows else None
        self._measure.prepare(walk, weigh_rows, target)
