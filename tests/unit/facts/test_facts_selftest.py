import re

import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.selftest import (
    DIGIT_FLAG,
    GROUP_WORDS,
    SCRIPT_BITS,
    SCRIPT_WORDS_MAX,
    STEP_BYTES_MAX,
    STEPS_MAX,
    Digit,
    Op,
    check_script,
    decode,
    encode,
)


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("data", [0, 1, 0x7F, 0xFF])
def test_a_word_is_decoded_to_what_was_encoded(op, data):
    word = encode(op, data)
    assert word >> SCRIPT_BITS == 0
    assert decode(word) == (op, data)


def test_zero_does_nothing():
    assert decode(0) == (Op.REPEAT, 0)


def test_every_operation_has_a_meaning_of_its_own():
    assert len({op.meaning for op in Op}) == len(Op)


def test_what_prints_stands_behind_print_and_digits_fit_its_data():
    assert [op.name.startswith("PRINT") for op in Op] == [op >= Op.PRINT for op in Op]
    assert max(Digit) < DIGIT_FLAG
    assert ord("~") < DIGIT_FLAG  # no character is taken for a digit


@pytest.mark.parametrize("data", [-1, 256])
def test_data_out_of_range(data):
    with pytest.raises(FactError, match=re.escape(f"is {data}, outside its legal range 0 to 255")):
        encode(Op.SEND, data)


@pytest.mark.parametrize("word", [0xF00, 0x1000, -1])
def test_words_that_are_none(word):
    with pytest.raises(FactError, match="none of a self-test script"):
        decode(word)
    with pytest.raises(FactError, match="none of a self-test script"):
        check_script([0, word])


def test_a_script_is_decoded_in_order():
    assert check_script([encode(Op.SEND, 3), encode(Op.END)]) == [
        (Op.SEND, 3),
        (Op.END, 0),
    ]


@pytest.mark.parametrize("length", [0, SCRIPT_WORDS_MAX + 1])
def test_scripts_of_no_legal_length(length):
    with pytest.raises(FactError, match=f"is {length}, outside its legal range"):
        check_script([0] * length)


@pytest.mark.parametrize("place", range(GROUP_WORDS))
def test_only_groups_are_repeated(place):
    script = [0] * place + [encode(Op.REPEAT, 1)] + [encode(Op.SEND, 1)] * GROUP_WORDS
    if place == GROUP_WORDS - 1:
        check_script(script)
    else:
        with pytest.raises(FactError, match=f"word {place} .* repeats what is no group"):
            check_script(script)


def test_steps_and_their_bytes_can_be_printed():
    step = [encode(Op.EXPECT, 1)] * STEP_BYTES_MAX + [encode(Op.END)]
    check_script(step * STEPS_MAX)
    with pytest.raises(FactError, match="number of steps"):
        check_script(step * (STEPS_MAX + 1))
    with pytest.raises(FactError, match=f"is {STEP_BYTES_MAX + 1}, outside"):
        check_script(step[:1] + step)


def test_repeated_bytes_count_as_often_as_they_come():
    times = STEP_BYTES_MAX // GROUP_WORDS
    group = [encode(Op.EXPECT, 1)] * GROUP_WORDS
    head = [0] * (GROUP_WORDS - 1)
    check_script([*head, encode(Op.REPEAT, times - 1), *group])
    with pytest.raises(FactError, match="bytes expected in a step"):
        check_script([*head, encode(Op.REPEAT, times), *group])
