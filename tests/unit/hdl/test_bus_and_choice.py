"""What stands between the link and the registers: cuts in streams and buses, and a wide choice."""

import random
from typing import Any

from glauber.hdl.control.reading import WordChoice
from glauber.hdl.facts.frames import Result
from glauber.hdl.link.bus import BusRegister
from glauber.hdl.link.slice import StreamSlice
from support.streams import collect, every_stall, put_all, simulate


@every_stall
def test_a_slice_loses_and_doubles_nothing(stalls: Any) -> None:
    dut: Any = StreamSlice(8)
    sent = [random.Random(1).randrange(256) for _ in range(200)]
    got: list[int] = []
    simulate(
        dut,
        put_all(dut.i, sent, stalls.source),
        collect(dut.o, got, len(sent), stall=stalls.sink),
        limit=20_000,
        watched=[dut.o],
    )
    assert got == sent


def test_a_slice_takes_an_item_every_second_clock() -> None:
    dut: Any = StreamSlice(8)
    took: list[int] = []

    async def run(ctx: Any) -> None:
        ctx.set(dut.i.valid, 1)
        ctx.set(dut.o.ready, 1)
        for _ in range(8):
            took.append(ctx.get(dut.i.ready))
            await ctx.tick()

    simulate(dut, run, limit=50)
    assert took == [1, 0] * 4


def test_a_bus_register_passes_each_request_once_and_its_answer_back() -> None:
    dut: Any = BusRegister()
    rng = random.Random(2)
    requests = [(rng.randrange(2), rng.getrandbits(32), rng.getrandbits(32)) for _ in range(60)]
    seen, answers, held = [], [], []

    async def ask(ctx: Any) -> None:
        for write, address, word in requests:
            for signal, value in (("write", write), ("address", address), ("w_data", word)):
                ctx.set(getattr(dut.asked, signal), value)
            ctx.set(dut.asked.valid, 1)
            while not (await ctx.tick().sample(dut.asked.ready))[-1]:
                pass
            answers.append((ctx.get(dut.asked.r_data), ctx.get(dut.asked.result)))
            ctx.set(dut.asked.valid, 0)
            for _ in range(rng.randrange(3)):
                await ctx.tick()

    async def answer(ctx: Any) -> None:
        while True:
            ctx.set(dut.bus.ready, 0)
            *_, valid = await ctx.tick().sample(dut.bus.valid)
            if not valid or rng.random() < 0.5:
                continue
            request = tuple(ctx.get(getattr(dut.bus, s)) for s in ("write", "address", "w_data"))
            if not ctx.get(dut.bus.valid):
                continue
            seen.append(request)
            ctx.set(dut.bus.r_data, request[1] ^ 0xFFFF)
            ctx.set(dut.bus.result, Result.BAD_VALUE if request[2] & 1 else Result.OK)
            ctx.set(dut.bus.ready, 1)
            await ctx.tick()
            # What a write window relies on: the request still stands in the clock after.
            held.append(tuple(ctx.get(getattr(dut.bus, s)) for s in ("write", "address", "w_data")))

    simulate(dut, ask, limit=5000, background=[answer])
    assert seen == requests
    assert held == requests
    expected = [
        (address ^ 0xFFFF, Result.BAD_VALUE if word & 1 else Result.OK)
        for _, address, word in requests
    ]
    assert answers == expected


def test_any_number_of_words_can_be_chosen_from() -> None:
    for count in (1, 8, 9, 48):
        dut: Any = WordChoice(count)
        words = [random.Random(count).getrandbits(32) for _ in range(count)]
        got: list[int] = []

        async def run(ctx: Any, dut: Any = dut, words: Any = words, got: Any = got) -> None:
            for n, word in enumerate(words):
                ctx.set(dut.words[n], word)
            for n in range(len(words)):
                ctx.set(dut.index, n)
                for _ in range(dut.LATENCY):
                    await ctx.tick()
                got.append(ctx.get(dut.word))

        simulate(dut, run, limit=200)
        assert got == words
