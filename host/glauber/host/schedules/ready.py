"""Schedules that are often needed, as examples of the language too."""

from .language import Betas, Emit, Every, Item, Measured, Randomise, Repeat, Sweeps, hold

__all__ = ["anneal", "anneal_to_target", "moments", "sample", "temper"]

Schedule = list[Item]


def anneal(betas: Betas, *, measure_every: int | None = None) -> Schedule:
    """From random states through a ramp; with `measure_every`, the best states are kept."""
    if measure_every is None:
        return [Randomise(), betas]
    best = Measured(scores=True, best=True)
    fresh = Measured(scores=True, best=True, fresh=True)
    return [Randomise(), fresh, Every(measure_every, best, (betas,))]


def anneal_to_target(betas: Betas, *, measure_every: int) -> Schedule:
    """As `anneal`, but it ends when a replica has reached the target."""
    best = Measured(scores=True, best=True, target=True)
    fresh = Measured(scores=True, best=True, target=True, fresh=True)
    return [Randomise(), fresh, Every(measure_every, best, (betas,))]


def sample(beta: float, *, samples: int, burn_in: int, thin: int = 1) -> Schedule:
    """From random states `burn_in` sweeps to the first sample, `thin` sweeps from each to each."""
    first: Schedule = [Randomise(), hold(beta, burn_in), Emit()]
    return first if samples == 1 else [*first, Repeat(samples - 1, (hold(beta, thin), Emit()))]


def moments(beta: float, *, walks: int, burn_in: int, thin: int = 1) -> Schedule:
    """As `sample`, but the states are not emitted: their averages are counted."""
    first: Schedule = [Randomise(), hold(beta, burn_in), Measured(moments=True, fresh=True)]
    again = hold(beta, thin), Measured(moments=True)
    return first if walks == 1 else [*first, Repeat(walks - 1, again)]


def temper(sweeps: int, *, sweeps_per_exchange: int, target: bool = False) -> Schedule:
    """From random states, with exchanges of temperatures; the best states are kept.

    target : whether it ends when a replica has reached the target
    """
    start = Measured(scores=True, best=True, target=target, fresh=True)
    exchange = Measured(scores=True, best=True, target=target, exchange=True)
    return [Randomise(), start, Every(sweeps_per_exchange, exchange, (Sweeps(sweeps),))]
