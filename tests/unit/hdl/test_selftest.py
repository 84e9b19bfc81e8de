"""The gates of the self-test, with machines that are made up."""

from typing import Any

import pytest

from glauber.hdl.facts.selftest import GROUP_WORDS, Op, encode
from glauber.hdl.selftest import SelfTest
from glauber.host.selftest.assemble import StepWords, assemble, compress
from support.refusal import assert_refused
from support.selftest_player import ScriptPlayer, listen
from support.streams import put, simulate

UNIT_BITS = 6  # of scripts that are played without a machine


def steps(*exchanges: tuple[bytes, bytes]) -> list[StepWords]:
    made = []
    for index, (request, reply) in enumerate(exchanges):
        made.append(StepWords(f"step {index}"))
        made[-1].exchange(request, reply)
    return made


def answering(dut: Any, answer: Any) -> Any:
    """A machine that answers each request of one byte with `answer(byte)`."""

    async def machine(ctx: Any) -> None:
        while True:
            ctx.set(dut.o.ready, 1)
            *_, valid, byte = await ctx.tick().sample(dut.o.valid, dut.o.payload)
            if valid:
                ctx.set(dut.o.ready, 0)
                for reply in answer(byte):
                    await put(ctx, dut.i, reply)

    return machine


def play(script: list[int], answer: Any, rounds: int = 1) -> list[Any]:
    """What the gates print in some rounds, and their lamps behind it; and the same in Python."""
    dut = SelfTest(script, unit_bits=UNIT_BITS)
    found: list[Any] = []
    simulate(
        dut,
        listen(dut, rounds, found),
        limit=100_000,
        watched=[dut.text],
        background=[answering(dut, answer)],
    )
    player = ScriptPlayer(script, lambda sent: b"".join(bytes(answer(byte)) for byte in sent))
    for _ in range(rounds):
        player.play()
    assert found == [player.text, player.passed, not player.passed, 0]
    return found


def square(byte: int) -> bytes:
    return bytes((byte, byte * byte % 256))


def test_a_round_that_passes():
    script = assemble("title", steps((b"\x02", b"\x02\x04"), (b"\x03", b"\x03\x09")), pause=2)
    text, passed, failed, running = play(script, square)
    assert text == "title\r\nstep 0 ... ok\r\nstep 1 ... ok\r\nPASS\r\n\r\n"
    assert (passed, failed, running) == (1, 0, 0)


def test_a_wrong_byte_is_named_and_the_next_steps_go_on():
    right, wrong = (b"\x02", b"\x02\x04"), (b"\x04", b"\x04\x3b")
    script = assemble("title", steps(right, wrong, right, wrong, right), pause=2)
    text, passed, failed, _ = play(script, square)
    assert text == (
        "title\r\nstep 0 ... ok\r\nstep 1 ... FAILED: byte 1 is 10, not 3B\r\nstep 2 ... ok\r\n"
        "step 3 ... FAILED: byte 1 is 10, not 3B\r\nstep 4 ... ok\r\nFAIL: 2 of 5 steps\r\n\r\n"
    )
    assert (passed, failed) == (0, 1)


@pytest.mark.parametrize("number", [0, 9, 10, 99, 100, 255, 256, 905])
def test_numbers_of_bytes_have_no_leading_zeros(number):
    reply = bytes(index * 7 % 251 for index in range(910))
    expected = bytearray(reply)
    expected[number] ^= 0xFF
    script = assemble("t", steps((b"\x01", bytes(expected))), pause=1)
    text = play(script, lambda _: reply)[0]
    assert f"byte {number} is {reply[number]:02X}, not {expected[number]:02X}\r\n" in text


def test_every_byte_is_told_in_hexadecimal():
    script = assemble("t", steps((b"\x01", b"\x00"), (b"\x02", b"\x5a")), pause=1)
    replies = {1: b"\xa5", 2: b"\xf0"}
    text = play(script, lambda byte: replies[byte])[0]
    assert "byte 0 is A5, not 00" in text
    assert "byte 0 is F0, not 5A" in text


def test_what_is_left_of_a_failure_is_drained():
    wrong = (b"\x05", bytes(64))
    script = assemble("t", steps(wrong, (b"\x02", b"\x02")), pause=1)
    text = play(script, lambda byte: bytes((byte,)) * (100 if byte == 5 else 1))[0]
    assert "step 0 ... FAILED: byte 0 is 05, not 00\r\nstep 1 ... ok" in text


def test_silence_is_told():
    script = assemble("t", steps((b"\x02", b"\x02\x04"), (b"\x03", b"\x03\x09\x07")), pause=1)
    text, passed, failed, _ = play(script, square)
    assert "step 1 ... FAILED: byte 2 is missing\r\nFAIL: 1 of 2 steps" in text
    assert (passed, failed) == (0, 1)


def test_a_machine_that_takes_nothing_is_told():
    script = assemble("t", steps((b"\x02", b"\x02"), (b"\x03", b"\x03")), pause=1)
    dut = SelfTest(script, unit_bits=UNIT_BITS)
    found: list[Any] = []
    simulate(dut, listen(dut, 1, found), limit=20_000, watched=[dut.text])
    text, *lamps = found
    assert text == (
        "t\r\nstep 0 ... FAILED: byte 0 is missing\r\nstep 1 ... FAILED: byte 0 is missing\r\n"
        "FAIL: 2 of 2 steps\r\n\r\n"
    )
    assert lamps == [0, 1, 0]


def test_rounds_are_repeated_and_forget():
    script = assemble("t", steps((b"\x02", b"\x02\x04")), pause=3)
    answers = iter([b"\x02\x04", b"\x02\x05", b"", b"\x02\x04"])
    dut = SelfTest(script, unit_bits=UNIT_BITS)
    found: list[Any] = []
    machine = answering(dut, lambda _: next(answers))
    simulate(dut, listen(dut, 4, found), limit=50_000, background=[machine])
    text, *lamps = found
    rounds = text.split("\r\n\r\n")
    assert rounds == [
        "t\r\nstep 0 ... ok\r\nPASS",
        "t\r\nstep 0 ... FAILED: byte 1 is 05, not 04\r\nFAIL: 1 of 1 steps",
        "t\r\nstep 0 ... FAILED: byte 0 is missing\r\nFAIL: 1 of 1 steps",
        "t\r\nstep 0 ... ok\r\nPASS",
        "",
    ]
    assert lamps == [1, 0, 0]


def test_repeated_groups_come_as_often_as_they_should():
    request, reply = bytes(range(1, 9)) * 5, b"\x01\x02\x03\x04" * 20
    script = assemble("t", steps((request, reply)), pause=1)
    assert sum(word >> 8 == Op.SEND for word in script) < len(request)
    sent: list[int] = []

    def answer(byte: int) -> bytes:
        sent.append(byte)
        return reply if len(sent) % len(request) == 0 else b""

    assert "ok" in play(script, answer)[0]
    assert bytes(sent) == 2 * request  # of the gates and of the reader in Python


def test_it_waits_for_units_and_pauses():
    wait, a, b = encode(Op.WAIT), encode(Op.PRINT, ord("a")), encode(Op.PRINT, ord("b"))
    dut = SelfTest(compress([wait] * 9 + [a] + [wait] * 30 + [b]), unit_bits=UNIT_BITS)
    times: dict[str, int] = {}

    async def terminal(ctx: Any) -> None:
        ctx.set(dut.text.ready, 1)
        clocks = 0
        while len(times) < 2:
            *_, valid, byte = await ctx.tick().sample(dut.text.valid, dut.text.payload)
            clocks += 1
            if valid:
                times[chr(byte)] = clocks

    simulate(dut, terminal, limit=4000)
    unit = 1 << UNIT_BITS
    assert 9 * unit <= times["a"] <= 9 * (unit + 2) + 4
    assert 30 * unit <= times["b"] - times["a"] <= 30 * (unit + 2) + 8


def test_a_script_that_cannot_be_played_is_refused():
    assert_refused(lambda: SelfTest([]), "length of a self-test script")
    assert_refused(lambda: SelfTest([encode(Op.REPEAT, 1)] * GROUP_WORDS), "repeats what is no")
