"""Annealing by heat bath and by the rule of Metropolis: energies after equal sweeps and equal time.

Both rules run in turns with the same betas. `factor` is how many sweeps heat bath needs for the
mean energy that Metropolis has, between the two numbers of sweeps that enclose it, in logarithms;
`time_factor` is the same of seconds of one thread.

python bench/rules.py G1.txt regular:1000 dense:300
python bench/rules.py ea3d_L10_0000.txt --as ising --json
"""

import argparse
import json
import time
from typing import Any

import dimod
import numpy as np
from instances import instance

from glauber.host import GlauberSampler

RULES = ("Gibbs", "Metropolis")


def anneal(
    sampler: GlauberSampler,
    bqm: dimod.BinaryQuadraticModel,
    rule: str,
    sweeps: int,
    reads: int,
    seed: int,
) -> tuple[np.ndarray, float]:
    """The energies, and the seconds of the call."""
    begin = time.perf_counter()
    found = sampler.sample(
        bqm, num_reads=reads, num_sweeps=sweeps, seed=seed, proposal_acceptance_criteria=rule
    )
    return found.record.energy, time.perf_counter() - begin


def needed(ours: float, energies: list[float], costs: list[float]) -> float | None:
    """The cost at which energies that fall with it come to `ours`; None outside of them."""
    if not energies[-1] <= ours <= energies[0]:
        return None
    return float(np.exp(np.interp(-ours, -np.minimum.accumulate(energies), np.log(costs))))


def compare(
    name: str, bqm: dimod.BinaryQuadraticModel, options: argparse.Namespace
) -> list[dict[str, Any]]:
    """A row for each number of sweeps."""
    counts = options.sweeps
    energies = {rule: [np.empty(0)] * len(counts) for rule in RULES}
    seconds = {rule: [0.0] * len(counts) for rule in RULES}
    with GlauberSampler(f"model:?replicas=64&threads={options.threads}") as sampler:
        for rule in RULES:
            anneal(sampler, bqm, rule, 2, 64, 0)  # compiles
        for round_number in range(options.rounds):
            for index, sweeps in enumerate(counts):
                for rule in RULES:
                    found, spent = anneal(sampler, bqm, rule, sweeps, 64, round_number)
                    energies[rule][index] = np.append(energies[rule][index], found)
                    seconds[rule][index] += spent / options.rounds
    means = {rule: [float(part.mean()) for part in energies[rule]] for rule in RULES}
    rows = []
    for index, sweeps in enumerate(counts):
        row: dict[str, Any] = {"instance": name, "sweeps": sweeps}
        for rule in RULES:
            part = energies[rule][index]
            row[rule] = {
                "mean_energy": means[rule][index],
                "error": float(part.std() / np.sqrt(len(part))),
                "seconds": seconds[rule][index],
            }
        ours = means["Metropolis"][index]
        same = needed(ours, means["Gibbs"], [float(count) for count in counts])
        same_time = needed(ours, means["Gibbs"], seconds["Gibbs"])
        row["factor"] = same and same / sweeps
        row["time_factor"] = same_time and same_time / seconds["Metropolis"][index]
        rows.append(row)
    return rows


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("instances", nargs="+", help="files, or KIND:SIZE with a kind of instances")
    parser.add_argument("--as", dest="as_kind", choices=("maxcut", "ising", "qubo"))
    parser.add_argument("--sweeps", type=int, nargs="+", default=[50, 100, 200, 500, 1000, 2000])
    parser.add_argument("--rounds", type=int, default=4, help="of 64 reads each")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object, and nothing else")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for text in options.instances:
        name, bqm = instance(text, options.as_kind)
        for row in compare(name, bqm, options):
            rows.append(row)
            if options.json:
                continue
            parts = [
                f"{rule} {row[rule]['mean_energy']:.6g} +- {row[rule]['error']:.2g} in "
                f"{row[rule]['seconds']:.3f} s"
                for rule in RULES
            ]
            factors = [
                f"{what} {row[key]:.2f}"
                for key, what in (("factor", "factor"), ("time_factor", "of time"))
                if row[key] is not None
            ]
            print(
                f"{row['instance']}, {row['sweeps']} sweeps:",
                *parts,
                *factors,
                sep="  ",
                flush=True,
            )
    if options.json:
        print(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main()
