"""A problem watched while it runs."""

from .run import LiveFrame, LiveRun
from .view import LiveView

__all__ = ["LiveFrame", "LiveRun", "LiveView"]
