"""Choosing the dividers of a PLL: what all families have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..errors import ClockError

__all__ = ["ERROR_MAX", "ClockPlan", "Limits", "choose", "megahertz"]

ERROR_MAX = 0.05  # who asks for a frequency does not want a wholly different one


@dataclass(frozen=True)
class Limits:
    """Frequencies in Hz that a PLL may have, lowest and highest of each.

    reference
        What comes in.
    detector
        The reference after its divider, where it is compared with the feedback.
    oscillator
        The voltage-controlled oscillator.
    output
        What comes out.
    """

    reference: tuple[Fraction, Fraction]
    detector: tuple[Fraction, Fraction]
    oscillator: tuple[Fraction, Fraction]
    output: tuple[Fraction, Fraction]

    @classmethod
    def of_megahertz(
        cls,
        reference: tuple[float, float],
        detector: tuple[float, float],
        oscillator: tuple[float, float],
        output: tuple[float, float],
    ) -> "Limits":
        """The limits as data sheets give them."""
        ranges = (reference, detector, oscillator, output)
        return cls(
            *((Fraction(low) * 1_000_000, Fraction(high) * 1_000_000) for low, high in ranges)
        )

    def check(self, pll: str, reference: Fraction, output: Fraction) -> None:
        """Raises `ClockError` if no divider can help: the PLL takes or gives no such frequency."""
        for what, value, (low, high) in (
            ("the clock of the board", reference, self.reference),
            ("the clock that the machine shall have", output, self.output),
        ):
            if not low <= value <= high:
                raise ClockError(
                    f"{what} is {megahertz(value)} MHz, outside the {megahertz(low)} to "
                    f"{megahertz(high)} MHz of the PLL {pll}; give another frequency, or that of "
                    f"the board's clock, {megahertz(reference)} MHz, which needs no PLL"
                )


@dataclass(frozen=True)
class ClockPlan:
    """How the machine's clock is made.

    reference_hz : Fraction
        Clock of the board.
    output_hz : Fraction
        Clock of the machine, exactly.
    detector_hz, oscillator_hz : Fraction
        Frequencies within the PLL; 0 without one.
    dividers : Mapping[str, int]
        Dividers of the PLL, by the names of the family; empty if the board's clock is used as is.
    """

    reference_hz: Fraction
    output_hz: Fraction
    detector_hz: Fraction = Fraction(0)
    oscillator_hz: Fraction = Fraction(0)
    dividers: Mapping[str, int] = field(default_factory=dict)

    @property
    def clock_hz(self) -> int:
        """The machine's clock, rounded to a whole number of Hz."""
        return round(self.output_hz)


def choose(pll: str, plans: Iterable[ClockPlan], limits: Limits, wanted: Fraction) -> ClockPlan:
    """The plan nearest to `wanted`; of equals, the one with the fastest detector.

    A fast detector corrects the oscillator more often, so the clock jitters less. After that, it
    counts how near the oscillator is to the middle of its range.

    Raises
    ------
    ClockError
        No plan within `limits` is within `ERROR_MAX` of what is wanted.
    """
    legal = [
        plan
        for plan in plans
        if limits.detector[0] <= plan.detector_hz <= limits.detector[1]
        and limits.oscillator[0] <= plan.oscillator_hz <= limits.oscillator[1]
        and limits.output[0] <= plan.output_hz <= limits.output[1]
    ]
    middle = sum(limits.oscillator) / 2
    best = min(
        legal,
        key=lambda plan: (
            abs(plan.output_hz - wanted),
            -plan.detector_hz,
            abs(plan.oscillator_hz - middle),
        ),
        default=None,
    )
    if best is None or abs(best.output_hz / wanted - 1) > ERROR_MAX:
        near = f"; the nearest is {megahertz(best.output_hz)} MHz" if best else ""
        raise ClockError(
            f"the PLL {pll} cannot make {megahertz(wanted)} MHz of the clock of this board while "
            f"its oscillator runs at {megahertz(limits.oscillator[0])} to "
            f"{megahertz(limits.oscillator[1])} MHz{near}. Give another frequency"
        )
    return best


def megahertz(frequency: Fraction | float) -> str:
    """A frequency in Hz as text in MHz, without needless digits."""
    return f"{float(frequency) / 1e6:.6g}"
