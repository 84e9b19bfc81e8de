"""The generators' definitions: periods, known answers, and how well words are spread."""

import math

import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.generators import Lfsr, Source, Xoshiro128

# The primes of 2**32 - 1, 2**64 - 1 and 2**128 - 1.
PRIMES = {
    32: (3, 5, 17, 257, 65537),
    64: (3, 5, 17, 257, 641, 65537, 6700417),
    128: (3, 5, 17, 257, 641, 65537, 274177, 6700417, 67280421310721),
}


def columns(generator):
    return [generator.step(1 << bit) for bit in range(generator.state_bits)]


def apply(matrix, vector):
    result = 0
    while vector:
        low = vector & -vector
        result ^= matrix[low.bit_length() - 1]
        vector ^= low
    return result


def power(matrix, exponent):
    result = [1 << bit for bit in range(len(matrix))]
    while exponent:
        if exponent & 1:
            result = [apply(matrix, column) for column in result]
        matrix = [apply(matrix, column) for column in matrix]
        exponent >>= 1
    return result


def has_full_period(generator):
    """The step matrix M has the order 2**n - 1: M**k is 1 for it, and for no divisor by a prime."""
    size = generator.state_bits
    period, matrix = (1 << size) - 1, columns(generator)
    assert math.prod(PRIMES[size]) == period
    identity = [1 << bit for bit in range(size)]
    return power(matrix, period) == identity and all(
        power(matrix, period // prime) != identity for prime in PRIMES[size]
    )


@pytest.mark.parametrize("source", Source)
def test_period_is_full(source):
    assert has_full_period(source.generator)


def test_a_period_that_is_not_full_is_noticed():
    assert not has_full_period(Lfsr((32, 31, 30, 28), 32))


def test_steps_are_linear():
    for source in Source:
        step = source.generator.step
        first, second = 0x0123456789ABCDEF_0F1E2D3C4B5A6978, 0xFEEDFACE_DEADBEEF_12345678_87654321
        mask = (1 << source.generator.state_bits) - 1
        first, second = first & mask, second & mask
        assert step(first ^ second) == step(first) ^ step(second)
        assert step(0) == 0


def test_xoshiro128_gives_the_words_of_its_authors():
    """For the state 1, 2, 3, 4; from the authors' C code, as other implementations test it."""
    generator = Source.XOSHIRO128.generator
    assert isinstance(generator, Xoshiro128)
    state, words = 1 | 2 << 32 | 3 << 64 | 4 << 96, []
    for _ in range(6):
        words.append(generator.word(state))
        state = generator.step(state)
    assert words == [641, 1573767, 3222811527, 3517856514, 836907274, 4247214768]


def test_fresh_bits_are_what_a_word_does_not_share_with_the_one_before():
    for source in Source:
        generator = source.generator
        if not isinstance(generator, Lfsr):
            continue
        state = 0x9E3779B97F4A7C15 & ((1 << generator.state_bits) - 1)
        for _ in range(20):
            before, state = generator.word(state), generator.step(state)
            kept = 32 - generator.fresh_bits
            assert generator.word(state) >> generator.fresh_bits == before & ((1 << kept) - 1)


def rank(rows):
    basis = {}
    for row in rows:
        rest = row
        while rest and rest.bit_length() in basis:
            rest ^= basis[rest.bit_length()]
        if rest:
            basis[rest.bit_length()] = rest
    return len(basis)


def independent_bits(generator, words):
    """How many top bits of so many words in a row are independent of each other."""
    size = generator.state_bits
    states, rows = [1 << bit for bit in range(size)], []
    for _ in range(words):
        # Row `bit`: of which state bits it is the sum, one column a state bit.
        images = [generator.word(state) for state in states]
        rows.append(
            [sum((image >> bit & 1) << i for i, image in enumerate(images)) for bit in range(32)]
        )
        states = [generator.step(state) for state in states]
    best = 0
    for bits in range(1, 33):
        chosen = [row[31 - index] for row in rows for index in range(bits)]
        if rank(chosen) < len(chosen):
            break
        best = bits
    return best


@pytest.mark.parametrize(
    ("name", "spread"),
    [
        ("xoroshiro64", {1: 32, 2: 32, 3: 19, 4: 16, 6: 10, 8: 7}),
        ("lfsr64", {1: 32, 2: 32, 3: 16, 4: 16, 6: 9, 8: 7}),
        ("lfsr64_close", {1: 32, 2: 32, 3: 4, 4: 4, 6: 4, 8: 4}),
        ("lfsr32_serial", {1: 32, 2: 1, 3: 1}),
    ],
)
def test_top_bits_of_words_in_a_row_are_independent(name, spread):
    """The weak ones are those in which the top bits of a few words obey a linear relation.

    At best they are 32 for one word, and the state's bits over the number of words for more.
    """
    generator = Source.of_name(name).generator
    assert {words: independent_bits(generator, words) for words in spread} == spread


def test_an_unknown_source_is_refused():
    with pytest.raises(FactError, match="no noise source 'dice'; use one of xoroshiro64, lfsr64, "):
        Source.of_name("dice")
