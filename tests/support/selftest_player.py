"""The self-test in Python, written from `facts.selftest`, and a terminal for the one in gates."""

from collections.abc import Callable, Sequence
from typing import Any

from glauber.hdl.facts.selftest import (
    DATA_BITS,
    DIGIT_FLAG,
    GROUP_WORDS,
    Digit,
    Op,
    check_script,
)

__all__ = ["ScriptPlayer", "listen"]


class ScriptPlayer:
    """One round at a time, with a machine that answers at once.

    Parameters
    ----------
    script : Sequence[int]
    exchange : Callable[[bytes], bytes]
        Is given what was sent since the last call, and answers with what came back.

    Attributes
    ----------
    text : str
        What was printed.
    passed : bool or None
        How the last round ended.
    waited : int
        Units of time in this round.
    """

    def __init__(self, script: Sequence[int], exchange: Callable[[bytes], bytes]) -> None:
        self._words = check_script(script)
        self._exchange = exchange
        self._arrived = bytearray()
        self._sent = bytearray()
        self.text = ""
        self.passed: bool | None = None
        self.waited = 0
        self._failures = 0
        self._begin_step()

    def _begin_step(self) -> None:
        self._failed = self._silent = False
        self._number = self._wanted = 0

    def play(self) -> None:
        """From word 0 to the end of the script."""
        place, left = 0, 0
        self.waited = 0
        while place < len(self._words):
            op, data = self._words[place]
            place += 1
            if place % GROUP_WORDS == 0 and left:
                place, left = place - GROUP_WORDS, left - 1
            if op is Op.REPEAT:
                left = data
            else:
                self._carry_out(op, data)

    def _carry_out(self, op: Op, data: int) -> None:
        if op >= Op.PRINT:
            self._print(op, data)
        elif op is Op.END:
            self._failures += self._failed
            self._begin_step()
        elif op is Op.DRAIN:
            self._fetch()
            self._arrived.clear()
        elif op is Op.VERDICT:
            self.passed, self._failures = not self._failures, 0
        elif not self._failed and op is not Op.BEGIN:
            self._move(op, data)

    def _move(self, op: Op, data: int) -> None:
        if op is Op.SEND:
            self._sent.append(data)
        elif op is Op.WAIT:
            self.waited += 1
        else:
            self._fetch()
            self._failed = self._arrived[:1] != bytes((data,))
            self._silent = not self._arrived
            self._wanted = data
            if not self._failed:
                del self._arrived[0]
                self._number += 1

    def _fetch(self) -> None:
        self._arrived += self._exchange(bytes(self._sent))
        self._sent.clear()

    def _print(self, op: Op, data: int) -> None:
        holds = {
            Op.PRINT: True,
            Op.PRINT_OK: not self._failed,
            Op.PRINT_FAILED: self._failed,
            Op.PRINT_WRONG: self._failed and not self._silent,
            Op.PRINT_SILENT: self._silent,
            Op.PRINT_PASS: not self._failures,
            Op.PRINT_FAIL: bool(self._failures),
        }
        if holds[op]:
            self.text += self._digit(Digit(data & ~DIGIT_FLAG)) if data >> 7 else chr(data)

    def _digit(self, digit: Digit) -> str:
        got = self._arrived[0] if self._arrived else 0
        number, bits = self._number, DATA_BITS // 2
        hundreds, tens = number // 100, number // 10
        return {
            Digit.HUNDREDS: f"{hundreds}" if hundreds else "",
            Digit.TENS: f"{tens % 10}" if tens else "",
            Digit.ONES: f"{number % 10}",
            Digit.GOT_HIGH: f"{got >> bits:X}",
            Digit.GOT_LOW: f"{got & 15:X}",
            Digit.WANTED_HIGH: f"{self._wanted >> bits:X}",
            Digit.WANTED_LOW: f"{self._wanted & 15:X}",
            Digit.FAILURES: f"{self._failures}",
        }[digit]


def listen(dut: Any, rounds: int, into: list[Any]) -> Any:
    """A testbench that takes characters, with pauses, until `rounds` have been told; it appends the
    text and the lamps `passed`, `failed` and `running` behind it.
    """

    async def terminal(ctx: Any) -> None:
        text, ended = "", 0
        while ended < rounds:
            ctx.set(dut.text.ready, len(text) % 3 != 1)
            *_, valid, ready, byte = await ctx.tick().sample(
                dut.text.valid, dut.text.ready, dut.text.payload
            )
            if not ready:
                ctx.set(dut.text.ready, 1)
                *_, valid, byte = await ctx.tick().sample(dut.text.valid, dut.text.payload)
            if valid:
                text += chr(byte)
                ended += text.endswith("\r\n\r\n")
        for _ in range(4):
            await ctx.tick()
        into.extend([text, *map(ctx.get, (dut.passed, dut.failed, dut.running))])

    return terminal
