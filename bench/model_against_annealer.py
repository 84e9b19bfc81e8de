"""Spin updates per ns of the model against dwave-samplers' annealer, in alternating runs.

    python bench/model_against_annealer.py G1.txt --reads 64
    python bench/model_against_annealer.py ea3d_L16_0000.txt --as ising
    python bench/model_against_annealer.py dense:256 --sweeps 100

Both anneal the same problem over the same geometric schedule with one sweep per temperature. The
annealer updates by Metropolis in label order, Glauber by heat bath colour by colour; a sweep is one
update of every spin for both. Times are of the whole call, and of the CPU. Needs the extra `bench`.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import dimod
from dwave.samplers import SimulatedAnnealingSampler
from instances import instance

from glauber.host import GlauberSampler


def measure(call: Callable[[int], dimod.SampleSet], seed: int) -> tuple[float, float, float, float]:
    """Wall seconds, CPU seconds, mean and lowest energy of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    sampleset = call(seed)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    energies = sampleset.record["energy"]
    return wall, cpu, float(energies.mean()), float(energies.min())


def main() -> None:
    """Runs and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("problem", help="a file, lattice:SIDE, regular:SIZE or dense:SIZE")
    parser.add_argument("--as", dest="as_kind", choices=("maxcut", "ising", "qubo"))
    parser.add_argument("--device", default="model:?threads=1")
    parser.add_argument("--reads", type=int, default=64)
    parser.add_argument("--peer-reads", type=int, default=4)
    parser.add_argument("--sweeps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    name, bqm = instance(options.problem, options.as_kind)
    peer = SimulatedAnnealingSampler()
    rates: dict[str, list[tuple[float, float, float, float]]] = {"glauber": [], "peer": []}
    with GlauberSampler(options.device) as sampler:
        warm = sampler.sample(bqm, num_reads=1, num_sweeps=2, seed=0)
        low, high = sampler.sample(bqm, num_sweeps=2, seed=0).info["beta_range"]
        assert len(warm) == 1
        calls: dict[str, tuple[int, Callable[[int], dimod.SampleSet]]] = {
            "glauber": (
                options.reads,
                lambda seed: sampler.sample(
                    bqm,
                    num_reads=options.reads,
                    num_sweeps=options.sweeps,
                    beta_range=(low, high),
                    seed=seed,
                ),
            ),
            "peer": (
                options.peer_reads,
                lambda seed: peer.sample(
                    bqm,
                    num_reads=options.peer_reads,
                    num_sweeps=options.sweeps,
                    beta_range=(low, high),
                    beta_schedule_type="geometric",
                    seed=seed,
                ),
            ),
        }
        for round_number in range(options.rounds):
            for side, (reads, call) in calls.items():
                wall, cpu, mean, best = measure(call, round_number + 1)
                updates = reads * options.sweeps * bqm.num_variables
                rates[side].append((updates / wall * 1e-9, updates / cpu * 1e-9, mean, best))

    print(f"{name}, {options.sweeps} sweeps, beta {low:.4g} to {high:.4g}, {options.device}")
    print("            updates/ns (wall)      per CPU ns   mean energy   lowest")
    for side, rows in rates.items():
        wall_rates = [row[0] for row in rows]
        print(
            f"{side:<10} {statistics.median(wall_rates):7.4f} "
            f"({min(wall_rates):.4f} to {max(wall_rates):.4f}) "
            f"{statistics.median(row[1] for row in rows):9.4f} "
            f"{statistics.mean(row[2] for row in rows):13.1f} {min(row[3] for row in rows):9g}"
        )
    for index, what in ((0, "wall"), (1, "CPU")):
        ratios = [
            ours[index] / theirs[index]
            for ours, theirs in zip(rates["glauber"], rates["peer"], strict=True)
        ]
        print(
            f"ratio ({what}, round by round): median {statistics.median(ratios):.2f}, "
            f"{min(ratios):.2f} to {max(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
