from amaranth.sim import Simulator
from cobs import cobs

from glauber.hdl.core import Machine
from glauber.hdl.facts.digest import facts_hash, gates_hash
from glauber.hdl.facts.frames import Kind, Result, seal, unseal
from glauber.hdl.facts.header import Header, HeaderWords
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.serial import SerialMachine
from support.refusal import assert_refused
from support.streams import simulate

PARAMS = MachineParams(
    lanes=1, replicas=1, draws=1, couplings_per_slot=1, pbits=32, slots=16, rows=8, steps=8
)
DIVISOR = 5


async def send(ctx, pin, data):
    for byte in data:
        for bit in (0, *((byte >> index) & 1 for index in range(8)), 1):
            ctx.set(pin, bit)
            await ctx.tick().repeat(DIVISOR)


async def receive_frame(ctx, pin):
    """Bytes up to the delimiter, read in the middle of their bits."""
    data = bytearray()
    while not data or data[-1]:
        while ctx.get(pin):
            await ctx.tick()
        await ctx.tick().repeat(DIVISOR // 2)
        bits = []
        for _ in range(9):
            await ctx.tick().repeat(DIVISOR)
            bits.append(ctx.get(pin))
        assert bits[8], "no stop bit"
        data.append(sum(bit << index for index, bit in enumerate(bits[:8])))
    return bytes(data)


def test_the_header_comes_over_the_pins():
    dut = SerialMachine(Machine(PARAMS, build_id=77, clock_hz=48_000_000), DIVISOR)
    body = bytes(4) + len(Header).to_bytes(2, "little")
    answers = []

    async def host(ctx):
        await ctx.tick().repeat(20)
        await send(ctx, dut.rx, cobs.encode(seal(Kind.READ, 9, body)) + b"\0")

    async def listen(ctx):
        answers.append(await receive_frame(ctx, dut.tx))

    simulate(dut, host, listen, limit=20_000)
    content = unseal(cobs.decode(answers[0][:-1]))
    assert content is not None
    kind, seq, reply = content
    assert (kind, seq, reply[0]) == (Kind.READ | 0x80, 9, Result.OK)
    words = [int.from_bytes(reply[1 + 4 * i : 5 + 4 * i], "little") for i in range(len(Header))]
    assert (
        words
        == HeaderWords(
            PARAMS, facts_hash(), 77, clock_hz=48_000_000, gates_hash=gates_hash()
        ).words()
    )


def test_a_divisor_out_of_range_is_refused():
    machine = Machine(PARAMS)
    assert_refused(lambda: SerialMachine(machine, 3), r"is 3, outside its legal range 4 to ")
    Simulator(machine)  # Amaranth warns of a component that is never elaborated
