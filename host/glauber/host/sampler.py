"""`GlauberSampler`: a p-bit machine as a dimod sampler."""

import inspect
import secrets
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import dimod
import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.noise import expand_seed

from .chains import ChainPlan, ChainRunner
from .compile import (
    MAX_SPLIT,
    IsingProblem,
    Program,
    Quantised,
    compile_finely,
    compile_problem,
    quantise,
)
from .device import Device
from .errors import OptionError
from .link import Transport
from .options import whole_number
from .progress import Progress, no_progress
from .schedule import (
    DEFAULT_SWEEPS,
    BetaSchedule,
    anneal_schedule,
    default_beta_range,
    encode_schedule,
    fit_beta_range,
    fixed_schedule,
)

__all__ = ["GlauberSampler"]


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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
            spread, to be rounded less. By default 1 for an anneal, and with `beta` as many of the
            32 as there is room for
        seed : 64-bit unsigned; a fresh one if not given. The same seed, settings and machine
            parameters give the same samples on every device.
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
        num_reads = whole_number("num_reads", num_reads)
        samples_per_read = whole_number("samples_per_read", samples_per_read)
        thin = whole_number("thin", thin)
        slots = slots_per_coupling
        if slots is not None and not 1 <= whole_number("slots_per_coupling", slots) <= MAX_SPLIT:
            raise OptionError(f"slots_per_coupling is {slots}; it must be 1 to {MAX_SPLIT}")
        seed = secrets.randbits(53) if seed is None else whole_number("seed", seed, None)
        expand_seed(seed, 0)  # raises what would be raised after the program was loaded
        settings = self._settings(num_reads, seed)
        if not getattr(bqm, "num_variables", True):
            nothing = np.empty((num_reads * samples_per_read, 0), np.int8)
            return dimod.SampleSet.from_samples_bqm(nothing, bqm, info=settings)
        problem = IsingProblem.from_bqm(bqm)
        if beta is None:
            if samples_per_read > 1 or thin > 1:
                raise OptionError(
                    "samples_per_read and thin need beta: an anneal keeps only its last state"
                )
            schedule, values = self._anneal(
                problem,
                num_sweeps,
                num_sweeps_per_beta,
                beta_range,
                beta_schedule_type,
                beta_schedule,
                slots or 1,
            )
            program = compile_problem(problem, values, self.device.params)
        else:
            if beta_range is not None or beta_schedule is not None:
                raise OptionError("beta contradicts beta_range and beta_schedule; leave one out")
            if num_sweeps_per_beta != 1 or beta_schedule_type != "geometric":
                raise OptionError(
                    "num_sweeps_per_beta and beta_schedule_type are for anneals; leave them or "
                    "beta out"
                )
            schedule = fixed_schedule(beta, DEFAULT_SWEEPS if num_sweeps is None else num_sweeps)
            values, program = compile_finely(
                problem, self.device.params, schedule.hottest, slots or MAX_SPLIT
            )
        first_steps, beta_error = encode_schedule(schedule, values.scale)
        next_steps, _ = encode_schedule(fixed_schedule(schedule.betas[-1], thin), values.scale)
        plan = ChainPlan(num_reads, first_steps, seed, samples_per_read, next_steps)
        samples, run_info = self._run(problem, program, plan, interrupt_function, progress)
        info = {
            **self._settings(len(samples), seed),
            "num_sweeps": schedule.sweeps,
            "beta_range": (float(schedule.betas[0]), float(schedule.betas[-1])),
            "beta_error": beta_error,
            "quantisation": {
                "exact": values.exact,
                "scale": float(values.scale),
                "max_error": values.max_error,
                "rms_error": values.rms_error,
            },
            **run_info,
        }
        return _sample_set(samples, problem, bqm, info)

    def _settings(self, num_reads: int, seed: int) -> dict[str, Any]:
        return {
            "device": self.device.name,
            "image": f"{self.device.build_id:08x}",
            "source": self.device.params.source.name.lower(),
            "num_reads": num_reads,
            "seed": seed,
        }

    def _anneal(
        self,
        problem: IsingProblem,
        num_sweeps: int | None,
        num_sweeps_per_beta: int,
        beta_range: Sequence[float] | None,
        kind: str,
        betas: Sequence[float] | None,
        slots: int,
    ) -> tuple[BetaSchedule, Quantised]:
        """A schedule, and the problem quantised for it.

        A range that the user gave is kept, at the cost of precision; the default one gives way.
        """
        default, keep = default_beta_range(problem), not (beta_range is None and betas is None)
        given = num_sweeps, num_sweeps_per_beta, beta_range, kind, betas
        schedule = anneal_schedule(default, *given)
        hottest = schedule.hottest if keep else default[0]
        values = quantise(problem, self.device.params, hottest, keep, slots)
        return anneal_schedule(fit_beta_range(default, values.scale), *given), values

    def _run(
        self,
        problem: IsingProblem,
        program: Program,
        plan: ChainPlan,
        interrupt: Callable[[], bool] | None,
        progress: Progress,
    ) -> tuple[NDArray[np.int8], dict[str, Any]]:
        """Samples of shape (reads, samples_per_read, variables), and what running them took."""
        link = self.device.link
        before = link.bytes_in, link.bytes_out, link.retries
        per_read = problem.size * plan.sweeps_per_read
        planned = per_read * plan.num_reads
        # Reads beyond the last whole batch take as long as a batch.
        sweeps = plan.sweeps_per_read * -(-plan.num_reads // self.device.params.replicas)
        runner = ChainRunner(
            self.device,
            program,
            interrupt,
            lambda done: progress(planned * done // sweeps, planned),
        )
        start = time.perf_counter()
        runner.load()
        samples = runner.run(plan)
        seconds = time.perf_counter() - start
        updates = per_read * len(samples)
        return samples, {
            "spin_updates": updates,
            "seconds": seconds,
            "updates_per_ns": updates / seconds * 1e-9,
            "stopped": runner.stopped,
            "cycles": runner.cycles,
            "colours": program.colours,
            "slots_per_sweep": program.slots,
            "link": {
                "bytes_in": link.bytes_in - before[0],
                "bytes_out": link.bytes_out - before[1],
                "retries": link.retries - before[2],
            },
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
