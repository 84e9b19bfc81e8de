"""The script of the self-test image: what it asks a machine, and what the model answers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
from cobs import cobs

from glauber.hdl.facts.frames import (
    ADDRESS_BYTES,
    COUNT_BYTES,
    DELIMITER,
    SEQ_COUNT,
    Kind,
    Result,
    seal,
)
from glauber.hdl.facts.header import Header, HeaderWords
from glauber.hdl.facts.health import WINDOW, Health
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step, decode_row
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register, Status
from glauber.hdl.facts.selftest import STEP_BYTES_MAX, UNIT_BITS
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine

from ..bus import Words, to_words
from .assemble import StepWords, assemble
from .load import RANDOMISE, small_load

__all__ = ["selftest_script"]

PAUSE_SECONDS = 2.0
CLOCK_HZ = 25_000_000  # of a machine that does not say
BURST_WORDS = 64
READ_WORDS = 32  # of states after a run; of more, the first and the last are read


def selftest_script(
    params: MachineParams, header: HeaderWords, *, unit_bits: int = UNIT_BITS
) -> list[int]:
    """The script of `facts.selftest` for an image with this machine and this header.

    Every reply that it expects is the model's, byte by byte, but for the header, which is `header`.
    `unit_bits` is that of the player. Raises `FactError` for a machine whose script is too long,
    `InputError` for one that holds no program at all.
    """
    script = _Script(params, header, unit_bits)
    script.header()
    if params.rings:
        script.rings()
    script.registers()
    script.states()
    script.program()
    script.first_run()
    script.second_run()
    place = f" on {header.board}" if header.board else ""
    title = (
        f"Glauber{place}: {params.lanes} lanes x {params.replicas} replicas, "
        f"image {header.build_id:08x}"
    )
    clock = header.clock_hz or CLOCK_HZ
    return assemble(title, script.steps, int(PAUSE_SECONDS * clock) >> unit_bits)


class _Twin(ModelMachine):
    """The model of the machine in an image, with its header, and with rings that are sound."""

    def __init__(self, params: MachineParams, header: HeaderWords) -> None:
        super().__init__(replace(params, rings=0), threads=1)
        self._image = header.words()

    def read(self, address: int, count: int) -> tuple[Result, Words]:
        if address + count <= len(Header):
            return Result.OK, np.array(self._image[address : address + count], np.uint32)
        if (address, count) == (Register.HEALTH, 1):
            return Result.OK, np.array([Health.READY], np.uint32)
        return super().read(address, count)


class _Script:
    """Writes the steps, one method each, while the model answers."""

    def __init__(self, params: MachineParams, header: HeaderWords, unit_bits: int) -> None:
        self.steps: list[StepWords] = []
        self._params = params
        self._unit_bits = unit_bits
        self._load = small_load(params)
        self._machine = _Twin(params, header)
        self._endpoint = Endpoint(self._machine)
        self._burst = min(params.burst_words, BURST_WORDS)
        self._marks = count()

    def header(self) -> None:
        """All of it."""
        self._begin("header")
        self._read(0, len(Header))

    def registers(self) -> None:
        """Values are kept, bad ones refused, and a damaged frame gets no answer."""
        self._begin("registers")
        self._write(Register.ROW_COUNT, [self._params.rows, self._params.steps])
        self._write(Register.ROW_COUNT, [0])
        whole = seal(Kind.READ, 0, bytes(ADDRESS_BYTES) + b"\x01\x00")
        self._send(whole[:-1] + bytes((whole[-1] ^ 1,)))
        self._read(Register.ROW_COUNT, 2)

    def rings(self) -> None:
        """Their tests begin anew, and they pass."""
        self._begin("rings")
        self._write(Register.HEALTH, [0])
        # Somewhat more than the window that the start-up test takes.
        self._wait(WINDOW * self._params.ring_divider * 5 // 4)
        self._read(Register.HEALTH, 1)

    def states(self) -> None:
        """The start of the runs, read back."""
        self._begin("states")
        base = region_base(Region.STATES)
        self._write(base, self._load.states)
        self._read(base, min(READ_WORDS, len(self._load.states)))

    def program(self) -> None:
        """Rows, couplings and schedule, and the seeds of all generators."""
        self._begin("program")
        load = self._load
        for region, words in (
            (Region.PROGRAM, load.couplings),
            (Region.ROWS, load.rows),
            (Region.STEPS, [step.encode() for step in load.steps]),
            (Region.SEEDS, load.seeds),
        ):
            self._write(region_base(region), words)
        self._write(Register.ROW_COUNT, [len(load.rows), len(load.steps)])

    def first_run(self) -> None:
        """Couplings at two temperatures, from the states that were written."""
        self._begin("run 1")
        self._run(1, self._load.steps)

    def second_run(self) -> None:
        """Goes on with the generators as they are, from a random start at one temperature."""
        self._begin("run 2")
        steps = [RANDOMISE, *self._load.steps[1:]]
        self._write(region_base(Region.STEPS), [RANDOMISE.encode()])
        self._run(2, steps)

    def _run(self, number: int, steps: Sequence[Step]) -> None:
        rows = self._load.rows.tolist()
        self._write(Register.RUN, [number])
        slots = sum(decode_row(word)[0] for word in rows)
        self._wait(self._params.run_clocks(slots, sum(step.sweeps for step in steps)))
        while self._machine.read(Register.STATUS, 1)[1][0] & Status.RUNNING:
            pass
        self._read(Register.STATUS, Register.STEP_COUNT + 1 - Register.STATUS)
        base, size, part = region_base(Region.STATES), len(self._load.states), READ_WORDS // 2
        for start, words in [(0, size)] if size <= READ_WORDS else [(0, part), (size - part, part)]:
            self._read(base + start, words)

    def _begin(self, name: str) -> None:
        self.steps.append(StepWords(name))
        self._first = True
        # The machine lets go of whatever a step that failed has left.
        self.steps[-1].exchange(bytes((DELIMITER,)), b"")

    def _wait(self, clocks: int) -> None:
        self.steps[-1].wait(1 + (clocks >> self._unit_bits))

    def _read(self, address: int, words: int) -> None:
        for start in range(0, words, self._burst):
            size = min(self._burst, words - start)
            self._request(Kind.READ, address + start, size.to_bytes(COUNT_BYTES, "little"))

    def _write(self, address: int, words: Iterable[int] | np.ndarray) -> None:
        data = to_words(words).astype("<u4", copy=False)
        for start in range(0, len(data), self._burst):
            part = data[start : start + self._burst]
            self._request(Kind.WRITE, address + start, part.tobytes())

    def _request(self, kind: Kind, address: int, tail: bytes) -> None:
        body = address.to_bytes(ADDRESS_BYTES, "little") + tail
        if kind is Kind.READ:
            self._send(seal(kind, next(self._marks) % SEQ_COUNT, body))
            return
        # A round knows nothing of the ones before, nor a step of what another one failed to do.
        kind, self._first = (Kind.FIRST, False) if self._first else (kind, False)
        self._send(seal(kind, self._machine.writes, body))

    def _send(self, frame: bytes) -> None:
        request = cobs.encode(frame) + bytes((DELIMITER,))
        self._endpoint.write(request)
        reply = self._endpoint.read(0)
        if self.steps[-1].expected + len(reply) > STEP_BYTES_MAX:
            self._begin(self.steps[-1].name)  # it goes on in a step of the same name
        self.steps[-1].exchange(request, reply)
