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
    from .pool import GlauberPool
    from .problems import as_problem
    from .results import to_arrays, to_arviz
    from .sampler import GlauberSampler
    from .temperature import effective_beta

__all__ = [
    "Device",
    "GlauberError",
    "GlauberPool",
    "GlauberSampler",
    "as_problem",
    "effective_beta",
    "read_problem",
    "to_arrays",
    "to_arviz",
]

_HOMES = {
    "Device": ".device",
    "GlauberError": ".errors",
    "GlauberPool": ".pool",
    "GlauberSampler": ".sampler",
    "as_problem": ".problems",
    "effective_beta": ".temperature",
    "read_problem": ".files",
    "to_arrays": ".results",
    "to_arviz": ".results",
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used: `glauber --help` must not wait for NumPy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name], __name__), name)
