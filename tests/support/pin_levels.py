"""The pins of a machine in compiled gates, and a serial port at their other end."""

from amaranth.hdl import EnableInserter, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from glauber.hdl.core import Machine
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.serial import SerialMachine
from glauber.sim.rtl import Simulation

__all__ = ["LevelPins", "PinPort"]

PARAMS = MachineParams(
    lanes=1, replicas=1, draws=1, couplings_per_slot=1, pbits=32, slots=16, rows=8, steps=8
)
BLOCK = 256  # bytes of levels that are simulated at a time


class LevelPins(wiring.Component):
    """A `SerialMachine` whose clock passes only while there are levels for its pin.

    Members
    -------
    i : In(stream of 8 bits)
        The line to the machine in 8 clocks, the first one in bit 0.
    o : Out(stream of 8 bits)
        The line from it in the same clocks.
    """

    i: stream.Interface
    o: stream.Interface

    def __init__(self, divisor: int, clock_hz: int) -> None:
        self._divisor, self._clock_hz = divisor, clock_hz
        super().__init__({"i": In(stream.Signature(8)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        machine = SerialMachine(Machine(PARAMS, clock_hz=self._clock_hz), self._divisor)
        runs = Signal()
        m.submodules.machine = EnableInserter(runs)(machine)
        levels, left = Signal(8), Signal(range(9))
        m.d.comb += [machine.rx.eq(levels[0]), runs.eq(left != 0)]
        m.d.comb += self.i.ready.eq((left == 0) & (~self.o.valid | self.o.ready))
        with m.If(self.o.ready):
            m.d.sync += self.o.valid.eq(0)
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [levels.eq(self.i.payload), left.eq(8)]
        with m.If(runs):
            # Each level that was used makes room for one of the line from the machine.
            m.d.sync += [levels.eq(levels >> 1), left.eq(left - 1)]
            m.d.sync += self.o.payload.eq(self.o.payload[1:] | machine.tx << 7)
            m.d.sync += self.o.valid.eq(left == 1)

        return m


class PinPort:
    """A serial port at the pins of simulated gates; its time is that of their clock.

    adapter : a function from the rate that is asked for to the one that the port really makes
    """

    name = "serial:/dev/pins"
    time_scale = 1.0

    def __init__(self, simulation: Simulation, clock_hz: int, baud: int, rate: int) -> None:
        self.baud, self.rate = baud, rate
        self.adapter = lambda asked: asked
        self.breaks = 0
        self.simulation, self._clock_hz = simulation, clock_hz
        self._clocks = 0
        self._levels: list[int] = []  # to be sent
        self._sent = 0.0  # clocks of them, of which only whole ones are levels
        self._heard: list[int] = []  # not yet understood

    def clock(self) -> float:
        return self._clocks / self._clock_hz

    def write(self, data: bytes) -> None:
        for byte in data:
            for bit in (0, *(byte >> place & 1 for place in range(8)), 1):
                self._hold(bit, self._bit)

    def read(self, timeout: float) -> bytes:
        deadline = self.clock() + timeout
        while not (data := self._understand()) and self.clock() < deadline:
            self._pass(BLOCK)
        return data

    def pause(self, seconds: float) -> None:
        self._pass(int(seconds * self._clock_hz) // 8 + 1)

    def set_baud(self, baud: int) -> None:
        self._flush()
        self.baud = baud

    def send_break(self, seconds: float) -> None:
        self.breaks += 1
        self._hold(0, seconds * self._clock_hz)
        self._hold(1, 20 * self._bit)
        self._flush()
        self._heard.clear()

    def close(self) -> None:
        self._flush()

    @property
    def _bit(self) -> float:
        """Clocks."""
        return self._clock_hz / self.adapter(self.baud)

    def _hold(self, level: int, clocks: float) -> None:
        before = int(self._sent)
        self._sent += clocks
        self._levels += [level] * (int(self._sent) - before)

    def _flush(self) -> None:
        self._pass(-(-len(self._levels) // 8))

    def _pass(self, count: int) -> None:
        """Let `count` times 8 clocks pass."""
        levels, self._levels = self._levels[: 8 * count], self._levels[8 * count :]
        levels += [1] * (-len(levels) % 8)
        packed = bytes(
            sum(level << place for place, level in enumerate(levels[at : at + 8]))
            for at in range(0, len(levels), 8)
        )
        self.simulation.send(packed + b"\xff" * (count - len(packed)))
        answer = b""
        while len(answer) < count:
            answer += self.simulation.run(100 * count)
        self._clocks += 8 * count
        if answer.count(b"\xff"[0]) == count and not self._heard:
            return
        self._heard += [byte >> place & 1 for byte in answer for place in range(8)]

    def _understand(self) -> bytes:
        """The bytes in what was heard, at the port's own rate, if they have a stop bit."""
        data, at, heard = bytearray(), 0, self._heard
        while at < len(heard):
            if heard[at]:
                at += 1
                continue
            middles = [at + int((place + 0.5) * self._bit) for place in range(10)]
            if middles[-1] >= len(heard):
                break
            bits = [heard[middle] for middle in middles]
            if bits[9] and not bits[0]:
                data.append(sum(bit << place for place, bit in enumerate(bits[1:9])))
            at = middles[-1]
            while not bits[9] and at < len(heard) and not heard[at]:
                at += 1
        del heard[:at]
        return bytes(data)
