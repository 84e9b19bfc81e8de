"""Clock cycles per second of the simulated gates, and what that means in spin updates.

python bench/rtl_clocks.py
python bench/rtl_clocks.py --device 'rtl:?lanes=8&replicas=16'
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
    parser.add_argument("--device", default="rtl:")
    parser.add_argument("--side", type=int, default=16, help="of a square +-1 spin glass")
    parser.add_argument("--sweeps", type=int, default=2000)
    options = parser.parse_args()
    side = options.side
    bqm = dimod.BinaryQuadraticModel("SPIN")
    for row in range(side):
        for column in range(side):
            sign = 1 if (row * column) % 3 else -1
            bqm.add_quadratic((row, column), (row, (column + 1) % side), sign)
            bqm.add_quadratic((row, column), ((row + 1) % side, column), -sign)
    with GlauberSampler(options.device) as sampler:
        transport = sampler.device.link.transport
        assert isinstance(transport, RtlTransport)
        cycles, cpu = transport.simulation.cycles, time.process_time()
        info = sampler.sample(
            bqm,
            num_reads=sampler.device.params.replicas,
            num_sweeps=options.sweeps,
            seed=1,
        ).info
        cycles, cpu = transport.simulation.cycles - cycles, time.process_time() - cpu
    print(
        f"{options.device}: {cycles} clocks in {info['seconds']:.2f} s, "
        f"{cycles / info['seconds']:.0f} per second, {cycles / cpu:.0f} per CPU second; "
        f"{info['spin_updates'] / info['seconds']:.3g} spin updates per second"
    )


if __name__ == "__main__":
    main()
