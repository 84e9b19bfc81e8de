"""Clock cycles per second of the simulated gates, and what that means in spin updates.

A CPU second is one of work, also on a computer that is busy; the host's share is in it.

python bench/rtl_clocks.py
python bench/rtl_clocks.py --device 'rtl:?lanes=8&replicas=16' --device 'rtl:?replicas=64'
"""

import argparse
import time

import dimod

from glauber.host import GlauberSampler
from glauber.sim.rtl import RtlTransport


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", action="append", help="by default `rtl:`")
    parser.add_argument("--side", type=int, default=16, help="of a square +-1 spin glass")
    parser.add_argument("--sweeps", type=int, default=2000)
    options = parser.parse_args()
    problem = spin_glass(options.side)
    for device in options.device or ["rtl:"]:
        print(measure(device, problem, options.sweeps), flush=True)


def spin_glass(side: int) -> dimod.BinaryQuadraticModel:
    """Couplings of +-1 on a square lattice that is closed to a torus."""
    bqm = dimod.BinaryQuadraticModel("SPIN")
    for row in range(side):
        for column in range(side):
            sign = 1 if (row * column) % 3 else -1
            bqm.add_quadratic((row, column), (row, (column + 1) % side), sign)
            bqm.add_quadratic((row, column), ((row + 1) % side, column), -sign)
    return bqm


def measure(device: str, problem: dimod.BinaryQuadraticModel, sweeps: int) -> str:
    """What one run of all replicas takes."""
    with GlauberSampler(device) as sampler:
        transport = sampler.device.link.transport
        assert isinstance(transport, RtlTransport)
        reads = sampler.device.params.replicas
        cycles, cpu = transport.simulation.cycles, time.process_time()
        info = sampler.sample(problem, num_reads=reads, num_sweeps=sweeps, seed=1).info
        cycles, cpu = transport.simulation.cycles - cycles, time.process_time() - cpu
    seconds, updates = info["seconds"], info["spin_updates"]
    return (
        f"{device}: {cycles} clocks in {seconds:.2f} s, "
        f"{cycles / seconds:.0f} per second, {cycles / cpu:.0f} per CPU second; "
        f"{updates / seconds:.3g} spin updates per second, {updates / cpu:.3g} per CPU second"
    )


if __name__ == "__main__":
    main()
