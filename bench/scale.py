"""Time and memory of the model against the size of a problem, from a sparse matrix to samples.

    python bench/scale.py
    python bench/scale.py --pbits 1000 1000000 --degree 20 --sweeps 20 --plot scale.png

Problems are random graphs with couplings of +-1, given as a SciPy sparse matrix. Each size runs in
a process of its own, so that its peak of memory is its own. All times are of the CPU: what stands
before the first sweep (problem, compilation, loading), the sweeps, and what follows them (samples,
energies). Needs the extra `test`, for SciPy.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import scipy.sparse

from glauber.host import GlauberSampler, as_problem

# Below so many p-bits there are more sweeps, or they would take no time.
FEW = 100_000


@dataclass(frozen=True)
class Figures:
    """What one size took: seconds of the CPU, and GB at the peak."""

    pbits: int
    couplings: int
    reads: int
    sweeps: int
    colours: int
    before: float
    sweeping: float
    after: float
    memory: float

    @property
    def updates(self) -> int:
        return self.pbits * self.reads * self.sweeps

    @property
    def row(self) -> str:
        rate = self.updates / self.sweeping * 1e-9
        per_coupling = self.before / self.couplings * 1e6
        return (
            f"{self.pbits:>9,} {self.couplings:>11,} {self.colours:>7} {self.before:>9.2f} "
            f"{per_coupling:>10.2f} {self.sweeping:>9.2f} {rate:>10.3f} "
            f"{self.sweeping / self.sweeps / self.reads / self.couplings * 1e9:>12.3f} "
            f"{self.after:>8.2f} {self.memory:>8.2f}"
        )


HEADER = (
    "   p-bits   couplings colours  before s  us/coupl.  sweeps s updates/ns "
    "ns/coupl.upd.   after s  peak GB"
)


def random_matrix(pbits: int, degree: int) -> scipy.sparse.coo_array:
    """Couplings of +-1 between random pairs, each once; about `pbits * degree / 2`."""
    rng = np.random.default_rng(pbits)
    i, j = np.sort(rng.integers(0, pbits, (2, pbits * degree // 2)), axis=0)
    pairs = np.unique(i[i < j] * pbits + j[i < j])
    values = rng.choice([-1.0, 1.0], len(pairs))
    return scipy.sparse.coo_array((values, (pairs // pbits, pairs % pbits)), (pbits, pbits))


def measure(pbits: int, options: argparse.Namespace) -> Figures:
    """One size, in this process."""
    matrix = random_matrix(pbits, options.degree)
    sweeps = options.sweeps * max(1, FEW // pbits)
    with GlauberSampler(options.device) as sampler:
        small = as_problem(random_matrix(100, options.degree), "ising")
        sampler.sample(small.bqm, num_sweeps=1)  # compiles the kernel
        stamps = [time.process_time()]

        def stamp(_done: int, _planned: int) -> None:
            stamps.append(time.process_time())

        problem = as_problem(matrix, "ising")
        sampleset = sampler.sample(
            problem.bqm,
            num_reads=options.reads,
            num_sweeps=sweeps,
            seed=1,
            progress=stamp,  # first told when the run has begun, and last when it is over
        )
        end = time.process_time()
    begin, first, *_, last = stamps
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Figures(
        pbits,
        matrix.nnz,
        options.reads,
        sweeps,
        sampleset.info["colours"],
        first - begin,
        last - first,
        end - last,
        peak * 1024 / 1e9,
    )


def plot(rows: list[Figures], path: Path) -> None:
    """Time and memory against the number of p-bits, with lines of slope 1 to compare."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    times, memory = figure.subplots(1, 2)
    sizes = [row.pbits for row in rows]
    for name in ("before", "sweeping", "after"):
        times.loglog(sizes, [getattr(row, name) for row in rows], "o-", label=name)
    memory.loglog(sizes, [row.memory for row in rows], "o-", label="peak")
    for axes, largest in ((times, rows[-1].before), (memory, rows[-1].memory)):
        line = [largest * size / sizes[-1] for size in sizes]
        axes.loglog(sizes, line, "k:", label="in proportion")
        axes.set_xlabel("p-bits")
        axes.legend()
    times.set_ylabel("CPU time (s)")
    memory.set_ylabel("memory (GB)")
    figure.savefig(path)


def main() -> None:
    """Runs and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = [1_000, 10_000, 100_000, 1_000_000]
    parser.add_argument("--pbits", type=int, nargs="+", default=sizes)
    parser.add_argument("--degree", type=int, default=20, help="couplings of a p-bit")
    parser.add_argument("--device", default="model:?threads=1")
    parser.add_argument("--reads", type=int, default=64)
    parser.add_argument("--sweeps", type=int, default=10, help="of the largest problems")
    parser.add_argument("--plot", type=Path, help="a picture, by the ending of its name")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(asdict(measure(options.pbits[0], options))))
        return
    print(HEADER)
    rows = []
    for pbits in options.pbits:
        command = [sys.executable, __file__, "--one", "--pbits", str(pbits)]
        for name in ("degree", "device", "reads", "sweeps"):
            command += [f"--{name}", str(getattr(options, name))]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows.append(Figures(**json.loads(output)))
        print(rows[-1].row, flush=True)
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
