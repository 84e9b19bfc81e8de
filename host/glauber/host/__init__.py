"""Glauber from Python: open a p-bit machine and sample from it.

>>> from glauber.host import GlauberSampler
>>> with GlauberSampler() as sampler:
...     sampleset = sampler.sample_ising({}, {("a", "b"): -1.0}, num_reads=8, seed=1)
>>> sampleset.first.energy
-1.0
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .device import Device
    from .errors import GlauberError
    from .files import read_problem
    from .sampler import GlauberSampler

__all__ = ["Device", "GlauberError", "GlauberSampler", "read_problem"]

_HOMES = {
    "Device": ".device",
    "GlauberError": ".errors",
    "GlauberSampler": ".sampler",
    "read_problem": ".files",
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used: `glauber --help` must not wait for NumPy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name], __name__), name)
