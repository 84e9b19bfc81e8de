"""Number formats: couplings, the field accumulator and the temperature.

The machine works in units of one coupling LSB. A p-bit with field `I` (an exact integer) becomes
+1 with probability `sigmoid(2 beta I)`. The same event is `I + T*Lambda >= 0` with `T = 1/(2 beta)`
and `Lambda` a standard logistic variate: so the machine stores a temperature and not beta.
"""

from dataclasses import dataclass

from .errors import FactError

__all__ = [
    "LOGIT_FORMAT",
    "TEMPERATURE_FORMAT",
    "FixedPoint",
    "coupling_range",
    "field_limit",
    "noise_limit",
]


@dataclass(frozen=True)
class FixedPoint:
    """An unsigned fixed-point format, `integer_bits` before the point and `fraction_bits` after."""

    integer_bits: int
    fraction_bits: int

    @property
    def width(self) -> int:
        return self.integer_bits + self.fraction_bits

    @property
    def largest(self) -> int:
        """The largest code; the value it stands for is `largest / 2**fraction_bits`."""
        return (1 << self.width) - 1

    def encode(self, value: float) -> int:
        """The code nearest to `value`. Raises `FactError` where the format cannot hold it."""
        code = round(value * (1 << self.fraction_bits))
        if not 0 <= code <= self.largest:
            raise FactError.out_of_range(
                "the fixed-point value", value, 0, self.decode(self.largest), "rescale it"
            )
        return code

    def decode(self, code: int) -> float:
        return code / (1 << self.fraction_bits)


# 18 bits because that is the operand width of the ECP5 and Gowin multipliers.
TEMPERATURE_FORMAT = FixedPoint(integer_bits=10, fraction_bits=8)

# 16 bits because that is the data width of an iCE40 block RAM; 5 integer bits hold the largest
# table entry, the logit of a survival probability of 2**-26.
LOGIT_FORMAT = FixedPoint(integer_bits=5, fraction_bits=11)


def coupling_range(coupling_bits: int) -> tuple[int, int]:
    """The smallest and largest coupling of one slot: two's complement of `coupling_bits` bits."""
    return -(1 << (coupling_bits - 1)), (1 << (coupling_bits - 1)) - 1


def noise_limit(field_bits: int) -> int:
    """Where the magnitude of the noise saturates: a quarter of the accumulator's range."""
    return (1 << (field_bits - 2)) - 1


def field_limit(field_bits: int) -> int:
    """The largest sum of |J| and |h| that a p-bit may have.

    Up to this limit the accumulator cannot overflow, and the saturation of the noise cannot be
    seen: noise beyond the limit outvotes the field exactly as the limit itself does.
    """
    return noise_limit(field_bits)
