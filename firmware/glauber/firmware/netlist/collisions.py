"""Memories without the logic that a read beside a write would need to give the old data."""

import re

__all__ = ["without_collision_logic"]

# The parts of a machine whose memories need no such logic; all others keep it.
_PARTS = re.compile(r"module \\(\S+\.)?machine\.(fabric|measure|sequencer|noise|link|stream)\b")
_MASK = re.compile(r"(COLLISION_X_MASK )(\d+)'0+")


def without_collision_logic(text: str) -> str:
    """The RTLIL of an image, with the data of a read beside a write undefined.

    Amaranth promises the old data, and block RAMs do not, so synthesis adds logic to keep the
    promise. The memories of a machine do not need it: a program never reads a state in the clock
    in which it is written, the host writes only between runs, and it finds out that a raw bit
    which it read was overwritten meanwhile. The link's buffers are written first and read then;
    a word of the stream counts as there only after it was written. What measures reads a sum, a
    score or a count some clocks after it was written, and looks at no other.
    """
    modules = re.split(r"(?m)^(?=module )", text)
    return "".join(_undefined(module) if _PARTS.match(module) else module for module in modules)


def _undefined(module: str) -> str:
    return _MASK.sub(lambda mask: f"{mask[1]}{mask[2]}'{'1' * int(mask[2])}", module)
