"""The registers that tell of the noise, and those that steer it."""

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.registers import Register

__all__ = ["NOISE_REGISTERS", "NoiseRegisters"]

# Those that are read from here as they are, each by the name of its register.
NOISE_REGISTERS = (
    Register.HEALTH,
    Register.SAMPLES,
    Register.LONGEST_RUN,
    Register.MOST_FREQUENT,
    Register.TRANSITIONS,
    Register.RAW_COUNT,
    Register.ENTROPY_COUNT,
    Register.ENTROPY_WORD,
    Register.RESEEDS,
    Register.RESEEDS_MISSED,
)


class NoiseRegisters(wiring.Signature):
    """The registers of `NOISE_REGISTERS`, seen from the side that has them.

    Members
    -------
    health, samples, ... : Out(32)
        As `facts.registers.Register` says.
    restart : In(1)
        Clear all failures and begin with the start-up test.
    reseed_start : In(1)
        `reseed` was written.
    reseed : In(32)
        The word of `Register.RESEED`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                **{register.name.lower(): Out(32) for register in NOISE_REGISTERS},
                "restart": In(1),
                "reseed_start": In(1),
                "reseed": In(32),
            }
        )
