"""`GlauberSampler`: a p-bit machine as a dimod sampler."""

import datetime
import inspect
import secrets
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Self

import dimod

from .compile import IsingProblem
from .device import Device
from .errors import OptionError
from .execute import execute
from .fit import Fit, measure_fit
from .initial import GENERATORS
from .job import prepare, reads_of_nothing
from .measuring.sampler import MeasuringSampler
from .options import check_callable
from .progress import Progress, no_progress
from .request import Request
from .results import is_empty, make_sample_set, no_variables
from .schedule import SCHEDULE_TYPES
from .tempering.sampler import TemperingSampler
from .transports import Transport
from .turns import Turns

__all__ = ["GlauberSampler"]

SEED_BITS = 53


class GlauberSampler(MeasuringSampler, TemperingSampler, dimod.Sampler, dimod.Initialized):
    """Samples binary quadratic models on a p-bit machine, by the keywords of `dwave.samplers`.

    Parameters
    ----------
    device : str or Transport
        A device URL: `model:` (default), `rtl:`, `serial:PATH[?baud=N]`, `socket://HOST:PORT`.

    Raises `DeviceError` if the device cannot be opened or is not one that this host can drive,
    `OptionError` for a URL that is not legal. A context manager; `close()` closes the device. May
    be used from several threads, whose calls are carried out one after the other.
    """

    def __init__(self, device: str | Transport = "model:") -> None:
        self.device = Device(device)
        self._turns = Turns(self.device.name)
        self._properties = self.device.info() | {
            "beta_schedule_options": SCHEDULE_TYPES,
            "initial_states_generators": GENERATORS,
        }

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The keywords of `sample`, each with the properties that it depends on."""
        depend = {
            "beta_schedule_type": ["beta_schedule_options"],
            "initial_states_generator": ["initial_states_generators"],
        }
        keywords = inspect.signature(self.sample).parameters.values()
        names = (keyword.name for keyword in keywords if keyword.kind is keyword.KEYWORD_ONLY)
        return {name: depend.get(name, []) for name in names}

    @property
    def properties(self) -> dict[str, object]:
        """What the device said of itself when it was opened, and what keywords may say."""
        return self._properties

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the device."""
        self._turns.close()
        self.device.close()

    def __reduce__(self) -> Any:
        raise OptionError(
            f"a sampler holds the open device {self.device.name}, and cannot be copied or sent to "
            "another process; open one there"
        )

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None = None,
        num_sweeps: int | None = None,
        num_sweeps_per_beta: int = 1,
        beta_range: Sequence[float] | None = None,
        beta_schedule_type: str = "geometric",
        beta_schedule: Sequence[float] | None = None,
        beta: float | None = None,
        samples_per_read: int = 1,
        thin: int = 1,
        clamped: Mapping[Hashable, Any] | None = None,
        initial_states: Any = None,
        initial_states_generator: str = "random",
        slots_per_coupling: int | None = None,
        seed: int | None = None,
        reseed_interval: int = 0,
        reseed_words: Sequence[int] | None = None,
        first_read: int = 0,
        time_limit: float | datetime.timedelta | None = None,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Progress = no_progress,
        randomize_order: bool = False,
        proposal_acceptance_criteria: str = "Gibbs",
        answer_mode: str = "raw",
        **unknown: Any,
    ) -> dimod.SampleSet:
        """Anneals, or with `beta` samples at a fixed inverse temperature.

        A sweep updates every variable once, colour by colour.

        num_reads : reads, each an independent chain; by default as many as `initial_states`, or 1
        num_sweeps : sweeps of an anneal (1,000 by default); with `beta`, sweeps before the first
            sample that is kept
        num_sweeps_per_beta : sweeps at each temperature of an anneal
        beta_range : first and last inverse temperature, in units of one over the energy of `bqm`;
            by default `schedule.default_beta_range`
        beta_schedule_type : "geometric", "linear", or "custom" with `beta_schedule`
        beta : fixed inverse temperature
        samples_per_read, thin : with `beta`, how many samples a read keeps, and sweeps between them
        clamped : variables that keep a value: one of the vartype of `bqm`, or one for each read
        initial_states : where the reads from number 0 on start, as `dimod.as_samples` takes it; by
            default, uniformly at random
        initial_states_generator : if there are fewer than reads, start the others at "random",
            repeat ("tile") the given ones, or raise ("none")
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
        first_read : number of the first read in the set of reads that the seed has, a multiple of
            the device's `draws`: reads 64 to 127 continue the reads 0 to 63 of another call
        time_limit : seconds since the call, after which no further reads are started
        interrupt_function : asked now and then; if it returns true, only whole reads so far are
            returned
        progress : told (spin updates done, spin updates in all)
        proposal_acceptance_criteria : "Gibbs" for heat bath, which draws a p-bit anew, or
            "Metropolis", which turns it over with the probability `min(1, exp(-beta dE))`, on
            devices with the ability. Both sample the same distribution. Anneals by Metropolis need
            half of the sweeps for the same energy (bench/rules.py: 1 / 1.1 to 1 / 3.8), in the same
            time for each; yet heat bath is the default here, because it is what every device has,
            and a call without a rule shall give the same samples on all. `glauber solve` takes
            Metropolis where it can. A p-bit without a field is turned over by Metropolis in every
            sweep, which is deterministic: let `thin` be odd where that matters
        randomize_order, answer_mode : of other samplers; only what a machine does is legal

        Returns a sample set with the reads in order, the samples of a read one after the other,
        and in `info` the settings, the quantisation, the speed and the link's counters. Raises
        `OptionError`, `FieldOverflowError`, `ProblemTooLargeError`, `CouplingValueError`,
        `FactError` for a seed out of range, `DeviceError`.
        """
        begin = time.perf_counter_ns()
        request = Request(
            num_reads=num_reads,
            num_sweeps=num_sweeps,
            num_sweeps_per_beta=num_sweeps_per_beta,
            beta_range=beta_range,
            beta_schedule_type=beta_schedule_type,
            beta_schedule=beta_schedule,
            beta=beta,
            samples_per_read=samples_per_read,
            thin=thin,
            clamped=clamped,
            initial_states=initial_states,
            initial_states_generator=initial_states_generator,
            slots_per_coupling=slots_per_coupling,
            seed=seed,
            reseed_interval=reseed_interval,
            reseed_words=reseed_words,
            first_read=first_read,
            time_limit=time_limit,
            interrupt_function=interrupt_function,
            randomize_order=randomize_order,
            proposal_acceptance_criteria=proposal_acceptance_criteria,
            answer_mode=answer_mode,
        )
        check_callable("progress", progress, "that takes two numbers, done and in all")
        self.remove_unknown_kwargs(**unknown)
        info = self._describe()
        if is_empty(bqm):
            info["seed"] = secrets.randbits(SEED_BITS) if seed is None else int(seed)
            reads = reads_of_nothing(request, bqm.vartype)
            return no_variables(bqm, reads, int(samples_per_read), info)
        problem = IsingProblem.from_bqm(bqm)
        with self._turns.take():
            job = prepare(request, problem, bqm.vartype, self.device.params, self._fresh_seed)
            run = time.perf_counter_ns()
            samples, run_info = execute(job, self.device, progress, begin)
        end = time.perf_counter_ns()
        info |= {"num_reads": len(samples), "seed": job.plan.seed} | job.info() | run_info
        return make_sample_set(samples, bqm, problem.variables, info, (begin, run, end))

    def fit(self, bqm: dimod.BinaryQuadraticModel, **settings: Any) -> Fit:
        """What a problem takes of the device, without running it; see `Fit`.

        settings : as of `sample`; those of schedule, clamping and slots matter

        Raises as `sample`, but no `FieldOverflowError` and no `ProblemTooLargeError`.
        """
        known = self.remove_unknown_kwargs(**settings)
        known.pop("progress", None)
        problem = IsingProblem.from_bqm(bqm)
        return measure_fit(
            Request(**known), problem, bqm.vartype, self.device.params, self.device.name
        )

    def _describe(self) -> dict[str, Any]:
        """What `info` says of the device."""
        params = self.device.params
        return {
            "device": self.device.name,
            "image": f"{self.device.build_id:08x}",
            "source": params.source.name.lower(),
            "rings": params.rings,
        }

    def _fresh_seed(self) -> int:
        """A seed that no other run has, of as many bits as a JSON number holds exactly.

        Raises `NoiseFailureError` if the rings of the device fail a test.
        """
        seed = secrets.randbits(SEED_BITS)
        if self.device.params.rings:
            low, high = self.device.noise.fresh_words(2)
            seed ^= (low | high << 32) & ((1 << SEED_BITS) - 1)
        return seed
