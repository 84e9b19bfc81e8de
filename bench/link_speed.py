"""Round trips and bytes of states per second through the whole host, on every way to a device.

Those of `model:` are of the host's own side, for it answers at once; served, host and device share
this process. A second is one of the clock, a CPU second one of work, for a computer that is busy.

python bench/link_speed.py
python bench/link_speed.py --device serial:/dev/ttyUSB1
"""

import argparse
import time
from collections.abc import Callable, Iterator

from glauber.hdl.facts.registers import Register
from glauber.host.device import Device
from glauber.host.transports import open_transport
from glauber.sim.rtl import VirtualBoard

MODEL = "model:?replicas=8&pbits=2048&slots=8192&rows=1024&steps=2048&burst_words=256"
RTL = "rtl:"
LINE = "{:32} {:>9,.0f} {:>11,.0f} {:>9.3f} {:>9.3f} {:>9.3f} {:>9.3f}"
HEADS = ("trips/s", "trips/CPU s", "rd MB/s", "rd/CPU s", "wr MB/s", "wr/CPU s")


def rates(action: Callable[[], object], seconds: float) -> tuple[float, float]:
    """How often a second, and a CPU second, `action` can be done."""
    action()
    count, begin, cpu = 0, time.perf_counter(), time.process_time()
    while (passed := time.perf_counter() - begin) < seconds or not count:
        action()
        count += 1
    return count / passed, count / max(time.process_time() - cpu, 1e-9)


def measure(url: str, seconds: float) -> str:
    """One line of the table."""
    with Device(url) as device:
        states = device.read_states()
        size = states.size / 8e6
        trips = rates(lambda: device.link.read_word(Register.STATUS), seconds)
        reads = rates(device.read_states, seconds)
        writes = rates(lambda: device.write_states(states), seconds)
    name = url.partition("?")[0]
    return LINE.format(name, *trips, *(size * rate for rate in (*reads, *writes)))


def devices() -> Iterator[tuple[str, str]]:
    """What each line is of, and its URL."""
    for name, url, scale in (("model", MODEL, 1), ("gates", RTL, 20)):
        yield name, url
        transport = open_transport(url)
        with VirtualBoard(transport) as board:
            yield f"served {name}", f"socket://127.0.0.1:{board.port}?time_scale={scale}"
            if board.pty_path:
                yield f"served {name}", f"serial:{board.pty_path}?time_scale={scale}"
        transport.close()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", action="append", help="instead of all simulated ones")
    parser.add_argument("--seconds", type=float, default=1.0, help="per measurement")
    options = parser.parse_args()
    print(f"{'device':32} {HEADS[0]:>9} {HEADS[1]:>11}", *(f"{head:>9}" for head in HEADS[2:]))
    given = [("", url) for url in options.device] if options.device else devices()
    for name, url in given:
        print(f"{measure(url, options.seconds)}  {name}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
