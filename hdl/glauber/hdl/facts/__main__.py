"""Prints the facts as the reference page of the documentation, in Markdown."""

from collections.abc import Iterable

from . import frames, health, noise, numbers, operations, program, seeding, tempering
from .digest import facts_hash
from .frames import Kind, Result
from .generators import Source
from .header import PROTOCOL_VERSION, Header
from .machine import PIPELINE_CLOCKS, MachineParams
from .measure import MeasureFlags
from .regions import Region, region_base
from .registers import Register

__all__ = ["render"]


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _formats() -> str:
    heat, logit = numbers.TEMPERATURE_FORMAT, numbers.LOGIT_FORMAT
    swap, params = tempering.EXCHANGE_FORMAT, MachineParams()
    lsb = "one coupling LSB"
    rows = [
        ("coupling, bias", f"signed, {params.coupling_bits} bits by default", lsb),
        ("field", f"signed, {params.field_bits} bits by default", lsb),
        ("temperature `T = 1/(2 beta)`", f"unsigned {heat.integer_bits}.{heat.fraction_bits}", lsb),
        (
            "table entry",
            f"unsigned {logit.integer_bits}.{logit.fraction_bits}",
            "standard logistic or exponential",
        ),
        (
            "exchange temperature `2/(beta - beta')`",
            f"unsigned {swap.integer_bits}.{swap.fraction_bits}",
            lsb,
        ),
    ]
    return _table(("number", "format", "unit"), rows)


def _words() -> str:
    heat, sweeps = numbers.TEMPERATURE_FORMAT, 32 - program.SWEEPS_SHIFT
    flags = len(MeasureFlags)
    rows = [
        ("random", f"sign (1), exponent ({noise.EXPONENT_BITS}), mantissa ({noise.MANTISSA_BITS})"),
        ("coupling", "p-bit address, coupling in two's complement (`coupling_bits`)"),
        ("row", f"target row, length in slots ({program.ROW_LENGTH_BITS})"),
        ("step", f"sweeps ({sweeps}), emit (1), couple (1), temperature ({heat.width})"),
        ("measure", f"0 ({sweeps}), 1, 0, 0 ({heat.width - flags}), flags ({flags})"),
        (
            "repeat",
            f"count ({sweeps}), 1, 0, 1, level (2), length in words ({operations.LEVEL_SHIFT})",
        ),
    ]
    return _table(("word", "fields from the top bit down (bits)"), rows)


def _sources() -> str:
    rows = [
        (
            int(source),
            f"`{source.name.lower()}`",
            f"`{source.generator!r}`",
            source.generator.state_bits,
            source.generator.fresh_bits,
            f"{seeding.stream_count(source)} x {seeding.stream_words(source)}",
            "yes" if source.sound else "no",
        )
        for source in Source
    ]
    head = (
        "number",
        "source",
        "definition",
        "state bits",
        "fresh bits",
        "streams x words",
        "sound",
    )
    return _table(head, rows)


def _health() -> str:
    names = {name: getattr(health, name) for name in health.__all__ if name.isupper()}
    rows = [(name, f"{v:#x}" if isinstance(v, int) and v >> 30 else v) for name, v in names.items()]
    return _table(("number", "value"), rows)


def render() -> str:
    """The reference page."""
    regions = _table(
        ("region", "first address", "access", "words"),
        (
            (region.name, f"0x{region_base(region):08x}", region.access.value, region.meaning)
            for region in Region
        ),
    )
    header = _table(
        ("address", "header word", "meaning"),
        ((int(word), word.name, word.meaning) for word in Header),
    )
    registers = _table(
        ("address", "register", "access", "meaning"),
        ((int(word), word.name, word.access.value, word.meaning) for word in Register),
    )
    results = _table(
        ("code", "result", "meaning"),
        ((int(result), result.name, result.meaning) for result in Result),
    )
    kinds = ", ".join(f"{kind.name} = {int(kind)}" for kind in Kind)
    return f"""# Reference: what gates, model and host agree on

This page is made by `python -m glauber.hdl.facts`. Protocol version {PROTOCOL_VERSION}, digest of
the facts `{facts_hash():08x}`.

## Numbers

{_formats()}

## Words

{_words()}

A row may read new states {PIPELINE_CLOCKS} slots after the last slot of the row that made them, and
one more for each further beat in which the row was written.

## Noise sources

The definitions are classes of `glauber.hdl.facts.generators`; a seed has so many streams of so many
words.

{_sources()}

## Health and entropy

What they mean stands in `glauber.hdl.facts.health`.

{_health()}

## Address space (32-bit words)

{regions}

## Header

{header}

## Registers

{registers}

## Frames

Kinds: {kinds}.

```
{(frames.__doc__ or "").strip()}
```

{results}
"""


if __name__ == "__main__":
    print(render(), end="")
