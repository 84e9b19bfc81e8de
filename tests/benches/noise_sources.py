"""cocotb: every noise source against its model, word by word, with pauses, seeds and reseeds."""

import random

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import ReadOnly, RisingEdge

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.seeding import seed_words
from glauber.sim.model.bank import GeneratorBank

WORDS = 5_000
RESEED_CHANCE = 0.01


class Pair:
    """The gates, and a bank of one generator for each source."""

    def __init__(self, dut) -> None:
        self.dut = dut
        self.banks = [GeneratorBank(source.generator, 1, 1) for source in Source]

    async def start(self) -> None:
        dut = self.dut
        for port in (dut.ready, dut.clear, dut.load, dut.inject):
            port.value = 0
        dut.rst.value = 1
        Clock(dut.clk, 10, "ns").start()
        await RisingEdge(dut.clk)
        await RisingEdge(dut.clk)
        dut.rst.value = 0

    async def clock(self, **ports: int) -> list[int]:
        """A clock with these inputs; the words that were shown in it."""
        for name in ("ready", "clear", "load", "inject"):
            getattr(self.dut, name).value = ports.get(name, 0)
        await ReadOnly()
        shown = int(self.dut.words.value)
        await RisingEdge(self.dut.clk)
        return [shown >> 32 * index & 0xFFFF_FFFF for index in range(len(Source))]

    def draw(self) -> list[int]:
        words = np.empty((1, 1, 1), np.uint32)
        drawn = []
        for bank in self.banks:
            bank.draw(words)
            drawn.append(int(words[0, 0, 0]))
        return drawn

    async def compare(self, count: int, generator: random.Random) -> None:
        """Takes `count` words with pauses and injections; all must be those of the models."""
        taken = 0
        while taken < count:
            ready = generator.random() < 0.8
            word = generator.getrandbits(32) if generator.random() < RESEED_CHANCE else 0
            shown = await self.clock(ready=ready, inject=word)
            if ready:
                assert shown == self.draw(), f"word {taken}"
                for bank in self.banks:
                    bank.inject(word)
                taken += 1


@cocotb.test()
async def words_after_reset_are_those_of_the_model(dut):
    pair = Pair(dut)
    await pair.start()
    await pair.compare(WORDS, random.Random(1))


@cocotb.test()
async def words_after_seeding_are_those_of_the_model(dut):
    """All take the same seed words; each is compared when the last of its own have gone in."""
    pair = Pair(dut)
    await pair.start()
    for target, source in enumerate(Source):
        words = seed_words(source, 11, target)
        await pair.clock(clear=1)
        for word in words:
            await pair.clock(load=1, inject=word)
        for _ in range(source.generator.warmup):
            await pair.clock(load=1)
        pair.banks[target].seed(np.arange(len(words)), np.array(words, np.uint32))
        for _ in range(1000):
            shown = await pair.clock(ready=1)
            assert shown[target] == pair.draw()[target], source.name
