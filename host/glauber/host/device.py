"""A device: header, program, states and runs, over any transport."""

import warnings
from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.digest import gates_hash
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.header import Features
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.rules import Mode, modes

from .abilities import check_ability
from .bus import Words, to_words
from .checks import ProgramWords, program_words, seed_words_of
from .errors import OptionError, OutdatedImageWarning
from .header import params_info, read_header, remedy
from .ladder import LadderMemory
from .link import Link
from .measured import Measurements, Scores
from .noise import Noise
from .rate import Rate
from .run import Control, Run, RunReport, stop_run
from .schedules.words import check_words, count_emissions, fit_words
from .states import StateMemory, States
from .stream import SampleStream
from .transports import Transport, open_transport

__all__ = ["Device", "ProgramWords", "RunReport", "SampleStream"]


class Device:
    """An open device, given by its URL or by its transport, which is then closed with it.

    Raises `DeviceError`, in particular `ProtocolMismatchError` for a device that this host cannot
    drive; `OptionError`, `FactError` and `EnvironmentMissingError` as `open_transport` does.

    Warns with `LineRateWarning` if a serial line does not work at the rate that the URL asks for,
    and with `OutdatedImageWarning` of hardware that was made from other gates than those that are
    installed: it has the same interface, but perhaps not the same faults.

    params, build_id, features, clock_hz, board
        From the header; see `facts.header.Header`.
    noise : Noise
        Health of the noise, raw bits and entropy.
    states, measurements, ladder
        The memory of states, what the device measures by itself, and the temperatures that its
        replicas exchange.
    loads : how many programs were loaded through this object
    """

    def __init__(self, device: str | Transport) -> None:
        if not (isinstance(device, str) or hasattr(device, "time_scale")):
            raise OptionError(f"the device is {device!r}; give a device URL, such as 'model:'")
        self.link = Link(open_transport(device) if isinstance(device, str) else device)
        self._rate = Rate(self.link)
        try:
            self._rate.find()
            header = read_header(self.link)
            self._rate.raise_to(header.clock_hz)
        except BaseException:
            self.link.close()
            raise
        self._control = Control(self.link)
        self.params = header.params
        self.facts_hash = header.facts_hash
        self.build_id = header.build_id
        self.features = header.features
        self.clock_hz = header.clock_hz
        self.board = header.board
        self._gates_hash = header.gates_hash
        self.noise = Noise(self.link, self.params)
        self.states = StateMemory(self.link, self.params)
        self.measurements = Measurements(self.link, self.params, self.states)
        self.ladder = LadderMemory(self.link, self.params)
        self.loads = 0
        if self.outdated:
            warnings.warn(
                f"{self.name} (image {self.build_id:08x}) was made from other gates "
                f"({self._gates_hash:08x}) than those of this version of Glauber "
                f"({gates_hash():08x}); {remedy(self.board)}",
                OutdatedImageWarning,
                stacklevel=2,
            )

    @property
    def name(self) -> str:
        return self.link.transport.name

    @property
    def simulation(self) -> bool:
        """Whether the device is a simulation, not hardware."""
        return bool(self.features & Features.SIMULATION)

    @property
    def outdated(self) -> bool:
        """Whether this is hardware with other gates than those that are installed."""
        return not self.simulation and self._gates_hash != gates_hash()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._rate.restore()
        self.link.close()

    def info(self) -> dict[str, object]:
        """Everything the device says about itself, ready for JSON."""
        return {
            "device": self.name,
            "simulation": self.simulation,
            "board": self.board,
            "image": f"{self.build_id:08x}",
            "outdated": self.outdated,
            "facts_hash": f"{self.facts_hash:08x}",
            "clock_hz": self.clock_hz,
            **params_info(self.params),
        }

    def load(self, program: ProgramWords, mode: Mode = Mode.HEAT_BATH) -> None:
        """Write a program, and the row count with it.

        mode : of all runs until the next program is loaded

        From then on a device that was reset, or that someone else uses, is an error. Raises
        `ProblemTooLargeError`, `DeviceError`, `OptionError` for a mode that the device lacks.
        """
        rows, couplings = program_words(program, self.params, self.name)
        self._set_mode(mode)
        self.loads += 1
        self.link.write(region_base(Region.PROGRAM), couplings)
        self.link.write(region_base(Region.ROWS), rows)
        if len(rows):
            self._control.set_rows(len(rows))

    def _set_mode(self, mode: Mode) -> None:
        """The rule of update and the source of temperatures; what another user left is undone."""
        gibbs = ", or heat bath: proposal_acceptance_criteria='Gibbs' (--rule heat-bath)"
        for part, ability, what, other in (
            (Mode.METROPOLIS, Abilities.METROPOLIS, "the rule of Metropolis", gibbs),
            (Mode.LADDER, Abilities.TEMPERING, "parallel tempering", ""),
        ):
            if part in mode:
                check_ability(ability, self.params.abilities, what, self.name, other)
        if modes(self.params.abilities):
            self.link.write(Register.MODE, [mode])

    def check(self) -> None:
        """Raise `DeviceLostError` if the device was reset, or used by someone else, since `load` or
        the last run: then states read meanwhile are not those of this host. Raises `DeviceError`.
        """
        self._control.check()

    def load_seeds(self, words: Sequence[int] | np.ndarray) -> None:
        """Set all generators: the seed words of each, in the order of `Region.SEEDS`.

        Raises `FactError` if there are not as many as it takes, `DeviceError`.
        """
        seeds = seed_words_of(words, self.params, self.name)
        self.link.write(region_base(Region.SEEDS), seeds)

    def write_states(self, states: np.ndarray, first: int = 0) -> None:
        """Set the p-bits from `first` on: of the shape (pbits, replicas), true for +1.

        Raises `FactError` for another shape, `DeviceError`.
        """
        self.states.write(states, first)

    def read_states(self, pbits: int | None = None) -> States:
        """The states of the first `pbits` p-bits, of all by default; true for +1.

        The shape is (pbits, replicas). Raises `FactError` if there are not so many, `DeviceError`.
        """
        return self.states.read(pbits)

    def scores(self) -> Scores:
        """The scores of all replicas; see `Measurements`, as for all that a device measures."""
        return self.measurements.scores()

    def best_states(self, pbits: int | None = None) -> States:
        """As `read_states`, of the best states."""
        return self.measurements.best_states(pbits)

    def moments(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The counts of the coupling words at these places."""
        return self.measurements.moments(places)

    def run(
        self,
        steps: Sequence[int] | np.ndarray,
        row_count: int,
        *,
        timeout: float | None = None,
        interrupt: Callable[[], bool] | None = None,
        on_progress: Callable[[int], None] | None = None,
        on_part: Callable[[int], None] | None = None,
    ) -> RunReport:
        """Run a schedule of encoded step words over the first `row_count` rows, and wait for it.

        A schedule longer than the device holds is run in parts; states and generators persist, so
        it is the same chain; one that has loops is then run without them. `timeout` is in seconds,
        without it the run may take as long as the device answers. A true value of `interrupt()`
        stops the run after its sweep; `on_progress(sweeps)` is told the sweeps done. `on_part` is
        called after each part, with the sweeps that were done before it. An exception that a
        callback raises, and KeyboardInterrupt, stop the run and pass.

        Raises `OptionError` for a schedule that is empty or emits, or that has operations which the
        device cannot do, `FactError` for a row count that is not legal,
        `DeviceTimeoutError`, `DeviceLostError` if the device was reset or someone else used or
        stopped it, `NoiseFailureError` if a health test failed, `DeviceError`.
        """
        schedule = self._check_schedule(steps, row_count)
        check_words(schedule, self.params.abilities, self.name)
        if count := count_emissions(schedule, self.params.abilities):
            raise OptionError(
                f"{count} steps of the schedule emit, but nobody would take what they do; use "
                "`Device.stream`, or steps without `emit`"
            )
        self._control.use_rows(row_count)
        ends = timeout, interrupt, on_progress, on_part
        run = Run(self.link, self._control, self.params, *ends)
        return run.execute(schedule)

    def stream(
        self,
        steps: Sequence[int] | np.ndarray,
        row_count: int,
        pbits: int | None = None,
        *,
        timeout: float | None = None,
        interrupt: Callable[[], bool] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> SampleStream:
        """Run a schedule, and iterate over the states after each of its steps that emit.

        The samples are those of the first `pbits` p-bits, of all by default. It is the same chain
        as without `emit`: who takes them slowly holds the device up, and changes and loses nothing.
        The run begins with the first sample that is asked for. All else is as in `run`, which
        raises the same errors; see `SampleStream`.

        Raises `OptionError` as well for a device without a stream, and for a schedule that does not
        emit; `FactError` for a number of p-bits that is not legal.
        """
        params = self.params
        schedule = self._check_schedule(steps, row_count)
        if not params.stream_words:
            raise OptionError(
                f"{self.name} has no stream; read its states after each run, or use an image with "
                "stream_words"
            )
        if not count_emissions(schedule, params.abilities):
            raise OptionError("no step of the schedule emits; use `Device.run`, or `Step.emit`")
        pbits = params.pbits if pbits is None else pbits
        if not 1 <= pbits <= params.pbits:
            raise FactError.out_of_range("pbits", pbits, 1, params.pbits, "stream what exists")
        self._control.use_rows(row_count)
        ends = timeout, interrupt, on_progress
        return SampleStream(self.link, self._control, params, schedule, pbits, *ends)

    def _check_schedule(self, steps: Sequence[int] | np.ndarray, row_count: int) -> Words:
        if not 1 <= row_count <= self.params.rows:
            raise FactError.out_of_range(
                "the row count", row_count, 1, self.params.rows, "count the rows of the program"
            )
        return fit_words(to_words(steps), self.params, self.name)

    def stop(self) -> None:
        """End a run that is under way, if there is one, and wait for its last sweep.

        Raises `DeviceTimeoutError` if it does not end, `DeviceError`.
        """
        stop_run(self.link)
