"""What a schedule is made of. A schedule is a sequence of these items.

Inverse temperatures are in units of one over the energy of the problem. Every item is checked when
it is made, and raises `OptionError` for what is not legal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from glauber.hdl.facts.measure import MeasureFlags

from ..errors import OptionError
from ..options import whole_number

__all__ = [
    "Betas",
    "Emit",
    "Every",
    "Item",
    "Measured",
    "Randomise",
    "Repeat",
    "Sweeps",
    "body_of",
    "describe",
    "hold",
    "ramp",
]

_KINDS = ("geometric", "linear")


@dataclass(frozen=True)
class Randomise:
    """One sweep in which couplings do not count: uniformly random states."""

    def __str__(self) -> str:
        return "randomise"


@dataclass(frozen=True)
class Betas:
    """`sweeps` sweeps at each of some inverse temperatures; at 0, couplings do not count."""

    betas: tuple[float, ...]
    sweeps: int = 1

    def __post_init__(self) -> None:
        try:
            betas = tuple(float(beta) for beta in self.betas)
        except (TypeError, ValueError):
            betas = ()
        if not betas or not all(0 <= beta < float("inf") for beta in betas):
            raise OptionError(
                f"betas are {self.betas!r}; give a sequence of finite numbers, positive or 0"
            )
        whole_number("sweeps", self.sweeps)
        object.__setattr__(self, "betas", betas)

    def __str__(self) -> str:
        each = "sweep" if self.sweeps == 1 else f"{self.sweeps} sweeps"
        if len(self.betas) == 1:
            return f"{each} at beta {self.betas[0]:g}"
        ends = f"{self.betas[0]:g} to {self.betas[-1]:g}"
        return f"{each} at each of {len(self.betas)} betas, {ends}"


def hold(beta: float, count: int = 1) -> Betas:
    """`count` sweeps at one inverse temperature."""
    return Betas((beta,), count)


def ramp(
    first: float, last: float, betas: int, *, sweeps: int = 1, kind: str = "geometric"
) -> Betas:
    """`sweeps` sweeps at each of so many betas from the first to the last."""
    if kind not in _KINDS:
        raise OptionError(f"a ramp's kind is {kind!r}; use {' or '.join(_KINDS)}, or Betas")
    whole_number("a ramp's number of betas", betas)
    low, high = Betas((first, last)).betas
    if kind == "geometric" and not (low and high):
        raise OptionError(
            f"a geometric ramp goes from {low:g} to {high:g}; it cannot have an end at 0: "
            "use kind='linear'"
        )
    spaced = np.geomspace if kind == "geometric" else np.linspace
    return Betas(tuple(spaced(low, high, betas).tolist()), sweeps)


@dataclass(frozen=True)
class Sweeps:
    """`count` sweeps, each replica at the temperature of its rung; for runs on a ladder."""

    count: int

    def __post_init__(self) -> None:
        whole_number("sweeps", self.count)

    def __str__(self) -> str:
        return f"{'1 sweep' if self.count == 1 else f'{self.count} sweeps'} on the ladder"


@dataclass(frozen=True)
class Measured:
    """A measurement; see `facts.measure.MeasureFlags` for what each does.

    With `exchange`, replicas may exchange their temperatures after it; see `facts.tempering`.
    """

    scores: bool = False
    best: bool = False
    moments: bool = False
    target: bool = False
    fresh: bool = False
    exchange: bool = False

    def __post_init__(self) -> None:
        if not (self.scores or self.moments):
            raise OptionError("a measurement measures nothing; set scores or moments")
        if (self.best or self.target or self.exchange) and not self.scores:
            raise OptionError(
                "a measurement of best states, for a target, or with an exchange of temperatures, "
                "needs scores=True"
            )

    @property
    def flags(self) -> MeasureFlags:
        flags = MeasureFlags.NONE
        for flag in MeasureFlags:
            if getattr(self, _name(flag)):
                flags |= flag
        return flags

    def __str__(self) -> str:
        return " ".join(["measure", *(_name(flag) for flag in MeasureFlags if flag in self.flags)])


def _name(flag: MeasureFlags) -> str:
    return str(flag.name).lower()


@dataclass(frozen=True)
class Emit:
    """Emits the states after the sweeps before it into the stream."""

    def __str__(self) -> str:
        return "emit"


@dataclass(frozen=True)
class Repeat:
    """Does some items `times` times."""

    times: int
    body: tuple["Item", ...]

    def __post_init__(self) -> None:
        whole_number("a loop's times", self.times)
        object.__setattr__(self, "body", body_of(self.body))

    def __str__(self) -> str:
        return f"{self.times} times:"


@dataclass(frozen=True)
class Every:
    """Some sweeps and ramps, with a measurement after every `sweeps` sweeps and after the last."""

    sweeps: int
    measured: Measured
    body: tuple["Item", ...]

    def __post_init__(self) -> None:
        whole_number("sweeps from measurement to measurement", self.sweeps)
        object.__setattr__(self, "body", body_of(self.body))
        for item in self.body:
            if not isinstance(item, Betas | Randomise | Sweeps):
                raise OptionError(
                    f"there is '{item}' in what is measured every {self.sweeps} sweeps; only "
                    "sweeps and ramps can be"
                )

    def __str__(self) -> str:
        return f"every {self.sweeps} sweeps {self.measured}:"


Item = Randomise | Betas | Sweeps | Measured | Emit | Repeat | Every


def body_of(items: Item | Iterable[Item]) -> tuple[Item, ...]:
    """Items as a tuple, a single one too. Raises `OptionError` for what is none, and for none."""
    body = (items,) if isinstance(items, Item) else tuple(items)
    for item in body:
        if not isinstance(item, Item):
            raise OptionError(
                f"a schedule has {item!r} in it; use hold, ramp, Betas, Sweeps, Randomise, "
                "Measured, Emit, Every and Repeat"
            )
    if not body:
        raise OptionError("a schedule, or a loop in it, is empty; give it sweeps")
    return body


def describe(items: Item | Sequence[Item], indent: str = "") -> str:
    """A schedule as text, an item a line."""
    lines = []
    for item in body_of(items):
        lines.append(f"{indent}{item}")
        if isinstance(item, Repeat | Every):
            lines.append(describe(item.body, indent + "  "))
    return "\n".join(lines)
