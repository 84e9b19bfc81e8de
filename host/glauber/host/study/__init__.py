"""Many runs in one table: instances x settings x seeds, on Dask."""

from .run import study

__all__ = ["study"]
