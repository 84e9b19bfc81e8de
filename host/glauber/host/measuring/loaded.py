"""A problem that stays on a device with its chains, while values and clamped variables change."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.program import encode_coupling
from glauber.hdl.facts.regions import Region, region_base

from ..chains import ChainRunner
from ..clamp import read_clamped
from ..compile import IsingProblem, MeasuredProgram, Quantised
from ..compile.layout import split_value
from ..compile.measure import find_weigh_rows
from ..device import Device
from ..errors import DeviceLostError, OptionError
from ..options import whole_number
from ..schedules import Item, Measured, Randomise, Repeat, encode, hold
from .moments import Moments, cut_walks, read_counts
from .values import check_fields, quantised_values, read_values

__all__ = ["LoadedProblem"]

_GAP = 8  # words that are the same, and cost less to write than another request


class LoadedProblem:
    """A problem on a device: its chains, one in each replica, go on from call to call.

    Sweeps update the variables that are not held. What changes is written, and nothing else: the
    values of clamped variables, and the words of couplings and biases that are others than before.
    Nothing else may use the device meanwhile; another problem on it is noticed, and an error.

    variables, interactions : their labels, in the order of all arrays
    values : the quantised couplings and biases that the device has
    """

    def __init__(
        self,
        device: Device,
        problem: IsingProblem,
        values: Quantised,
        program: MeasuredProgram,
        vartype: dimod.Vartype,
        beta: float,
        clampable: NDArray[np.bool_],
        pieces: int,
        seed: int,
    ) -> None:
        self._device = device
        self._problem = problem
        self.values = values
        self._program = program
        self._vartype = vartype
        self._beta = beta
        self._clampable = clampable
        self._pieces = pieces
        self._words = program.couplings.copy()
        self._clamped = False
        self.variables = problem.variables
        self.interactions = tuple(
            (problem.variables[u], problem.variables[v])
            for u, v in zip(problem.first.tolist(), problem.second.tolist(), strict=True)
        )
        runner = ChainRunner(device, program)
        runner.load()
        runner.load_seeds(seed)
        device.noise.start_reseeds(0)
        if device.params.abilities & (Abilities.SCORES | Abilities.MOMENTS):
            device.measurements.go_over(program.measured_rows, program.weigh_rows)
        self._loads = device.loads
        self.randomise()

    @property
    def replicas(self) -> int:
        """How many chains there are."""
        return self._device.params.replicas

    def randomise(self) -> None:
        """Start all variables that are not held at random."""
        self._run([Randomise()])

    def sweep(self, sweeps: int) -> None:
        """Update all variables that are not held so often. Raises `OptionError`, `DeviceError`."""
        self._run([hold(self._beta, whole_number("sweeps", sweeps))])

    def clamp(self, values: Mapping[Hashable, Any]) -> None:
        """Hold the clampable variables, all of them, at these values until `release`.

        values : for each a value of the problem's vartype, or a sequence of one for each replica

        Raises `OptionError` unless all variables that are clampable have values, and only they.
        """
        spins = read_clamped(values, self._vartype, self._problem)
        given = (spins != 0).any(axis=0)
        if not np.array_equal(given, self._clampable):
            names = [self.variables[index] for index in np.flatnonzero(self._clampable)]
            raise OptionError(
                f"clamp has values of {len(values)} variables, but those that were loaded as "
                f"clampable are {names!r}; give a value of each of them, and of no other"
            )
        if len(spins) not in (1, self.replicas):
            raise OptionError(
                f"clamp has sequences of {len(spins)} values; give one, or one for each of the "
                f"{self.replicas} replicas"
            )
        self._check_ours()
        first = self._program.short_rows * self._device.params.lanes
        end = self._program.sweep_rows * self._device.params.lanes
        states = np.zeros((end - first, self.replicas), np.bool_)
        pbits = self._program.pbits[self._clampable] - first
        states[pbits] = np.broadcast_to(
            spins[:, self._clampable].T > 0, (len(pbits), self.replicas)
        )
        self._device.write_states(states, first)
        self._clamped = True

    def release(self) -> None:
        """Hold nothing: sweeps update all variables."""
        self._clamped = False

    def states(self) -> NDArray[np.int8]:
        """The states of all chains, +-1, shape (replicas, variables)."""
        self._check_ours()
        states = self._device.read_states(self._program.addresses)
        self._device.check()
        return 2 * states[self._program.pbits].T.astype(np.int8) - 1

    def moments(self, walks: int = 1, thin: int = 1) -> Moments:
        """Averages over the chains, `walks` times with `thin` sweeps before each.

        They go over all replicas, and have no standard errors: successive samples depend on each
        other. Raises `OptionError` on a device that cannot count.
        """
        self._device.measurements.need(Abilities.MOMENTS, "counting moments")
        whole_number("walks", walks)
        step = hold(self._beta, whole_number("thin", thin))
        places = np.concatenate([self._program.means, self._program.pairs])
        counts = np.zeros(len(places), np.int64)
        for part in cut_walks(walks, self.replicas):
            items: list[Item] = [step, Measured(moments=True, fresh=True)]
            items += [Repeat(part - 1, (step, Measured(moments=True)))] if part > 1 else []
            self._run(items)
            counts += read_counts(self._device, places, part)
        labels = self.variables, self.interactions
        return Moments.of_counts(labels, counts[None], walks * self.replicas)

    def energies(self) -> NDArray[np.float64]:
        """The energies of all chains, as the machine measures them, shape (replicas,).

        Of the quantised problem, without the offset of the model.
        """
        self._device.measurements.need(Abilities.SCORES, "measuring energies")
        self._run([Measured(scores=True)])
        return self._device.scores().newest / (-2 * self.values.scale)

    def update(
        self,
        linear: Mapping[Hashable, float] | Sequence[float] | None = None,
        quadratic: Mapping[tuple[Hashable, Hashable], float] | Sequence[float] | None = None,
    ) -> int:
        """Changes biases and couplings; how many words had to be written.

        linear, quadratic : of spins +-1, in the sign of dimod (`E = sum h s + sum J s s`); by
            label, those that change, or all in the order of `variables` and `interactions`

        Raises `OptionError` for labels that there are not, and for values beyond `largest`;
        `FieldOverflowError` for a variable whose field could overflow. Then nothing is changed.
        """
        before, scale = self.values, self.values.scale
        most = self._pieces * self._device.params.coupling_max
        bias = read_values(linear, self.variables, before.bias, scale, most, "bias")
        coupling = read_values(
            quadratic, self.interactions, before.coupling, scale, most, "coupling"
        )
        values = quantised_values(bias, coupling, scale)
        check_fields(self._problem, values, self._device.params)
        self._check_ours()
        numbers = np.concatenate([coupling, bias])
        held = self._program.source >= 0
        source, piece = self._program.source[held], self._program.piece[held]
        value = split_value(numbers[source], piece, np.full(len(source), self._pieces))
        bits = self._device.params.coupling_bits
        words, places = self._words.copy(), self._program.places[held]
        words[places] = encode_coupling(words[places].astype(np.int64) >> bits, value, bits)
        written = self._write(words)
        if self._program.weigh_rows:
            weigh = find_weigh_rows(self._program.rows, words, self._device.params)
            self._device.measurements.go_over(self._program.measured_rows, weigh)
        self.values = values
        return written

    def _write(self, words: NDArray[np.uint32]) -> int:
        """Writes the words that changed, those that stand close together at once."""
        changed = np.flatnonzero(words != self._words)
        if len(changed):
            base = region_base(Region.PROGRAM)
            for part in np.split(changed, np.flatnonzero(np.diff(changed) > _GAP) + 1):
                begin, end = int(part[0]), int(part[-1]) + 1
                self._device.link.write(base + begin, words[begin:end])
        self._words = words
        return len(changed)

    def _run(self, items: list[Item]) -> None:
        self._check_ours()
        words = encode(items, self.values.scale, self._device.params.abilities).words
        program = self._program
        self._device.run(words, program.short_rows if self._clamped else program.sweep_rows)

    def _check_ours(self) -> None:
        if self._device.loads != self._loads:
            raise DeviceLostError(
                f"another problem was loaded into {self._device.name} since this one; load this "
                "one again"
            )
