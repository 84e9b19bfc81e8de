"""Averages of spins and of products of them, counted on the machine."""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.rules import Mode

from ..chains import ChainRunner
from ..compile import IsingProblem, MeasuredProgram, Needs, Quantised, compile_measured
from ..device import Device
from ..errors import MeasurementError
from ..job import Job, prepare
from ..plan import ChainPlan
from ..progress import Progress
from ..request import Request
from ..schedules import Item, Measured, Repeat, encode, hold

__all__ = ["Moments", "MomentsRunner", "count_moments", "cut_walks", "pair_places", "read_counts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pair = tuple[Hashable, Hashable]


@dataclass(frozen=True)
class Moments:
    """Averages over all reads and walks.

    variables, interactions : their labels, in the order of the arrays
    means : float64, shape (variables,); of spins +-1, whatever the vartype of the problem
    correlations : float64, shape (interactions,); of the products of two spins
    mean_errors, correlation_errors : standard errors, from the spread of the averages of
        independent batches of reads; NaN if there is only one batch
    batches : how many of them there are
    samples : over how many samples each average goes
    """

    variables: tuple[Hashable, ...]
    interactions: tuple[Pair, ...]
    means: Floats
    correlations: Floats
    mean_errors: Floats
    correlation_errors: Floats
    batches: int
    samples: int
    info: dict[str, Any] = field(default_factory=dict)

    def mean(self, variable: Hashable) -> float:
        """The average of one spin. Raises `KeyError` for another variable."""
        return self.mean_by_label[variable]

    def correlation(self, first: Hashable, second: Hashable) -> float:
        """The average of a product, either way round. Raises `KeyError` for no interaction."""
        found = self.correlation_by_labels
        return found[first, second] if (first, second) in found else found[second, first]

    @property
    def mean_by_label(self) -> dict[Hashable, float]:
        return dict(zip(self.variables, self.means.tolist(), strict=True))

    @property
    def correlation_by_labels(self) -> dict[Pair, float]:
        return dict(zip(self.interactions, self.correlations.tolist(), strict=True))

    @classmethod
    def of_counts(
        cls, labels: tuple[tuple[Hashable, ...], tuple[Pair, ...]], counts: Ints, each: int
    ) -> "Moments":
        """Of the counts of batches, shape (batches, variables + interactions).

        each : samples of a batch
        """
        averages = 2 * counts / each - 1
        batches = len(counts)
        errors = np.full(counts.shape[1], np.nan)
        if batches > 1:
            errors = averages.std(axis=0, ddof=1) / math.sqrt(batches)
        means = averages.mean(axis=0) if batches else errors
        size = len(labels[0])
        return cls(
            *labels,
            means[:size],
            means[size:],
            errors[:size],
            errors[size:],
            batches,
            batches * each,
        )


def cut_walks(walks: int, replicas: int) -> list[int]:
    """Walks in parts that no count of 32 bits overflows in."""
    most = ((1 << 32) - 1) // replicas
    whole, rest = divmod(walks, most)
    return [most] * whole + ([rest] if rest else [])


def pair_places(problem: IsingProblem, pairs: Ints) -> tuple[Ints, Ints]:
    """Which number in `MeasuredProgram.pairs` each pair has, and which pairs must be added.

    pairs : int64, shape (k, 2), by the variables of the problem
    """
    size = problem.size
    keys = np.minimum(problem.first, problem.second) * size + np.maximum(
        problem.first, problem.second
    )
    wanted = pairs.min(axis=1) * size + pairs.max(axis=1)
    order = np.argsort(keys, kind="stable")
    at = np.searchsorted(keys[order], wanted)
    found = at < len(keys)
    found[found] = keys[order][at[found]] == wanted[found]
    numbers = np.empty(len(pairs), np.int64)
    numbers[found] = order[at[found]]
    numbers[~found] = len(keys) + np.arange(int((~found).sum()))
    return numbers, np.flatnonzero(~found)


def read_counts(device: Device, places: Ints, walks: int) -> Ints:
    """The counts at these places of a program. Raises `MeasurementError` if they cannot be."""
    done, most = device.measurements.walks(), walks * device.params.replicas
    counts = device.moments(places)
    if done != walks or (len(counts) and int(counts.max()) > most):
        raise MeasurementError(
            f"{device.name} counted {done} walks and up to {int(counts.max(initial=0))} "
            f"agreements, but {walks} walks and up to {most} were asked for: its measuring unit "
            "does not work, or someone else uses it; run `glauber selftest`"
        )
    return counts


class MomentsRunner(ChainRunner):
    """Counts in batches of as many reads as a device has replicas."""

    def __init__(
        self,
        device: Device,
        job: Job,
        places: Ints,
        interrupt: Callable[[], bool] | None,
        on_sweeps: Callable[[int], None],
    ) -> None:
        super().__init__(device, job.program, interrupt, on_sweeps)
        self._job = job
        self._places = places
        self._counts: list[Ints] = []

    def load(self) -> None:
        """As of any program, with the rows that are measured."""
        super().load()
        assert isinstance(self._program, MeasuredProgram)
        self._device.measurements.go_over(self._program.measured_rows, 0)

    def count(self) -> Ints:
        """The counts of all batches that were done, shape (batches, places)."""
        plan, replicas = self._job.plan, self._device.params.replicas
        nothing = np.empty((replicas, plan.samples_per_read, 0), np.int8)
        for batch in range(plan.num_reads // replicas):
            if not self.stopped:
                self._run_batch(plan, batch, nothing)
        if plan.reseed_interval:
            self._device.noise.start_reseeds(0)
        self._device.check()
        return np.array(self._counts, np.int64).reshape(-1, len(self._places))

    def _take(self, plan: ChainPlan, before: list[int], samples: NDArray[np.int8]) -> None:
        thin, beta = int(self._job.request.thin), float(self._job.request.beta or 0)
        first = hold(beta, self._job.scheduled.schedule.sweeps)
        counts = np.zeros(len(self._places), np.int64)
        for walks in cut_walks(plan.samples_per_read, samples.shape[0]):
            again = hold(beta, thin), Measured(moments=True)
            items: list[Item] = [first, Measured(moments=True, fresh=True)]
            items += [Repeat(walks - 1, again)] if walks > 1 else []
            scale = self._job.scheduled.values.scale
            words = encode(items, scale, self._device.params.abilities).words
            self._run([*before, *words.tolist()], len(before))
            if self.stopped:
                return
            counts += read_counts(self._device, self._places, walks)
            before, first = [], hold(beta, thin)
        self._counts.append(counts)


def count_moments(
    device: Device,
    bqm: dimod.BinaryQuadraticModel,
    problem: IsingProblem,
    request: Request,
    fresh_seed: Callable[[], int],
    info: dict[str, Any],
    progress: Progress,
) -> Moments:
    """The averages of a request's samples. Raises as `MeasuringSampler.moments`."""
    index = {variable: number for number, variable in enumerate(problem.variables)}
    interactions = tuple(bqm.quadratic)
    pairs = np.array([(index[u], index[v]) for u, v in interactions], np.int64).reshape(-1, 2)
    numbers = np.empty(0, np.int64)

    def compiler(
        problem: IsingProblem, values: Quantised, params: MachineParams, split: int, mode: Mode
    ) -> MeasuredProgram:
        nonlocal numbers
        numbers, added = pair_places(problem, pairs)
        needs = Needs(False, True, pairs[added, 0], pairs[added, 1])
        return compile_measured(problem, values, params, needs, split, mode)

    job = prepare(request, problem, bqm.vartype, device.params, fresh_seed, compiler)
    program = job.program
    assert isinstance(program, MeasuredProgram)
    places = np.concatenate([program.means, program.pairs[numbers]])
    planned = job.updates_per_read * job.plan.num_reads
    batches = job.plan.num_reads // device.params.replicas
    runner = MomentsRunner(
        device,
        job,
        places,
        request.interrupt_function,
        lambda done: progress(planned * done // (job.plan.sweeps_per_read * batches), planned),
    )
    runner.load()
    loaded = device.link.bytes_in, device.link.bytes_out
    counts = runner.count()
    info |= job.info() | {
        "num_reads": len(counts) * device.params.replicas,
        "walks": job.plan.samples_per_read,
        "seed": job.plan.seed,
        "stopped": runner.stopped,
        "cycles": runner.cycles,
        "link": {
            "bytes_in": device.link.bytes_in - loaded[0],
            "bytes_out": device.link.bytes_out - loaded[1],
        },
    }
    each = job.plan.samples_per_read * device.params.replicas
    found = Moments.of_counts((problem.variables, interactions), counts, each)
    found.info.update(info)
    return found
