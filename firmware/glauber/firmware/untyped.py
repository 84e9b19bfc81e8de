"""What Amaranth's stubs say too little of: everything that has to do with platforms."""

from typing import Any

__all__ = ["BuildPlan", "Platform", "Port"]

# An `amaranth.build.Platform` of a family; its device, package and resources are not in the stubs.
Platform = Any
# An `amaranth.build.BuildPlan`.
BuildPlan = Any
# What `Platform.request` returns for a pin, an `amaranth.lib.io.PortLike`.
Port = Any
