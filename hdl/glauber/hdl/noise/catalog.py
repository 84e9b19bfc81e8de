"""The table of noise sources that an image can carry: a line each."""

from collections.abc import Callable

from amaranth.hdl import Value

from ..facts.noise import Source
from .source import NoiseSource
from .xoroshiro import Xoroshiro64, xoroshiro64_injection

__all__ = ["create_source", "seed_injection"]

_SOURCES: dict[Source, tuple[type[NoiseSource], Callable[[Value], Value]]] = {
    Source.XOROSHIRO64: (Xoroshiro64, xoroshiro64_injection),
}


def create_source(source: Source) -> NoiseSource:
    """A generator of the kind `source`."""
    return _SOURCES[source][0]()


def seed_injection(source: Source, state: Value) -> Value:
    """What to inject into a cleared generator of the kind `source` to put it into `state`."""
    return _SOURCES[source][1](state)
