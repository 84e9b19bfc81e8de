"""Carries out all checks of a device, and says how they went."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from random import Random
from typing import Any

from ..errors import DeviceError, DeviceLostError, DeviceSilentError, SelfTestFailureError
from ..options import whole_number
from ..progress import Progress, no_progress
from ..sampler import GlauberSampler
from .checks import (
    Pair,
    check_damage,
    check_header,
    check_noise,
    check_registers,
    check_run,
    check_samples,
    check_states,
)

__all__ = ["ROUNDS", "CheckResult", "SelfTestReport", "check_device"]

ROUNDS = 8

_Check = Callable[[Pair, Random], str | None]


@dataclass(frozen=True)
class CheckResult:
    """How a check went.

    name : str
    ok : bool
    difference : str
        The first difference from the model, or the error of the device; empty if all is well.
    seconds : float
    """

    name: str
    ok: bool
    difference: str
    seconds: float


@dataclass(frozen=True)
class SelfTestReport:
    """How the checks of a device went, and what repeats them.

    device : what the device says of itself, as `Device.info`
    seed, rounds : as given to `check_device`
    checks : those that were carried out, in their order
    skipped : names of those that were not, because the device gave no answer any more
    """

    device: dict[str, Any]
    seed: int
    rounds: int
    checks: list[CheckResult]
    skipped: list[str]

    @property
    def passed(self) -> bool:
        return not self.skipped and all(check.ok for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            **self.device,
            "seed": self.seed,
            "rounds": self.rounds,
            "passed": self.passed,
            "checks": [asdict(check) for check in self.checks],
            "skipped": self.skipped,
        }

    def require(self) -> None:
        """Raise `SelfTestFailureError`, of the first check that failed, if one did."""
        if self.passed:
            return
        first = next(check for check in self.checks if not check.ok)
        failures = sum(not check.ok for check in self.checks)
        raise SelfTestFailureError(
            f"{self.device['device']} (image {self.device['image']}) does not do what its model "
            f"does: {failures} of {len(self.checks)} checks failed, first `{first.name}`: "
            f"{first.difference}. Build the image again and load it; if this comes again (the same "
            f"checks: --seed {self.seed} --rounds {self.rounds}), the hardware or its clock is not "
            "fit for use"
        )


def check_device(
    sampler: GlauberSampler, *, seed: int, rounds: int = ROUNDS, progress: Progress = no_progress
) -> SelfTestReport:
    """Checks whether a device computes what its model does, bit for bit.

    What the device holds is lost. `seed` chooses programs, states and seeds, and `rounds` is how
    many random programs are run; `progress` is told (checks done, checks in all). A check that
    fails does not end the others, unless the device gives no answer any more.

    Raises `OptionError` for a number of rounds or a seed that is not legal, `DeviceError` if the
    device cannot even be stopped.
    """
    whole_number("rounds", rounds)
    random = Random(whole_number("seed", seed, 0))
    sampler.device.stop()  # an earlier process may have left a run behind
    pair = Pair.of(sampler)
    plan: list[tuple[str, _Check]] = [
        ("header", check_header),
        ("noise", check_noise),
        ("registers", check_registers),
        ("damaged frames", check_damage),
        ("states", check_states),
        *((f"run {number + 1} of {rounds}", check_run) for number in range(rounds)),
        ("samples", check_samples),
    ]
    results: list[CheckResult] = []
    for name, check in plan:
        result, gone = _carry_out(name, partial(check, pair, random))
        results.append(result)
        progress(len(results), len(plan))
        if gone:
            break
    skipped = [name for name, _ in plan[len(results) :]]
    return SelfTestReport(sampler.device.info(), seed, rounds, results, skipped)


def _carry_out(name: str, check: Callable[[], str | None]) -> tuple[CheckResult, bool]:
    """The result of a check, and whether the device gives no answer any more."""
    begin, gone = time.perf_counter(), False
    try:
        difference = check() or ""
    except DeviceError as error:
        difference = str(error)
        gone = isinstance(error, DeviceSilentError | DeviceLostError)
    return CheckResult(name, not difference, difference, time.perf_counter() - begin), gone
