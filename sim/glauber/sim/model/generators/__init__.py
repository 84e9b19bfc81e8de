"""The model's generators, by the family that `facts.generators` names; a file each."""

from importlib import import_module

from glauber.hdl.facts.generators import Source

from .bank import GeneratorBank

__all__ = ["GeneratorBank", "create_bank"]


def create_bank(source: Source, lanes: int, units: int) -> GeneratorBank:
    """`units` generators of the kind `source` for each of `lanes` lanes, as after reset."""
    family = import_module(f".{source.generator.family}", __name__)
    return family.create(source.generator, lanes, units)
