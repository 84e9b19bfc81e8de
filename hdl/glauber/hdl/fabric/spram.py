"""The large memories of the iCE40 UP5K, which synthesis does not find by itself."""

from amaranth.hdl import Cat, ClockSignal, Instance, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

__all__ = ["SPRAM_WORDS", "SinglePortMemory"]

SPRAM_WORDS = 16384  # of 16 bits, in one SB_SPRAM256KA
_WORD_BITS = 16


class SinglePortMemory(wiring.Component):
    """A memory of `depth` entries with `parts` parts each, in `SB_SPRAM256KA`.

    It is not initialised: what stands in it before it is written is unknown. There is no simulation
    of it in Amaranth; it takes the place of a `Memory` where the device has it.

    Parameters
    ----------
    depth, parts, width : int
        `width` bits per part.

    Members
    -------
    address : In(ceil_log2(depth))
    data : Out(ArrayLayout(width, parts))
        What stands at `address`, a clock later. Without meaning after a clock with a write.
    write : In(parts)
        Parts to replace by `w_data`; `address` then has no effect.
    w_address, w_data : In
    """

    address: Signal
    data: data.View
    write: Signal
    w_address: Signal
    w_data: Signal

    def __init__(self, depth: int, parts: int, width: int) -> None:
        self._depth = depth
        super().__init__(
            {
                "address": In(ceil_log2(depth)),
                "data": Out(data.ArrayLayout(width, parts)),
                "write": In(parts),
                "w_address": In(ceil_log2(depth)),
                "w_data": In(width),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        bank_bits = ceil_log2(-(-self._depth // SPRAM_WORDS))
        columns = -(-len(self.w_data) // _WORD_BITS)
        written = Signal(_WORD_BITS * columns)
        address = Signal.like(self.address)
        read_bank = Signal(bank_bits)
        m.d.comb += address.eq(Mux(self.write.any(), self.w_address, self.address))
        inside, bank = address[: len(address) - bank_bits], address[len(address) - bank_bits :]
        m.d.comb += written.eq(self.w_data)
        m.d.sync += read_bank.eq(bank)
        for part in range(len(self.write)):
            words = Signal(data.ArrayLayout(_WORD_BITS * columns, 1 << bank_bits), name=f"p{part}")
            m.d.comb += self.data[part].eq(words[read_bank])
            for index in range(1 << bank_bits):
                chosen = bank == index
                for column in range(columns):
                    bits = slice(_WORD_BITS * column, _WORD_BITS * (column + 1))
                    m.submodules[f"spram{part}_{index}_{column}"] = Instance(
                        "SB_SPRAM256KA",
                        i_ADDRESS=Cat(inside, *[0] * (ceil_log2(SPRAM_WORDS) - len(inside))),
                        i_DATAIN=written[bits],
                        i_MASKWREN=0b1111,
                        i_WREN=self.write[part] & chosen,
                        i_CHIPSELECT=chosen,
                        i_CLOCK=ClockSignal(),
                        i_STANDBY=0,
                        i_SLEEP=0,
                        i_POWEROFF=1,  # active low
                        o_DATAOUT=words[index][bits],
                    )

        return m
