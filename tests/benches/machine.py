"""cocotb: the machine against the model, reply by reply, over random problems and link stalls.

The pytest test gives the machine's parameters, the number of problems and a seed by environment.
"""

import os
import random

import cocotb
import numpy as np
from cobs import cobs

from glauber.hdl.facts.frames import DELIMITER, SEQ_COUNT, Kind, Result, seal, unseal
from glauber.hdl.facts.header import Header
from glauber.hdl.facts.health import RAW_WORDS, RESEED_INTERVAL_MAX, RESEED_REPLAY
from glauber.hdl.facts.machine import OPERATION_CLOCKS, SEQUENCER_CLOCKS
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import Measure, Repeat
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base, region_words
from glauber.hdl.facts.registers import Register, Status
from glauber.hdl.facts.rules import Mode, modes
from glauber.sim.model.endpoint import open_model
from glauber.sim.rings import RingModel, Rings
from support.byte_port import BytePort
from support.drive_rings import drive_rings
from support.problems import EVERY_MACHINE, random_load

PARAMS = EVERY_MACHINE[os.environ["GLAUBER_MACHINE"]]
PROBLEMS = int(os.environ["GLAUBER_PROBLEMS"])
SEED = int(os.environ["GLAUBER_SEED"])
RUN_MICROSECONDS = 20_000


class Pair:
    """The gates and the model, asked the same."""

    def __init__(self, port: BytePort) -> None:
        self.port = port
        self.model = open_model(PARAMS, "model:", 1)
        self.seq = 0
        self.writes = 0

    async def exchange(self, kind: int, body: bytes, *, same: bool = True) -> bytes:
        """The gates' answer to a request; it must be the model's, unless `same` is false."""
        self.seq = (self.seq + 0x101) % SEQ_COUNT
        seq = self.writes if kind == Kind.WRITE else self.seq
        request = cobs.encode(seal(kind, seq, body)) + bytes([DELIMITER])
        self.model.write(request)
        expected = self.model.read(0)
        await self.port.write(request)
        answer = await self.port.read_until(DELIMITER, timeout_us=RUN_MICROSECONDS)
        if same:
            assert answer == expected, f"kind {kind}, body {body[:16].hex()}"
        content = unseal(cobs.decode(answer[:-1]))
        assert content is not None
        if kind == Kind.WRITE and content[2][0] == Result.OK:
            self.writes += 1
        return content[2]

    async def read(self, address: int, count: int, *, same: bool = True) -> list[int]:
        """Words that both must give; in bursts."""
        words: list[int] = []
        while count:
            part = min(count, PARAMS.burst_words)
            body = address.to_bytes(4, "little") + part.to_bytes(2, "little")
            answer = await self.exchange(Kind.READ, body, same=same)
            assert answer[0] == Result.OK
            words += np.frombuffer(answer[1:], "<u4").tolist()
            address, count = address + part, count - part
        return words

    async def write(self, address: int, words: np.ndarray) -> None:
        for start in range(0, len(words), PARAMS.burst_words):
            part = np.asarray(words[start : start + PARAMS.burst_words], "<u4")
            body = (address + start).to_bytes(4, "little") + part.tobytes()
            assert await self.exchange(Kind.WRITE, body) == bytes([Result.OK])

    async def read_measured(self) -> None:
        """Compares all that was measured; of the counts, some behind those of a walk too."""
        for region in (Region.SCORES, Region.BEST, Region.MOMENTS, Region.LADDER):
            if count := region_words(region, PARAMS):
                await self.read(region_base(region), min(count, 1024))
        await self.read(Register.MEASURED_ROWS, 4)
        await self.read(Register.MODE, 2)

    async def settle(self) -> tuple[int, int, int]:
        """Status, head and sweeps when the gates have ended their run or wait for room in it.

        All that is counted of the run must then be the model's too.
        """
        before: list[int] = []
        while True:
            now = await self.read(Register.RUN, 6, same=False)
            if not now[1] & Status.RUNNING or now == before:  # the clocks of a wait do not count
                _, status, head, sweeps, *_ = await self.read(Register.RUN, 6)
                return status, head, sweeps
            before = now
            await self.port.wait(50)

    async def run(self, number: int, draw: random.Random | None = None) -> list[int]:
        """Starts a run, and takes the words of the stream until it ends; how many at a time, and
        whether it is stopped when it waits, is drawn.
        """
        draw = draw or random.Random(0)
        first = (await self.read(Register.STREAM_HEAD, 1))[0]
        tail = first
        taken: list[int] = []
        await self.write(Register.RUN, np.array([number]))
        while True:
            status, head, _ = await self.settle()
            if tail == head and not status & Status.RUNNING:
                return taken
            count = draw.randint(1, head - tail)
            taken += await self.read(region_base(Region.STREAM) + tail, count)
            tail += count
            for refused in (head + 1, first - 1, tail + (1 << 31)):
                body = Register.STREAM_TAIL.to_bytes(4, "little")
                body += (refused % (1 << 32)).to_bytes(4, "little")
                assert await self.exchange(Kind.WRITE, body) == bytes([Result.BAD_VALUE])
            await self.write(Register.STREAM_TAIL, np.array([tail]))
            if not draw.randrange(8):
                await self.settle()
                await self.write(Register.STOP, np.array([1]))


async def start(dut, seed: int) -> Pair:
    generator = random.Random(seed)
    port = BytePort(
        dut,
        stall_i=generator.choice((0, 0.3, 0.8)),
        stall_o=generator.choice((0, 0.3, 0.8)),
        seed=seed,
    )
    await port.start()
    if PARAMS.rings:
        cocotb.start_soon(drive_rings(dut, Rings(RingModel(PARAMS.rings, PARAMS.ring_divider))))
    return Pair(port)


@cocotb.test()
async def random_problems_give_the_states_of_the_model(dut):
    pair = await start(dut, SEED)
    draw = random.Random(SEED)
    emitted = 0
    for index in range(PROBLEMS):
        load = random_load(PARAMS, SEED * 1000 + index, emit=True)
        for address, words in load.writes():
            await pair.write(address, words)
        most = PARAMS.state_words if PARAMS.stream_words else 0
        emit_words = draw.randint(0, min(most, 40))
        await pair.write(Register.EMIT_WORDS, np.array([emit_words]))
        if PARAMS.rings:  # a replay, for what comes from the rings cannot be the same
            words = np.random.default_rng(SEED + index).integers(0, 1 << 32, 9, np.uint64)
            await pair.write(region_base(Region.RESEEDS), words.astype(np.uint32))
            await pair.write(Register.RESEED, np.array([RESEED_REPLAY | 1 + index % 3]))
        taken = await pair.run(index + 1, draw)
        emitted += len(taken)
        if PARAMS.rings:
            await pair.read(Register.RESEED, 3)
            await pair.read(region_base(Region.RESEEDS), 9)
        await pair.read_measured()
        await pair.read(region_base(Region.STATES), PARAMS.state_words)
        await pair.read(Register.SWEEPS_DONE, 4)
    assert bool(emitted) == bool(PARAMS.stream_words)


@cocotb.test()
async def refusals_are_those_of_the_model(dut):
    pair = await start(dut, SEED + 1)
    await pair.write(Register.RUN, np.array([0]))  # the number of the last run: nothing happens
    requests = [
        (Kind.WRITE, [Register.RUN, 7]),  # no rows, no steps
        (Kind.WRITE, [Register.ROW_COUNT, 0]),
        (Kind.WRITE, [Register.ROW_COUNT, PARAMS.rows + 1]),
        (Kind.WRITE, [Register.STEP_COUNT, PARAMS.steps + 1]),
        (Kind.WRITE, [Register.LINE, 3]),
        (Kind.WRITE, [Register.LINE, 1024]),
        (Kind.WRITE, [Register.WRITES, 1]),
        (Kind.WRITE, [0, 1]),  # the header
        (Kind.WRITE, [Register.STATUS, 1]),
        (Kind.WRITE, [region_base(Region.ROWS) + PARAMS.rows, 1]),
        (Kind.WRITE, [region_base(Region.STATES) + PARAMS.state_words, 1]),
        (Kind.WRITE, [Register.SAMPLES, 1]),
        (Kind.WRITE, [Register.RESEED, RESEED_REPLAY]),
        (Kind.WRITE, [Register.RESEED, RESEED_INTERVAL_MAX + 1]),
        (Kind.WRITE, [region_base(Region.RAW), 1]),
        (Kind.WRITE, [Register.EMIT_WORDS, PARAMS.state_words + 1]),
        (Kind.WRITE, [Register.STREAM_TAIL, 1]),
        (Kind.WRITE, [Register.STREAM_HEAD, 0]),
        (Kind.WRITE, [region_base(Region.STREAM), 1]),
        (Kind.WRITE, [Register.MEASURED_ROWS, PARAMS.rows + 1]),
        (Kind.WRITE, [Register.WEIGH_ROWS, PARAMS.rows + 1]),
        (Kind.WRITE, [Register.MOMENT_WALKS, 1]),
        (Kind.WRITE, [region_base(Region.SCORES), 1]),
        (Kind.WRITE, [region_base(Region.MOMENTS), 1]),
        (Kind.WRITE, [region_base(Region.BEST), 1]),
        (Kind.WRITE, [Register.MODE, max(Mode) << 1]),
        *(
            (Kind.WRITE, [region_base(region) + region_words(region, PARAMS), 1])
            for region in (Region.TEMPERATURES, Region.LADDER)
        ),
        (Kind.WRITE, [14 << 28, 1]),
        (9, [0, 1]),
    ]
    if not PARAMS.abilities & (Abilities.SCORES | Abilities.MOMENTS):
        requests.append((Kind.WRITE, [Register.MEASURED_ROWS, 1]))
    if Abilities.SCORES not in PARAMS.abilities:
        requests += [(Kind.WRITE, [one, 1]) for one in (Register.WEIGH_ROWS, Register.TARGET)]
    if Abilities.TEMPERING not in PARAMS.abilities:
        requests.append((Kind.WRITE, [Register.EXCHANGES, 1]))
    requests += [
        (Kind.WRITE, [Register.MODE, mode]) for mode in Mode if mode & ~modes(PARAMS.abilities)
    ]
    for kind, (address, word) in requests:
        body = int(address).to_bytes(4, "little") + int(word).to_bytes(4, "little")
        answer = await pair.exchange(kind, body)
        assert answer[0] != Result.OK
    beyond = region_base(Region.RAW) + RAW_WORDS
    for address in (
        Register.STOP,
        *map(region_base, (Region.SEEDS, Region.PROGRAM, Region.STREAM, Region.TEMPERATURES)),
        beyond,
        *(
            region_base(region) + region_words(region, PARAMS)
            for region in (Region.SCORES, Region.MOMENTS, Region.BEST, Region.LADDER)
        ),
        14 << 28,
    ):
        answer = await pair.exchange(Kind.READ, int(address).to_bytes(4, "little") + b"\1\0")
        assert answer == bytes([Result.BAD_ADDRESS])
    parts = max(1, PARAMS.replicas // 32)  # words that take effect together
    words = b"\1\0\0\0" * parts
    count = pair.writes
    for seq in (count - 1, count + 1, count + 256, count):
        pair.writes = seq % SEQ_COUNT
        answer = await pair.exchange(
            Kind.WRITE, region_base(Region.STATES).to_bytes(4, "little") + words
        )
        assert answer[0] == (Result.OK if seq == count else Result.OUT_OF_ORDER)
    assert await pair.read(Register.WRITES, 1) == [pair.writes]
    await pair.read(region_base(Region.STATES), parts)
    await pair.read(0, len(Header), same=False)  # the header; the gates say they are no simulation


@cocotb.test()
async def a_run_refuses_what_would_disturb_it_and_stops_when_told(dut):
    pair = await start(dut, SEED + 2)
    load = random_load(PARAMS, SEED)
    await pair.write(region_base(Region.PROGRAM), load.couplings)
    await pair.write(region_base(Region.ROWS), load.rows)
    await pair.write(region_base(Region.STEPS), np.array([Step(1000, 4095).encode()]))
    await pair.write(Register.ROW_COUNT, np.array([len(load.rows)]))
    await pair.write(Register.STEP_COUNT, np.array([1]))
    begin = Register.RUN.to_bytes(4, "little") + (1).to_bytes(4, "little")
    assert await pair.exchange(Kind.WRITE, begin, same=False) == bytes([Result.OK])
    refused = (
        *map(region_base, (Region.STATES, Region.SCORES, Region.MOMENTS, Region.BEST)),
        *map(region_base, (Region.TEMPERATURES, Region.LADDER)),
        *(Register.ROW_COUNT, Register.HEALTH, Register.RESEED),
        *(Register.MEASURED_ROWS, Register.WEIGH_ROWS, Register.TARGET),
        *(Register.MODE, Register.EXCHANGES),
    )
    for address in refused:
        body = int(address).to_bytes(4, "little") + (1).to_bytes(4, "little")
        assert await pair.exchange(Kind.WRITE, body, same=False) == bytes([Result.BUSY])
    stop = Register.STOP.to_bytes(4, "little") + (1).to_bytes(4, "little")
    assert await pair.exchange(Kind.WRITE, stop, same=False) == bytes([Result.OK])
    while (status := (await pair.read(Register.STATUS, 1, same=False))[0]) & Status.RUNNING:
        await pair.port.wait(50)
    assert status == Status.STOPPED
    sweeps, low, high, _ = await pair.read(Register.SWEEPS_DONE, 4, same=False)
    slots = int((load.rows & 0xFFF).sum())
    assert 1 <= sweeps < 4095
    assert high << 32 | low == PARAMS.run_clocks(slots, sweeps)


@cocotb.test(skip=Abilities.LOOPS not in PARAMS.abilities)
async def a_run_can_be_stopped_in_a_loop(dut):
    """Wherever it is stopped, it has taken the clocks of what it has done."""
    pair = await start(dut, SEED + 3)
    load = random_load(PARAMS, SEED)
    for address, words in load.writes():
        await pair.write(address, words)
    flags = MeasureFlags.SCORES | MeasureFlags.MOMENTS
    loop = [Step(1000, 1), Measure(flags), Repeat(2, 4095)]
    await pair.write(region_base(Region.STEPS), np.array([word.encode() for word in loop]))
    await pair.write(Register.STEP_COUNT, np.array([len(loop)]))
    weighs = Abilities.SCORES in PARAMS.abilities
    parts: list[int] = []
    if PARAMS.abilities & (Abilities.SCORES | Abilities.MOMENTS):
        measured = [len(load.rows), int(weighs), 0]
        await pair.write(Register.MEASURED_ROWS, np.array(measured))
        lengths = (load.rows & 0xFFF).tolist()
        parts = lengths if weighs else [sum(lengths)]
    begin = Register.RUN.to_bytes(4, "little") + (1).to_bytes(4, "little")
    assert await pair.exchange(Kind.WRITE, begin, same=False) == bytes([Result.OK])
    await pair.port.wait(random.Random(SEED).randint(50, 500))
    stop = Register.STOP.to_bytes(4, "little") + (1).to_bytes(4, "little")
    assert await pair.exchange(Kind.WRITE, stop, same=False) == bytes([Result.OK])
    while (status := (await pair.read(Register.STATUS, 1, same=False))[0]) & Status.RUNNING:
        await pair.port.wait(50)
    assert status == Status.STOPPED
    sweeps, low, high, _ = await pair.read(Register.SWEEPS_DONE, 4, same=False)
    measure = PARAMS.measure_clocks(parts, scores=weighs, kept=False)
    walk = int((load.rows & 0xFFF).sum()) + PARAMS.drain_clocks
    whole = SEQUENCER_CLOCKS + sweeps * (walk + measure + OPERATION_CLOCKS)
    ends = (whole, whole - OPERATION_CLOCKS, whole - OPERATION_CLOCKS - measure)
    assert high << 32 | low in ends
