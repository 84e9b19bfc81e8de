"""One script for a simulated annealer in software and for a p-bit machine: only the import differs.

It looks for the largest cut of a graph: two groups of its vertices with as many edges between them
as possible. The keywords are those of `dwave.samplers`, and mean the same.

    python examples/one_import.py
    python examples/one_import.py --with dwave
"""

import argparse
import sys

import dimod

EDGES = "ab ac ad bc be cf de df ef ag bg fg"  # the largest cut has 10 of these 12


def import_sampler(package: str) -> type[dimod.Sampler]:
    """The class of the sampler: the only lines that differ."""
    if package == "dwave":
        from dwave.samplers import SimulatedAnnealingSampler as Sampler
    else:
        from glauber.host import GlauberSampler as Sampler
    return Sampler


def solve(sampler: dimod.Sampler) -> dimod.SampleSet:
    """Anneals from given states, then once more from the best of what came out."""
    cut = dimod.BinaryQuadraticModel({}, dict.fromkeys(map(tuple, EDGES.split()), 1.0), "SPIN")
    first = sampler.sample(
        cut,
        num_reads=20,
        num_sweeps=200,
        beta_range=(0.1, 5.0),
        beta_schedule_type="linear",
        initial_states=dict.fromkeys("abcdefg", 1),
        initial_states_generator="random",
        seed=7,
    )
    return sampler.sample(
        cut,
        num_sweeps_per_beta=10,
        beta_schedule=[1.0, 2.0, 4.0],
        beta_schedule_type="custom",
        initial_states=first.truncate(5, sorted_by="energy"),
        initial_states_generator="none",
        interrupt_function=lambda: False,
        seed=8,
    )


def main() -> int:
    """Runs the example."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--with", dest="package", choices=("glauber", "dwave"), default="glauber")
    package = parser.parse_args().package
    sampleset = solve(import_sampler(package)())
    edges = len(EDGES.split())
    ((sample, energy),) = sampleset.truncate(1, sorted_by="energy").data(["sample", "energy"])
    cut = (edges - energy) / 2
    groups = [
        "".join(sorted(name for name, spin in sample.items() if spin == side)) for side in (1, -1)
    ]
    print(f"{package}: {len(sampleset)} reads, cut {cut:g} of {edges} edges: {' | '.join(groups)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
