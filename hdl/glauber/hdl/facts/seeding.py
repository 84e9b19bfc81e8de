"""From one seed to the streams of all generators of a machine: disjoint, non-zero, reproducible.

A generator with `n` state bits walks one cycle of `2**n - 1` states, an LFSR bit by bit. The cycle
is cut into slots of a prime number of moves just below `2**(5n/8)`, of which `2**(3n/8)` fit. A
seed chooses where the cutting begins, by a nonlinear mixer, and in which order slots are used, by a
keyed permutation. Stream `k` starts at the first state of slot `permutation(k)`.

So streams of one seed cannot overlap within `stream_words` words: they are different pieces of one
cycle. This is arithmetic, not probability. The permutation is there so that lanes are not at equal
distances from each other on the cycle, by which their states would obey one linear relation.
"""

from collections.abc import Iterable
from functools import cache

from .errors import FactError
from .generators import WORD_BITS, Generator, Source

__all__ = [
    "LinearMap",
    "begin",
    "check_seed",
    "check_stream",
    "jumps",
    "load",
    "seed_words",
    "slot",
    "start_state",
    "stream_count",
    "stream_words",
    "unload",
]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK64 = (1 << 64) - 1
_ROUNDS = 4
_SLOT_PRIMES = {32: (1 << 20) - 3, 64: (1 << 40) - 87, 128: (1 << 80) - 65}


def stream_words(source: Source) -> int:
    """How many words a stream has before it could run into another one of the same seed."""
    return _SLOT_PRIMES[source.generator.state_bits] // source.generator.moves


def stream_count(source: Source) -> int:
    """How many streams a seed has."""
    return 1 << 3 * source.generator.state_bits // 8


def mix(value: int) -> int:
    """The finaliser of splitmix64, a bijection of 64-bit words (Steele, Lea and Flood, 2014)."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK64
    return value ^ (value >> 31)


def _draw(key: int, index: int) -> int:
    return mix(key + (index + 1) * _GOLDEN & _MASK64)


class LinearMap:
    """A linear map over GF(2), applied a byte at a time."""

    def __init__(self, columns: list[int]) -> None:
        self.columns = columns
        self._tables: list[list[int]] = []
        for first in range(0, len(columns), 8):
            table = [0]
            for column in columns[first : first + 8]:
                table += [column ^ other for other in table]
            self._tables.append(table)

    def __call__(self, state: int) -> int:
        result = 0
        for table in self._tables:
            result ^= table[state & 0xFF]
            state >>= 8
        return result

    def after(self, first: "LinearMap") -> "LinearMap":
        """The map that does `first` and then this."""
        return LinearMap([self(column) for column in first.columns])

    def inverse(self) -> "LinearMap":
        """The inverse map, by elimination. Raises `FactError` if there is none."""
        size = len(self.columns)
        # Each row is an image beside the argument that it is the image of.
        rows = [(column, 1 << index) for index, column in enumerate(self.columns)]
        for bit in range(size):
            pivot = next((i for i in range(bit, size) if rows[i][0] >> bit & 1), None)
            if pivot is None:
                raise FactError("a generator cannot be seeded through word 0; define another one")
            rows[bit], rows[pivot] = rows[pivot], rows[bit]
            image, argument = rows[bit]
            rows = [
                (i ^ image, a ^ argument) if index != bit and i >> bit & 1 else (i, a)
                for index, (i, a) in enumerate(rows)
            ]
        return LinearMap([argument for _, argument in rows])


def load(generator: Generator, words: Iterable[int]) -> int:
    """The state of a cleared generator after seed words went in, before any warm-up."""
    state = 0
    for word in words:
        state = generator.step(state) ^ word
    return state


@cache
def jumps(source: Source) -> list[LinearMap]:
    """The maps that go `2**i` slots ahead on the cycle."""
    size = source.generator.state_bits
    power = LinearMap([source.generator.move(1 << bit) for bit in range(size)])
    jump = LinearMap([1 << bit for bit in range(size)])
    distance = _SLOT_PRIMES[size]
    while distance:
        if distance & 1:
            jump = power.after(jump)
        power, distance = power.after(power), distance >> 1
    found = [jump]
    while 1 << len(found) < stream_count(source):
        found.append(found[-1].after(found[-1]))
    return found


@cache
def unload(source: Source) -> LinearMap:
    """From a state to the seed words that load it, the first in the low bits."""
    generator = source.generator
    bits = range(generator.state_bits)
    return LinearMap([load(generator, _split(generator, 1 << bit)) for bit in bits]).inverse()


def _split(generator: Generator, value: int) -> list[int]:
    mask = (1 << WORD_BITS) - 1
    return [value >> WORD_BITS * index & mask for index in range(generator.seed_words)]


def slot(key: int, stream: int, bits: int) -> int:
    """A permutation of the numbers of `bits` bits, by a Feistel network."""
    half = bits // 2
    mask = (1 << half) - 1
    left, right = stream >> half, stream & mask
    for index in range(_ROUNDS):
        left, right = right, left ^ _draw(key, index << half | right) & mask
    return left << half | right


def check_seed(seed: int) -> None:
    """Raises `FactError` for a seed out of range."""
    if not 0 <= seed <= _MASK64:
        raise FactError.out_of_range("the seed", seed, 0, _MASK64, "use a 64-bit unsigned number")


def check_stream(source: Source, stream: int) -> None:
    """Raises `FactError` for the number of a stream that is out of range."""
    count = stream_count(source)
    if not 0 <= stream < count:
        raise FactError.out_of_range(
            "the number of a generator's stream",
            stream,
            0,
            count - 1,
            f"ask for fewer reads: {source.name.lower()} has {count} streams of one seed",
        )


def begin(source: Source, seed: int) -> tuple[int, int]:
    """The first state of slot 0 of a seed, never zero, and the key of its order of slots.

    Raises `FactError` for a seed out of range.
    """
    check_seed(seed)
    key = mix(seed + _GOLDEN & _MASK64)
    start = _draw(key, 0) | _draw(key, 1) << 64
    return start & ((1 << source.generator.state_bits) - 1) or 1, _draw(key, 2)


def start_state(source: Source, seed: int, stream: int) -> int:
    """The state with which stream number `stream` of a seed starts; never zero.

    Raises `FactError` for a seed or a stream out of range.
    """
    state, key = begin(source, seed)
    check_stream(source, stream)
    place = slot(key, stream, stream_count(source).bit_length() - 1)
    for index, jump in enumerate(jumps(source)):
        if place >> index & 1:
            state = jump(state)
    return state


def seed_words(source: Source, seed: int, stream: int) -> list[int]:
    """The words that load a generator for stream number `stream` of a seed, in their order.

    Raises `FactError` as `start_state`.
    """
    words = unload(source)(start_state(source, seed, stream))
    return _split(source.generator, words)
