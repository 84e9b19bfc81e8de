"""What a run on ladders found."""

from typing import Any

import numpy as np

from .loaded import TemperedProblem
from .tune import TunedLadder

__all__ = ["describe_tempering", "describe_tuning"]


def describe_tempering(tempered: TemperedProblem) -> dict[str, Any]:
    """What `info["tempering"]` says, ready for JSON; all that is per rung begins with the coldest.

    betas, beta_error : as the device really has them, and the largest error of those asked for
    energies, replicas : of each ladder, what stands at its rungs now
    exchanges : how many there were; each visits every other pair
    attempts, accepted : of each ladder, of each pair of neighbouring rungs
    acceptance : of each pair, over all ladders; None for a pair that was never visited
    """
    ladder = tempered.ladder
    acceptance = tempered.acceptance()
    return {
        "num_rungs": ladder.num_rungs,
        "num_ladders": ladder.num_ladders,
        "betas": tempered.betas.tolist(),
        "beta_error": ladder.beta_error,
        "sweeps_per_exchange": tempered.sweeps_per_exchange,
        "exchanges": tempered.exchanges,
        "attempts": tempered.attempts().tolist(),
        "accepted": tempered.accepted().tolist(),
        "acceptance": [None if np.isnan(part) else float(part) for part in acceptance],
        "energies": tempered.energies().tolist(),
        "replicas": tempered.replicas().tolist(),
    }


def describe_tuning(tuned: TunedLadder) -> dict[str, Any]:
    """What `info["tuning"]` says of how the rungs were found, ready for JSON."""
    return {
        "betas": list(tuned.betas),
        "acceptance": tuned.acceptance.tolist(),
        "barrier": tuned.barrier,
        "converged": tuned.converged,
        "rounds": tuned.rounds,
        "sweeps": tuned.sweeps,
    }
