"""The noise sources that are sound, as cases of tests."""

import pytest

from glauber.hdl.facts.generators import Source

__all__ = ["SOUND", "SOUND_CASES"]

SOUND = [source for source in Source if source.sound]
# What the sources have in common is seen with the others: LFSR64 takes long, and is a study.
SOUND_CASES = [
    pytest.param(
        source,
        id=source.name.lower(),
        marks=pytest.mark.study if source is Source.LFSR64 else (),
    )
    for source in SOUND
]
