"""The kernels against plain integers: keys, decisions and draws, on every way to look up."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.sim.model.bank import GeneratorBank
from glauber.sim.model.kernel import (
    KernelShape,
    arrange,
    draw_kernel,
    jit,
    kernel_shape,
    signed_limits,
    sweep_kernel,
)
from glauber.sim.model.noise import thresholds
from support.plain_model import PlainGenerator, PlainMachine

TEMPERATURES = (0, 1, 255, 3000, 2**18 - 1)
CORNERS = [(0xFFFFFFFF << shift) & 0xFFFFFFFF for shift in range(33)]
SHAPES = [(1, 1), (2, 4), (1, 64), (16, 4), (64, 1), (32, 8)]


@pytest.fixture(params=["this computer", "no vector tables"])
def features(request, monkeypatch):
    if request.param == "no vector tables":
        monkeypatch.setattr(jit, "_features", frozenset)


def decide(words, fields, temperature, largest, bits, params):
    """The new states of one row with these fields and words; `largest` bounds the fields."""
    lanes, replicas = words.shape
    shape = kernel_shape(Source.XOROSHIRO64.generator, replicas, 1, bits, 2 * largest + 1)
    # Half of the fields stand in each of the two tables.
    values = 2 * (np.arange(2 * largest + 1) - largest) + np.arange(2)[:, None]
    limits = thresholds(
        np.array([temperature]), params.table, params.field_limit, np.abs(values).ravel()
    )
    tables = arrange(shape, signed_limits(limits.reshape(1, 2, -1), values < 0))
    parities = (fields % 2).astype(np.int32)
    bases = (fields - parities) // 2 + largest
    copies = sum(1 << shift for shift in range(0, 32, bits))
    states = np.zeros(lanes * shape.state_bytes, np.uint8)
    start, none = np.zeros(lanes + 1, np.int32), np.zeros((0, 2), np.int32)
    sweep_kernel(shape)(
        states,
        np.stack([words, words]),
        np.empty_like(states),
        *(start[:1], start, none),
        (bases * copies).astype(np.uint32).view(np.int32),
        *(parities, tables, np.empty(0, np.int32), np.empty(0, np.uint8)),
        *[np.empty(0, np.int32)] * 4,
        *(np.empty(0, np.uint8), np.ones(1, np.int32)),
        *(0, 1, tables.shape[-1], 1, lanes, replicas, shape.state_bytes),
    )
    bits = np.unpackbits(states.reshape(lanes, -1), axis=1, count=replicas, bitorder="little")
    return bits.astype(bool)


@pytest.mark.usefixtures("features")
@pytest.mark.parametrize(
    ("largest", "bits"),
    [(20, 8), (31, 8), (32, 8), (63, 8), (64, 8), (127, 8), (20, 16), (500, 16), (20_000, 32)],
)
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_a_decision_is_the_sign_of_field_and_noise(temperature, largest, bits):
    params = MachineParams(field_bits=18)
    plain = PlainMachine(params)
    rng = np.random.default_rng(largest + temperature)
    fields = rng.integers(-2 * largest, 2 * largest + 2, 16)
    fields[:6] = -2 * largest, 1 - 2 * largest, 0, 1, 2 * largest, 2 * largest + 1
    words = rng.integers(0, 2**32, (16, 64), np.uint64).astype(np.uint32)
    words[:, :33], words[:8, 33:] = CORNERS, ~np.array(CORNERS[:31], np.uint32)
    got = decide(words, fields, temperature, largest, bits, params)
    expected = [
        [int(field) + plain.noise(int(word), temperature) >= 0 for word in row]
        for field, row in zip(fields, words, strict=True)
    ]
    assert (got == expected).all()


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize(("units", "draws"), SHAPES)
def test_draws_are_those_of_the_definition(source, units, draws):
    lanes, rows, size = 3, 4, source.generator.seed_words
    rng = np.random.default_rng(units)
    seeds = rng.integers(0, 2**32, lanes * units * size, np.uint64).astype(np.uint32)
    bank = GeneratorBank(source.generator, lanes, units)
    bank.seed(np.arange(len(seeds)), seeds)
    words = np.empty((rows, lanes, units * draws), np.uint32)
    draw_kernel(KernelShape(source.generator, units, draws))(bank.state, words, rows, lanes, units)
    for lane in range(lanes):
        for unit in range(units):
            plain = PlainGenerator(source.generator)
            first = (lane * units + unit) * size
            plain.seed([int(word) for word in seeds[first : first + size]])
            for row in range(rows):
                got = words[row, lane, unit::units].tolist()
                assert got == [plain.draw() for _ in range(draws)]


def test_an_array_of_another_type_is_refused():
    kernel = draw_kernel(KernelShape(Source.XOROSHIRO64.generator, 1, 1))
    with pytest.raises(TypeError, match="a kernel got int64"):
        kernel(np.zeros((2, 1, 1), np.int64), np.zeros((1, 1, 1), np.uint32), 1, 1, 1)


def test_threads_that_need_a_kernel_at_once_share_it():
    threads = 8
    barrier = threading.Barrier(threads)

    def get(index):
        barrier.wait()
        shapes = [KernelShape(Source.LFSR64.generator, 2, draws, 32) for draws in (2, 16)]
        return [id(sweep_kernel(shape)) for shape in (shapes if index % 2 else shapes[::-1])]

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(get, range(threads)))
    assert len({tuple(sorted(each)) for each in found}) == 1
