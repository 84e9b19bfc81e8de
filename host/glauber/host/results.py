"""Results: as a dimod sample set, as NumPy arrays, and for ArviZ."""

import time
import warnings
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import dimod
import numpy as np
from numpy.typing import NDArray

from .errors import EnvironmentMissingError, InputError

if TYPE_CHECKING:
    from arviz import InferenceData  # an extra

__all__ = [
    "Arrays",
    "check_sample_set",
    "is_empty",
    "make_sample_set",
    "no_variables",
    "to_arrays",
    "to_arviz",
]


class Arrays(NamedTuple):
    """The samples of a sample set, chain by chain.

    samples : int8, shape (reads, samples_per_read, variables), values of the problem's vartype
    energies : float64, shape (reads, samples_per_read)
    variables : their labels
    """

    samples: NDArray[np.int8]
    energies: NDArray[np.float64]
    variables: tuple[Hashable, ...]


def make_sample_set(
    samples: NDArray[np.int8],
    bqm: dimod.BinaryQuadraticModel,
    variables: Sequence[Hashable],
    info: dict[str, Any],
    stamps: Sequence[int],
) -> dimod.SampleSet:
    """A sample set of the samples +-1, shape (reads, samples_per_read, variables).

    stamps : when the call, the run and what follows it began, in ns of `time.perf_counter_ns`
    """
    flat = samples.reshape(-1, samples.shape[-1])
    if bqm.vartype is dimod.BINARY:
        flat = (flat + 1) // 2
    sampleset = dimod.SampleSet.from_samples_bqm((flat, variables), bqm, info=info)
    begin, run, end = stamps
    sampleset.info["timing"] = {
        "preprocessing_ns": run - begin,
        "sampling_ns": end - run,
        "postprocessing_ns": time.perf_counter_ns() - end,
    }
    return sampleset


def is_empty(bqm: Any) -> bool:
    """Whether this is a problem without variables."""
    return isinstance(bqm, dimod.BinaryQuadraticModel) and not bqm.num_variables


def no_variables(
    bqm: dimod.BinaryQuadraticModel, reads: int, each: int, info: dict[str, Any]
) -> dimod.SampleSet:
    """The samples of a problem without variables: nothing, `each` times for all reads."""
    nothing = np.empty((reads * each, 0), np.int8)
    info |= {"num_reads": reads, "samples_per_read": each}
    return dimod.SampleSet.from_samples_bqm(nothing, bqm, info=info)


def check_sample_set(sampleset: Any) -> None:
    """Raise `InputError` for anything else."""
    if not isinstance(sampleset, dimod.SampleSet):
        raise InputError(
            f"the samples are a {type(sampleset).__name__}; give a dimod.SampleSet, as "
            "GlauberSampler returns it"
        )


def to_arrays(sampleset: dimod.SampleSet) -> Arrays:
    """The samples of `GlauberSampler.sample` by read, as views where that is possible.

    Raises `InputError` for a sample set that no longer holds whole reads in order, as after
    `aggregate`, `truncate` or through a composite that leaves `info` out.
    """
    check_sample_set(sampleset)
    record = sampleset.record
    reads, each = (sampleset.info.get(name) for name in ("num_reads", "samples_per_read"))
    if reads is None or each is None or reads * each != len(record):
        raise InputError(
            f"the {len(record)} rows of this sample set are not the reads that its info tells of; "
            "give a sample set as GlauberSampler returned it"
        )
    return Arrays(
        record.sample.reshape(reads, each, len(sampleset.variables)),
        record.energy.reshape(reads, each),
        tuple(sampleset.variables),
    )


def to_arviz(sampleset: dimod.SampleSet) -> "InferenceData":
    """The samples for ArviZ, whose chains are the reads and whose draws are their samples.

    The group `posterior` holds `state`, with the dimensions (chain, draw, variable), and `energy`;
    `arviz.ess` and `arviz.rhat` take them from there. Clamped variables, which have neither, stand
    in the group `constant_data`, with the dimensions (read, held).

    Raises `InputError` as `to_arrays` and for no samples, `EnvironmentMissingError` without ArviZ.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of its next version, at every import
            import arviz
    except ImportError as error:
        raise EnvironmentMissingError(
            "to_arviz needs ArviZ, which is not installed; install glauber with the extra arviz"
        ) from error
    samples, energies, variables = to_arrays(sampleset)
    if not len(samples):
        raise InputError("the sample set has no samples; ArviZ needs some")
    plain = all(type(name) is int for name in variables)
    names = np.array(variables if plain else [str(name) for name in variables])
    clamped = set(sampleset.info.get("clamped", ()))
    held = np.array([name in clamped for name in variables])
    return arviz.from_dict(
        posterior={"state": samples[:, :, ~held], "energy": energies},
        constant_data={"clamped": samples[:, 0, held]} if held.any() else None,
        coords={"variable": names[~held], "held": names[held]},
        dims={"state": ["variable"], "clamped": ["read", "held"]},
    )
