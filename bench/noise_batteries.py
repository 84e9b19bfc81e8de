"""Test batteries on the random words of a machine, as its generators deliver them.

    python bench/noise_batteries.py
    python bench/noise_batteries.py --source lfsr64 lfsr64_close --battery linearity smallcrush
    python bench/noise_batteries.py --source xoroshiro64 --order interleaved --battery crush

Two orders: `lane`, the words of one generator; `interleaved`, the words of all generators as the
machine consumes them, row by row, in a row lane by lane, in a lane column by column. They are
seeded as a set of reads with one seed: when the streams are used up, the next batch of reads
follows, and after the last batch the next seed.

`linearity` computes of how few top bits in a row the next one is a sum, and needs nothing. The
others are batteries of TestU01 (`apt-get install libtestu01-0`; in the sections non-free of Debian
and multiverse of Ubuntu). Each test goes on in the words where the one before it stopped. It fails
if its p-value is within 1e-10 of 0 or 1, and is weak within 1e-4. The default takes half a minute
for a source and an order, crush an hour, bigcrush many. Runs on Linux.
"""

import argparse
import ctypes
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts import seeding
from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.machine import MachineParams
from glauber.sim.model.bank import GeneratorBank

FAIL, WEAK = 1e-10, 1e-4
NAMES_SHOWN = 8
CHUNK_WORDS = 1 << 14
LINEARITY_WORDS = 1 << 16
TESTU01 = "libtestu01.so.0"
# The names and tests that TestU01 has for a battery. Of Rabbit without MultinomialBitsOver, whose
# p-values for samples of this size come too often near 0 and 1, with a sound PCG64 as well.
BATTERIES = {
    "smallcrush": ("SmallCrush", range(1, 11)),
    "rabbit": ("Rabbit", range(2, 27)),
    "crush": ("Crush", range(1, 97)),
    "bigcrush": ("BigCrush", range(1, 107)),
}

Results = list[tuple[str, float]]  # names and p-values
# Reads words, the highest byte first, from a file descriptor until it has enough.
Test = Callable[[int], Results]


def words(params: MachineParams, order: str, seed: int) -> Iterator[NDArray[np.uint32]]:
    """The machine's words in the order, in pieces, without end."""
    lanes, units = (1, 1) if order == "lane" else (params.lanes, params.units)
    most = max(1, CHUNK_WORDS // (lanes * units * params.draws))
    batches = max(1, seeding.stream_count(params.source) // params.generators)
    for batch in count():
        places = [(lane, unit) for lane in range(lanes) for unit in range(units)]
        streams = [params.seed_stream(batch % batches, *place) for place in places]
        key = seed + batch // batches
        loaded = [seeding.seed_words(params.source, key, stream) for stream in streams]
        bank = GeneratorBank(params.source.generator, lanes, units)
        bank.seed(np.arange(len(places) * params.seed_words), np.array(loaded, np.uint32).ravel())
        left = seeding.stream_words(params.source) // params.draws
        while left:
            drawn = np.empty((min(left, most), lanes, params.draws * units), np.uint32)
            bank.draw(drawn)
            yield drawn
            left -= len(drawn)


def complexity(bits: Iterable[int]) -> int:
    """The order of the shortest linear recurrence that bits obey (Berlekamp and Massey)."""
    taps, older, distance, length, history = 1, 1, 1, 0, 0
    for index, bit in enumerate(bits):
        history = history << 1 | bit
        if (taps & history).bit_count() & 1:
            repaired = taps ^ older << distance
            if 2 * length <= index:
                length, older, distance = index + 1 - length, taps, 0
            taps = repaired
        distance += 1
    return length


def linearity(source: int) -> Results:
    """Of random bits it takes half of them; of `k` fewer, about once in 4**k sequences."""
    with os.fdopen(source, "rb") as stream:
        top = np.frombuffer(stream.read(4 * LINEARITY_WORDS), ">u4") >> 31
    order = complexity(top.tolist())
    return [(f"linear complexity {order}", 0.5 ** max(1, LINEARITY_WORDS - 2 * order))]


def testu01(battery: str, number: int, bits: float, source: int) -> Results:
    """One test of a battery, whose report is dropped."""
    library = ctypes.CDLL(TESTU01)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    library.ufile_CreateReadBin.restype = ctypes.c_void_p
    generator = library.ufile_CreateReadBin(f"/dev/fd/{source}".encode(), ctypes.c_long(1024))
    chosen = (ctypes.c_int * 201)()
    chosen[number] = 1
    size = [ctypes.c_double(bits)] if battery == "Rabbit" else []
    getattr(library, f"bbattery_Repeat{battery}")(ctypes.c_void_p(generator), *size, chosen)
    found = ctypes.c_int.in_dll(library, "bbattery_NTests").value
    names = (ctypes.c_char_p * found).in_dll(library, "bbattery_TestNames")
    values = (ctypes.c_double * found).in_dll(library, "bbattery_pVal")
    return [(name.decode(), p) for name, p in zip(names, values, strict=True)]


def run(test: Test, stream: Iterator[NDArray[np.uint32]]) -> tuple[Results, float]:
    """Runs a test in a process of its own; what it found, and how many MiB it took."""
    context = multiprocessing.get_context("fork")
    source, sink = os.pipe()
    receiver, sender = context.Pipe(duplex=False)

    def work() -> None:
        os.close(sink)
        sender.send(test(source))

    process = context.Process(target=work)
    process.start()
    os.close(source)
    sender.close()
    size = 0
    try:
        for piece in stream:
            size += os.write(sink, piece.astype(">u4").data)
    except BrokenPipeError:
        os.close(sink)
    process.join()
    return receiver.recv(), size / 2**20


def verdict(results: Results) -> str:
    """What failed and what is weak."""
    texts = []
    for what, low, high in (("failed", -1, FAIL), ("weak", FAIL, WEAK)):
        names = [name for name, p in results if low < min(p, 1 - p) <= high]
        shown = list(dict.fromkeys(names))
        more = [f"{len(shown) - NAMES_SHOWN} more"] if len(shown) > NAMES_SHOWN else []
        if names or what == "failed":
            listed = "; ".join(shown[:NAMES_SHOWN] + more)
            texts.append(f"{len(names)} {what}" + (f" ({listed})" if listed else ""))
    return f"of {len(results)}: " + ", ".join(texts)


def main() -> None:
    """Runs and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choices = {
        "source": [source.name.lower() for source in Source],
        "order": ["lane", "interleaved"],
        "battery": ["linearity", *BATTERIES],
    }
    for name, values in choices.items():
        default = values[:3] if name == "battery" else values
        parser.add_argument(f"--{name}", nargs="+", choices=values, default=default)
    for name, value in (("lanes", 8), ("replicas", 16), ("draws", 4), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--mebibytes", type=int, default=16, help="for each test of rabbit")
    options = parser.parse_args()
    tests: dict[str, list[Test]] = {"linearity": [linearity]}
    for key, (battery, numbers) in BATTERIES.items():
        bits = options.mebibytes * 2.0**23
        tests[key] = [partial(testu01, battery, number, bits) for number in numbers]
    if set(options.battery) & set(BATTERIES):
        try:
            ctypes.CDLL(TESTU01)
        except OSError:
            sys.exit("TestU01 is not installed; install `libtestu01-0`, or use --battery linearity")

    shape = {name: getattr(options, name) for name in ("lanes", "replicas", "draws")}
    print(*(f"--{name} {value}" for name, value in shape.items()), f"--seed {options.seed}\n")
    print(" | ".join(["| source", *options.order]) + " |")
    print("| --- " * (1 + len(options.order)) + "|", flush=True)
    for name in options.source:
        params = MachineParams(**shape, source=Source.of_name(name))
        cells = []
        for order in options.order:
            begin, results = time.monotonic(), []
            stream = words(params, order, options.seed)
            for battery in options.battery:
                for test in tests[battery]:
                    found, size = run(test, stream)
                    results += found
                    what = ", ".join(f"{part} {p:.3g}" for part, p in found)
                    print(f"{name} {order} {size:.1f} MiB: {what}", file=sys.stderr)
            cells.append(f"{verdict(results)}, {time.monotonic() - begin:.0f} s")
        print(" | ".join([f"| `{name}`", *cells]) + " |", flush=True)


if __name__ == "__main__":
    main()
