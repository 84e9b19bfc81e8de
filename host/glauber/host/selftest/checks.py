"""What is checked of a device: the same calls on it and on its model, and their first difference.

Each check is told a `Pair` and a source of random numbers, and gives the first difference in words,
or None if there is none. What a device refuses or fails to do raises `DeviceError`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Self

import dimod
import numpy as np

from glauber.hdl.facts.frames import DELIMITER
from glauber.hdl.facts.header import Header
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region, region_base, region_words
from glauber.hdl.facts.registers import Register
from glauber.sim.model.endpoint import open_model

from ..bus import Words, describe_address
from ..device import Device
from ..errors import DeviceRefusedError, ProblemTooLargeError
from ..sampler import GlauberSampler
from .load import Load, random_load, random_words

__all__ = [
    "Pair",
    "check_damage",
    "check_header",
    "check_noise",
    "check_registers",
    "check_run",
    "check_samples",
    "check_states",
]

STATE_WORDS = 512  # written and read at each end of the states
DAMAGED = bytes((DELIMITER, 5, 1, 2, 3, 4, DELIMITER))
SWEEPS = 40
ANNEAL: Mapping[str, Any] = {"num_sweeps": SWEEPS}
# Its samples come as a stream, if the device has one.
CHAIN = {**ANNEAL, "beta": 0.01, "samples_per_read": 3, "thin": 2, "slots_per_coupling": 1}


@dataclass(frozen=True)
class Pair:
    """A device, and a model of the same parameters without rings."""

    device: GlauberSampler
    model: GlauberSampler

    @classmethod
    def of(cls, sampler: GlauberSampler) -> Self:
        """A device and the model that its header describes."""
        params = replace(sampler.device.params, rings=0)
        return cls(sampler, GlauberSampler(open_model(params, "model:", threads=1)))

    @property
    def params(self) -> MachineParams:
        return self.device.device.params

    @property
    def both(self) -> tuple[Device, Device]:
        """The device, and the model."""
        return self.device.device, self.model.device


def check_header(pair: Pair, _random: Random) -> str | None:
    """The header is the same in a burst and word by word."""
    link = pair.device.device.link
    words = link.read(0, len(Header))
    alone = np.array([link.read_word(word) for word in Header], np.uint32)
    return _word_difference(0, words, alone, "word by word")


def check_registers(pair: Pair, random: Random) -> str | None:
    """Values are kept, and what is out of range or does not exist is refused."""
    params = pair.params
    legal = (Register.ROW_COUNT, params.rows), (Register.STEP_COUNT, params.steps)
    for register, largest in legal:
        for value in (1, largest, random.randint(1, largest), 0, largest + 1):
            if found := _answers_differ(pair, register, value):
                return found
    nowhere = region_base(Region.ROWS) + region_words(Region.ROWS, params)
    for address in (Register.STATUS, nowhere, 7 << 28, (1 << 32) - 1):
        if found := _answers_differ(pair, address, 1):
            return found
    return None


def check_states(pair: Pair, random: Random) -> str | None:
    """Random states are kept, at both ends of the memory."""
    size = pair.params.state_words
    count = min(size, STATE_WORDS)
    link, base = pair.device.device.link, region_base(Region.STATES)
    parts = [(start, random_words(count, random)) for start in dict.fromkeys((0, size - count))]
    for start, words in parts:
        link.write(base + start, words)
    expected = np.zeros(size, np.uint32)
    for start, words in parts:
        expected[start : start + count] = words
    for start, _ in parts:
        part = expected[start : start + count]
        if found := _state_difference(link.read(base + start, count), part, start, pair.params):
            return found
    return None


def check_damage(pair: Pair, _random: Random) -> str | None:
    """A damaged frame is counted, and answered with nothing."""
    link = pair.device.device.link
    before, stale = link.read_word(Register.FRAMES_BAD), link.replies_stale
    link.transport.write(DAMAGED)
    counted = link.read_word(Register.FRAMES_BAD) - before
    if counted != 1:
        return f"1 damaged frame was sent, {counted} were counted"
    return "a damaged frame was answered" if link.replies_stale != stale else None


def check_noise(pair: Pair, _random: Random) -> str | None:
    """No health test has failed; the rings, if there are any, passed the start-up test."""
    noise = pair.device.device.noise
    noise.check()
    if pair.params.rings:
        noise.await_start_up()
    return None


def check_run(pair: Pair, random: Random) -> str | None:
    """A random program with random seeds, states and schedule."""
    load = random_load(pair.params, random)
    (states, sweeps, cycles), expected = (_run(device, load) for device in pair.both)
    if (sweeps, cycles) != expected[1:]:
        return (
            f"the run took {cycles} clocks for {sweeps} sweeps, not {expected[2]} for {expected[1]}"
        )
    return _state_difference(states, expected[0], 0, pair.params)


def check_samples(pair: Pair, random: Random) -> str | None:
    """Whole calls of the sampler, of more reads than run side by side."""
    return _samples_differ(pair, random, ANNEAL) or _samples_differ(pair, random, CHAIN)


def _samples_differ(pair: Pair, random: Random, settings: Mapping[str, Any]) -> str | None:
    """The first sample of a random problem that differs."""
    size, seed = 3 * pair.params.lanes + 8, random.getrandbits(64)
    reads = pair.params.replicas + 1
    while True:
        bqm = _random_model(size, random)
        try:
            found, expected = (
                sampler.sample(bqm, num_reads=reads, seed=seed, **settings)
                for sampler in (pair.device, pair.model)
            )
            break
        except ProblemTooLargeError:
            if size == 1:
                raise
            size //= 2
    different = np.argwhere(found.record.sample != expected.record.sample)
    if not len(different):
        return None
    row, variable = different[0].tolist()
    read = row // settings.get("samples_per_read", 1)
    return (
        f"variable {variable} of read {read} is {found.record.sample[row, variable]:+d}, not "
        f"{expected.record.sample[row, variable]:+d}; so are {len(different)} of "
        f"{found.record.sample.size} values"
    )


def _random_model(size: int, random: Random) -> dimod.BinaryQuadraticModel:
    """A ring with chords; couplings and biases are whole numbers up to 100."""
    biases = {spin: random.randint(-100, 100) for spin in range(size)}
    bqm = dimod.BinaryQuadraticModel(biases, {}, "SPIN")
    for first in range(size):
        for second in ((first + 1) % size, random.randrange(size)):
            if first != second:
                bqm.add_quadratic(first, second, random.randint(-100, 100))
    return bqm


def _run(device: Device, load: Load) -> tuple[Words, int, int]:
    """States behind a run, its sweeps and its clocks."""
    device.load(load)
    device.load_seeds(load.seeds)
    device.noise.start_reseeds(0)
    base = region_base(Region.STATES)
    device.link.write(base, load.states)
    report = device.run([step.encode() for step in load.steps], len(load.rows))
    return device.link.read(base, len(load.states)), report.sweeps, report.cycles


def _answers_differ(pair: Pair, address: int, value: int) -> str | None:
    """How device and model differ in what they say to a write, and to a read behind it."""
    found, expected = (_answers(device, address, value) for device in pair.both)
    for got, wanted in zip(found, expected, strict=True):
        if got != wanted:
            where = describe_address(address)
            return f"after {value} was written to {where}: {got}, the model: {wanted}"
    return None


def _answers(device: Device, address: int, value: int) -> tuple[str, str]:
    """What a device says to a write and to a read of a word."""
    answers = []
    for call in (
        lambda: device.link.write(address, [value]),
        lambda: device.link.read_word(address),
    ):
        try:
            result = call()
            answers.append("done" if result is None else f"it holds {result}")
        except DeviceRefusedError as error:
            answers.append(f"it {str(error).removeprefix(device.name).strip()}")
    return answers[0], answers[1]


def _word_difference(address: int, got: Words, expected: Words, how: str) -> str | None:
    """The first word that differs, from `address` on."""
    different = np.flatnonzero(got != expected)
    if not len(different):
        return None
    first = int(different[0])
    where = describe_address(address + first)
    return f"{where} is {got[first]:#010x}, and {how} {expected[first]:#010x}"


def _state_difference(got: Words, expected: Words, start: int, params: MachineParams) -> str | None:
    """The first state that differs, in words from word `start` on."""
    bits, wanted = (np.unpackbits(w.view(np.uint8), bitorder="little") for w in (got, expected))
    different = np.flatnonzero(bits != wanted)
    if not len(different):
        return None
    pbit, replica = divmod(32 * start + int(different[0]), params.replicas)
    value = 2 * int(bits[different[0]]) - 1
    return (
        f"p-bit {pbit} of replica {replica} is {value:+d}, not {-value:+d}; so are "
        f"{len(different)} of {len(bits)} states"
    )
