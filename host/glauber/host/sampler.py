"""`GlauberSampler`: a p-bit machine as a dimod sampler."""

import inspect
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

import dimod
import numpy as np
from numpy.typing import NDArray

from .chains import ChainRunner
from .compile import IsingProblem
from .device import Device
from .job import Job, Request, whole_words
from .progress import Progress, no_progress
from .transports import Transport

__all__ = ["GlauberSampler"]

SEED_BITS = 53


class GlauberSampler(dimod.Sampler):
    """Samples binary quadratic models on a p-bit machine, by the keywords of `dwave.samplers`.

    Parameters
    ----------
    device : str or Transport
        A device URL: `model:` (default), `rtl:`, `serial:PATH[?baud=N]`, `socket://HOST:PORT`.

    Raises `DeviceError` if the device cannot be opened or is not one that this host can drive,
    `OptionError` for a URL that is not legal. A context manager; `close()` closes the device.
    """

    def __init__(self, device: str | Transport = "model:") -> None:
        self.device = Device(device)
        self._properties = self.device.info()

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The keywords of `sample`, each with the properties that it depends on: none."""
        keywords = inspect.signature(self.sample).parameters.values()
        return {keyword.name: [] for keyword in keywords if keyword.kind is keyword.KEYWORD_ONLY}

    @property
    def properties(self) -> dict[str, object]:
        """What the device said of itself when it was opened."""
        return self._properties

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the device."""
        self.device.close()

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int = 1,
        num_sweeps: int | None = None,
        num_sweeps_per_beta: int = 1,
        beta_range: Sequence[float] | None = None,
        beta_schedule_type: str = "geometric",
        beta_schedule: Sequence[float] | None = None,
        beta: float | None = None,
        samples_per_read: int = 1,
        thin: int = 1,
        slots_per_coupling: int | None = None,
        seed: int | None = None,
        reseed_interval: int = 0,
        reseed_words: Sequence[int] | None = None,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Progress = no_progress,
        **unknown: Any,
    ) -> dimod.SampleSet:
        """Anneals, or with `beta` samples at a fixed inverse temperature.

        Every read starts from a uniformly random state. A sweep updates every variable once by
        heat bath, colour by colour.

        num_reads : reads, each an independent chain
        num_sweeps : sweeps of an anneal (1,000 by default); with `beta`, sweeps before the first
            sample that is kept
        num_sweeps_per_beta : sweeps at each temperature of an anneal
        beta_range : first and last inverse temperature, in units of one over the energy of `bqm`;
            by default `schedule.default_beta_range`
        beta_schedule_type : "geometric", "linear", or "custom" with `beta_schedule`
        beta : fixed inverse temperature
        samples_per_read, thin : with `beta`, how many samples a read keeps, and sweeps between them
        slots_per_coupling : 1 to 32; over how many slots a coupling that must be rounded may be
            spread, to be rounded less. By default 1 for an anneal, and with `beta` as many as keep
            the program small
        seed : 64-bit unsigned; a fresh one if not given, from the operating system and the
            device's ring oscillators if it has any. The same seed, settings and machine parameters
            give the same samples on every device.
        reseed_interval : after so many sweeps, again and again, a word from the device's ring
            oscillators is mixed into its generators; 0 for never. What was mixed in is in
            `info["reseed_words"]`
        reseed_words : mix these in instead: the run that they come from, sample by sample
        interrupt_function : asked now and then; if it returns true, only whole reads so far are
            returned
        progress : told (spin updates done, spin updates in all)

        Returns a sample set with the reads in order, the samples of a read one after the other,
        and in `info` the settings, the quantisation, the speed and the link's counters. Raises
        `OptionError`, `FieldOverflowError`, `ProblemTooLargeError`, `CouplingValueError`,
        `FactError` for a seed out of range, `DeviceError`.
        """
        if unknown:
            self.remove_unknown_kwargs(**unknown)
        request = Request(
            num_reads,
            num_sweeps,
            num_sweeps_per_beta,
            beta_range,
            beta_schedule_type,
            beta_schedule,
            beta,
            samples_per_read,
            thin,
            slots_per_coupling,
            seed,
            reseed_interval,
            whole_words(reseed_words),
        )
        info = {
            "device": self.device.name,
            "image": f"{self.device.build_id:08x}",
            "source": self.device.params.source.name.lower(),
            "rings": self.device.params.rings,
            "num_reads": int(num_reads),
        }
        if not getattr(bqm, "num_variables", True):
            nothing = np.empty((num_reads * samples_per_read, 0), np.int8)
            info["seed"] = secrets.randbits(SEED_BITS) if seed is None else int(seed)
            return dimod.SampleSet.from_samples_bqm(nothing, bqm, info=info)
        problem = IsingProblem.from_bqm(bqm)
        job = request.prepare(problem, self.device.params, self._fresh_seed)
        samples, run_info = self._run(job, interrupt_function, progress)
        info |= {"num_reads": len(samples), "seed": job.plan.seed} | job.info() | run_info
        return _sample_set(samples, problem, bqm, info)

    def _fresh_seed(self) -> int:
        """A seed that no other run has, of as many bits as a JSON number holds exactly.

        Raises `NoiseFailureError` if the rings of the device fail a test.
        """
        seed = secrets.randbits(SEED_BITS)
        if self.device.params.rings:
            low, high = self.device.noise.fresh_words(2)
            seed ^= (low | high << 32) & ((1 << SEED_BITS) - 1)
        return seed

    def _run(
        self, job: Job, interrupt: Callable[[], bool] | None, progress: Progress
    ) -> tuple[NDArray[np.int8], dict[str, Any]]:
        """Samples of shape (reads, samples_per_read, variables), and what running them took."""
        link = self.device.link
        before = link.bytes_in, link.bytes_out, link.retries
        planned = job.updates_per_read * job.plan.num_reads
        # Reads beyond the last whole batch take as long as a batch.
        batches = -(-job.plan.num_reads // self.device.params.replicas)
        sweeps = job.plan.sweeps_per_read * batches
        runner = ChainRunner(
            self.device,
            job.program,
            interrupt,
            lambda done: progress(planned * done // sweeps, planned),
        )
        start = time.perf_counter()
        runner.load()
        samples = runner.run(job.plan)
        seconds = time.perf_counter() - start
        updates = job.updates_per_read * len(samples)
        return samples, {
            "spin_updates": updates,
            "seconds": seconds,
            "updates_per_ns": updates / seconds * 1e-9,
            "stopped": runner.stopped,
            **_reseed_info(job, runner),
            "cycles": runner.cycles,
            "link": {
                "bytes_in": link.bytes_in - before[0],
                "bytes_out": link.bytes_out - before[1],
                "retries": link.retries - before[2],
            },
        }


def _reseed_info(job: Job, runner: ChainRunner) -> dict[str, Any]:
    """What `info` says of reseeds, if there were any."""
    if not job.plan.reseed_interval:
        return {}
    return {
        "reseed_interval": job.plan.reseed_interval,
        "reseed_words": runner.reseed_words,
        "reseeds_missed": runner.reseeds_missed,
    }


def _sample_set(
    samples: NDArray[np.int8],
    problem: IsingProblem,
    bqm: dimod.BinaryQuadraticModel,
    info: dict[str, Any],
) -> dimod.SampleSet:
    flat = samples.reshape(-1, problem.size)
    if bqm.vartype is dimod.BINARY:
        flat = (flat + 1) // 2
    return dimod.SampleSet.from_samples_bqm((flat, problem.variables), bqm, info=info)
