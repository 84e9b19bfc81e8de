"""Several devices as one sampler."""

from .sampler import SAMPLE_PARAMS, GlauberPool, sample_params

__all__ = ["SAMPLE_PARAMS", "GlauberPool", "sample_params"]
