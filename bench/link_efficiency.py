"""How much of a line is payload, and how fast the host's side of a link is.

The first comes from the bytes that pass when states of 1,000 p-bits are read from the simulated
gates, and streamed while they run; the second from the model, which answers at once.

python bench/link_efficiency.py
"""

import argparse
import time

import dimod

from glauber.hdl.facts.registers import Register
from glauber.host import GlauberSampler
from glauber.host.device import Device

PBITS = 1000
FEW, MANY = 20, 120  # samples of a read
LINE = "{}: {:,} bytes of states in {:,} bytes to the host ({:.1%}), {:,} bytes of requests"


def efficiency(url: str) -> str:
    """Bytes of states, and of the line, of one read of all replicas."""
    with Device(url) as device:
        link = device.link
        bytes_in, bytes_out = link.bytes_in, link.bytes_out
        payload = device.read_states(PBITS).size // 8
        arrived = link.bytes_in - bytes_in
        return LINE.format(url, payload, arrived, payload / arrived, link.bytes_out - bytes_out)


def streamed(url: str) -> str:
    """Bytes of samples, and of the line with all that is asked meanwhile.

    Two calls that differ in the number of samples alone: what they have in common is left out.
    """
    ring = dimod.BinaryQuadraticModel.from_ising(
        {}, {(i, (i + 1) % PBITS): 1 for i in range(PBITS)}
    )
    with GlauberSampler(url) as sampler:
        replicas = sampler.device.params.replicas
        few, many = (
            sampler.sample(
                ring, beta=0.5, num_sweeps=1, num_reads=replicas, samples_per_read=samples, seed=1
            ).info["link"]
            for samples in (FEW, MANY)
        )
    payload = (MANY - FEW) * PBITS * replicas // 8
    arrived = many["bytes_in"] - few["bytes_in"]
    requests = many["bytes_out"] - few["bytes_out"]
    return "a stream, " + LINE.format(url, payload, arrived, payload / arrived, requests)


def speed(url: str, seconds: float) -> str:
    """Round trips and bytes per second through the host's side."""
    with Device(url) as device:
        trips, begin = 0, time.perf_counter()
        while (passed := time.perf_counter() - begin) < seconds:
            device.link.read_word(Register.STATUS)
            trips += 1
        trip_rate = trips / passed
        payload, begin = 0, time.perf_counter()
        while (passed := time.perf_counter() - begin) < seconds:
            payload += device.read_states().size // 8
        return f"{url}: {trip_rate:,.0f} round trips, {payload / passed / 1e6:.1f} MB per second"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="per measurement")
    options = parser.parse_args()
    for burst_words in (64, 256):
        url = f"rtl:?pbits=1024&burst_words={burst_words}"
        print(efficiency(url), streamed(url), sep="\n", flush=True)
    for burst_words in (64, 256, 4096):
        print(speed(f"model:?pbits=16384&burst_words={burst_words}", options.seconds))


if __name__ == "__main__":
    main()
