"""The engines of the noise sources, by the family that `facts.generators` names; a file each."""

from importlib import import_module

from ...facts.generators import Source
from .engine import Engine

__all__ = ["Engine", "create_engine"]


def create_engine(source: Source) -> Engine:
    """The gates of a generator of the kind `source`."""
    family = import_module(f".{source.generator.family}", __name__)
    return family.create(source.generator)
