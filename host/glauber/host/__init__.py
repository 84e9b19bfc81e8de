"""Glauber from Python: open a p-bit machine and sample from it.

>>> from glauber.host import GlauberSampler
>>> with GlauberSampler() as sampler:
...     sampleset = sampler.sample_ising({}, {("a", "b"): -1.0}, num_reads=8, seed=1)
>>> sampleset.first.energy
-1.0
"""

from .device import Device
from .errors import GlauberError
from .files import read_problem
from .sampler import GlauberSampler

__all__ = ["Device", "GlauberError", "GlauberSampler", "read_problem"]
