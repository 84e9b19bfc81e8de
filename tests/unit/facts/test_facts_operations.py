"""Schedule words that are operations: what they say, and what is refused."""

import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.measure import MeasureFlags
from glauber.hdl.facts.operations import (
    REPEAT_COUNT_MAX,
    REPEAT_LENGTH_MAX,
    REPEAT_LEVELS,
    Measure,
    Repeat,
    decode_word,
    is_operation,
)
from glauber.hdl.facts.program import Step

LEGAL = [
    flags
    for flags in map(MeasureFlags, range(32))
    if MeasureFlags.SCORES in flags or not flags & (MeasureFlags.BEST | MeasureFlags.TARGET)
]


@pytest.mark.parametrize("couple", [False, True])
@pytest.mark.parametrize("emit", [False, True])
def test_a_word_that_emits_without_couplings_is_an_operation(couple, emit):
    word = Step(12345, 77, couple=couple, emit=emit).encode()
    assert is_operation(word) == (emit and not couple)
    if not is_operation(word):
        assert decode_word(word) == Step.decode(word)


@pytest.mark.parametrize("flags", LEGAL)
def test_a_measurement_survives_encoding(flags):
    word = Measure(flags).encode()
    assert is_operation(word)
    assert decode_word(word) == Measure(flags)


@pytest.mark.parametrize(
    "loop",
    [
        Repeat(1, 1),
        Repeat(REPEAT_LENGTH_MAX, REPEAT_COUNT_MAX, REPEAT_LEVELS - 1),
        Repeat(0x2AAA, 0x555, 2),
    ],
)
def test_a_loop_survives_encoding(loop):
    word = loop.encode()
    assert word < 1 << 32
    assert is_operation(word)
    assert decode_word(word) == loop


def test_where_the_parts_of_a_word_stand():
    assert Measure(MeasureFlags.SCORES | MeasureFlags.FRESH).encode() == 0x0008_0011
    assert Repeat(length=3, count=5, level=2).encode() == 0x005B_0003
    assert (REPEAT_LENGTH_MAX, REPEAT_COUNT_MAX, REPEAT_LEVELS) == (0x7FFF, 0xFFF, 4)


@pytest.mark.parametrize(
    "flags", [MeasureFlags.BEST, MeasureFlags.TARGET | MeasureFlags.MOMENTS, MeasureFlags.EXCHANGE]
)
def test_what_is_judged_must_be_scored(flags):
    with pytest.raises(FactError, match=r"BEST, TARGET and EXCHANGE need SCORES: add it"):
        Measure(flags).encode()


@pytest.mark.parametrize(
    ("loop", "text"),
    [
        (Repeat(0, 1), f"length in words is 0, .* 1 to {REPEAT_LENGTH_MAX}; repeat fewer words"),
        (Repeat(REPEAT_LENGTH_MAX + 1, 1), f"length in words is .* 1 to {REPEAT_LENGTH_MAX}"),
        (Repeat(1, 0), f"count is 0, .* 1 to {REPEAT_COUNT_MAX}; put a loop into a loop"),
        (Repeat(1, REPEAT_COUNT_MAX + 1), f"count is 4096, .* 1 to {REPEAT_COUNT_MAX}"),
        (Repeat(1, 1, -1), f"level is -1, .* 0 to {REPEAT_LEVELS - 1}; nest fewer loops"),
        (Repeat(1, 1, REPEAT_LEVELS), f"level is 4, .* 0 to {REPEAT_LEVELS - 1}"),
    ],
)
def test_a_loop_that_cannot_be_is_refused(loop, text):
    with pytest.raises(FactError, match=text):
        loop.encode()
