"""A device: header, program, states and runs, over any transport."""

import warnings
from collections.abc import Callable, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.digest import gates_hash
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.header import Features
from glauber.hdl.facts.registers import Region, region_base

from .bus import Words, to_words, unpack_bits
from .errors import OptionError, OutdatedImageWarning, ProblemTooLargeError
from .header import read_header, remedy
from .link import Link
from .noise import Noise
from .rate import Rate
from .run import Control, Run, RunReport, stop_run
from .stream import SampleStream, emissions
from .transports import Transport, open_transport

__all__ = ["Device", "ProgramWords", "RunReport", "SampleStream"]

STATE_WORD_BITS = 32

States = NDArray[np.bool_]


class ProgramWords(Protocol):
    """What a program is to a device: words for `Region.ROWS` and `Region.PROGRAM`, flat."""

    @property
    def rows(self) -> Words: ...

    @property
    def couplings(self) -> Words: ...


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
        params = self.params
        numbers = {key: value for key, value in vars(params).items() if type(value) is int}
        return {
            "device": self.name,
            "simulation": self.simulation,
            "board": self.board,
            "image": f"{self.build_id:08x}",
            "outdated": self.outdated,
            "facts_hash": f"{self.facts_hash:08x}",
            "clock_hz": self.clock_hz,
            **numbers,
            "source": params.source.name.lower(),
            "table": [params.table.coarse_bits, params.table.fine_bits],
        }

    def load(self, program: ProgramWords) -> None:
        """Write a program, and the row count with it. Raises `ProblemTooLargeError`, `DeviceError`.

        From then on a device that was reset, or that someone else uses, is an error.
        """
        params = self.params
        room = params.slots * params.lanes * params.couplings_per_slot
        rows, couplings = to_words(program.rows), to_words(program.couplings)
        for what, need, have in (
            ("rows", len(rows), params.rows),
            ("coupling words", len(couplings), room),
        ):
            if need > have:
                raise ProblemTooLargeError(
                    f"the program has {need} {what}, {self.name} holds {have}; use a larger device "
                    "or image, or a smaller or sparser problem"
                )
        self.link.write(region_base(Region.PROGRAM), couplings)
        self.link.write(region_base(Region.ROWS), rows)
        if len(rows):
            self._control.set_rows(len(rows))

    def check(self) -> None:
        """Raise `DeviceLostError` if the device was reset, or used by someone else, since `load` or
        the last run: then states read meanwhile are not those of this host. Raises `DeviceError`.
        """
        self._control.check()

    def load_seeds(self, words: Sequence[int] | np.ndarray) -> None:
        """Set all generators: the seed words of each, in the order of `Region.SEEDS`.

        Raises `FactError` if there are not as many as it takes, `DeviceError`.
        """
        seeds = to_words(words)
        each = self.params.seed_words
        need = each * self.params.generators
        if len(seeds) != need:
            raise FactError(
                f"{len(seeds)} seed words were given, {self.name} takes {need}; "
                f"give {each} for each of its generators"
            )
        self.link.write(region_base(Region.SEEDS), seeds)

    def write_states(self, states: np.ndarray) -> None:
        """Set the first p-bits: `states` has the shape (pbits, replicas) and is true for +1.

        Raises `FactError` for another shape, `DeviceError`.
        """
        bits = np.asarray(states)
        params = self.params
        if bits.ndim != 2 or bits.shape[1] != params.replicas or bits.shape[0] > params.pbits:
            raise FactError(
                f"states have the shape {bits.shape}; {self.name} takes (pbits, replicas) with up "
                f"to {params.pbits} p-bits and {params.replicas} replicas"
            )
        if bits.dtype != np.bool_:
            raise FactError(f"states have the type {bits.dtype}; give booleans, true for +1")
        whole, rest = divmod(bits.size, STATE_WORD_BITS)
        flat = bits.reshape(-1)
        if rest:  # the last word also holds states that must stay
            last = self.link.read(region_base(Region.STATES) + whole, 1)
            flat = np.concatenate([flat, unpack_bits(last)[rest:]])
        self.link.write(
            region_base(Region.STATES), np.packbits(flat, bitorder="little").view("<u4")
        )

    def read_states(self, pbits: int | None = None) -> States:
        """The states of the first `pbits` p-bits, of all by default; true for +1.

        The shape is (pbits, replicas). Raises `FactError` if there are not so many, `DeviceError`.
        """
        params = self.params
        pbits = params.pbits if pbits is None else pbits
        if not 0 <= pbits <= params.pbits:
            raise FactError.out_of_range("pbits", pbits, 0, params.pbits, "read what exists")
        bits = pbits * params.replicas
        words = self.link.read(region_base(Region.STATES), -(-bits // STATE_WORD_BITS))
        return unpack_bits(words)[:bits].reshape(pbits, params.replicas)

    def run(
        self,
        steps: Sequence[int] | np.ndarray,
        row_count: int,
        *,
        timeout: float | None = None,
        interrupt: Callable[[], bool] | None = None,
        on_progress: Callable[[int], None] | None = None,
    ) -> RunReport:
        """Run a schedule of encoded step words over the first `row_count` rows, and wait for it.

        A schedule longer than the device holds is run in parts; states and generators persist, so
        it is the same chain. `timeout` is in seconds, without it the run may take as long as the
        device answers. A true value of `interrupt()` stops the run after its sweep;
        `on_progress(sweeps)` is told the sweeps done. An exception that a callback raises, and
        KeyboardInterrupt, stop the run and pass.

        Raises `OptionError` for a schedule that is empty or emits, `FactError` for a row count that
        is not legal,
        `DeviceTimeoutError`, `DeviceLostError` if the device was reset or someone else used or
        stopped it, `NoiseFailureError` if a health test failed, `DeviceError`.
        """
        schedule = self._check_schedule(steps, row_count)
        if count := emissions(schedule):
            raise OptionError(
                f"{count} steps of the schedule emit, but nobody would take what they do; use "
                "`Device.stream`, or steps without `emit`"
            )
        self._control.use_rows(row_count)
        run = Run(self.link, self._control, self.params.steps, timeout, interrupt, on_progress)
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
        if not emissions(schedule):
            raise OptionError("no step of the schedule emits; use `Device.run`, or `Step.emit`")
        pbits = params.pbits if pbits is None else pbits
        if not 1 <= pbits <= params.pbits:
            raise FactError.out_of_range("pbits", pbits, 1, params.pbits, "stream what exists")
        self._control.use_rows(row_count)
        return SampleStream(
            self.link, self._control, params, schedule, pbits, timeout, interrupt, on_progress
        )

    def _check_schedule(self, steps: Sequence[int] | np.ndarray, row_count: int) -> Words:
        schedule = to_words(steps)
        if not len(schedule):
            raise OptionError("the schedule has no steps, so there is nothing to run; give one")
        if not 1 <= row_count <= self.params.rows:
            raise FactError.out_of_range(
                "the row count", row_count, 1, self.params.rows, "count the rows of the program"
            )
        return schedule

    def stop(self) -> None:
        """End a run that is under way, if there is one, and wait for its last sweep.

        Raises `DeviceTimeoutError` if it does not end, `DeviceError`.
        """
        stop_run(self.link)
