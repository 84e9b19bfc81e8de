"""A self-test in gates, which needs no host: reader of the script, record of a step, player."""

from .player import SelfTest

__all__ = ["SelfTest"]
