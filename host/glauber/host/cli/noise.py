"""`glauber noise`: look at the source of randomness."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DeviceError, OptionError
from .common import check_output, print_json, save_arrays

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for NumPy.
    import numpy as np
    from numpy.typing import NDArray

    from ..device import Device
    from ..entropy import Estimates
    from ..noise import HealthReport

__all__ = ["add_parser"]

BITS_DEFAULT = 1 << 16
BITS_MAX = 1 << 26  # a minute and 2 GB of memory to estimate

_EPILOG = """\
The image of a device may hold ring oscillators, whose jitter is sampled to raw bits. This shows
what the tests in the device found of them, and estimates of their min-entropy by NIST SP 800-90B,
which are lower for fewer bits. An estimate below the claim speaks against the source. One above it
does not prove the claim: rings without any jitter, sampled together, look random too.

Exit code 1 if a test in the device has failed. Such a device runs nothing until --restart clears
the failures, begins the tests anew and waits for them to pass.

Examples:
  glauber noise
  glauber noise --device 'model:?ring_fault=biased' --plot broken.png
  glauber noise --device serial:/dev/ttyUSB1 --restart
  glauber noise --device serial:/dev/ttyUSB1 --bits 1000000 --output raw.npz --plot raw.png
"""

# By the name of a test, the counter of `HealthReport` that it watches.
_COUNTERS = {
    "repetition count": "longest_run",
    "adaptive proportion": "most_frequent",
    "transition count": "transitions",
}


def add_parser(commands: Any) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "noise",
        help="look at the source of randomness",
        description="Reports on the noise source of a device: its kind, health and entropy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--device", default="model:", metavar="URL", help="default: model:")
    parser.add_argument(
        "--bits", type=int, metavar="N", help=f"raw bits to read (default: {BITS_DEFAULT})"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.npz", help="write the raw bits and figures here"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the raw bits")
    parser.add_argument(
        "--restart", action="store_true", help="first clear failures and begin the tests anew"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Carries out the command."""
    from glauber.hdl.facts.health import CLAIM

    # Here, because `--help` must not wait for NumPy.
    from ..device import Device
    from ..entropy import estimate
    from ..plot_noise import plot_noise
    from ..plots import PLOT_SUFFIXES

    _check_bits(options.bits)
    check_output(options.output, (".npz",), "--output")
    check_output(options.plot, PLOT_SUFFIXES, "--plot")
    bits, failure = None, None
    with Device(options.device) as device:
        if options.restart:
            device.noise.restart()
        if device.params.rings:
            bits, failure = _read(device, options.bits or BITS_DEFAULT)
        else:
            _refuse_bits(options, device.name)
            failure = _failure(device)
        report = _describe(device, device.noise.health())
    estimates = None if bits is None else estimate(bits)
    report |= {
        "bits": None if bits is None else len(bits),
        "claim": CLAIM if report["rings"] else None,
        "estimates": None if estimates is None else estimates.as_dict(),
    }
    if bits is not None and estimates is not None:
        if options.output:
            _save(options.output, bits, estimates, report)
        if options.plot:
            title = f"{len(bits)} raw bits of {_rings(report)}, on {report['device']}"
            plot_noise(options.plot, bits, estimates, CLAIM, title)
    if options.json:
        print_json(report)
    else:
        print(_text(report))
    if failure is not None:
        raise failure


def _check_bits(bits: int | None) -> None:
    from ..entropy import MIN_BITS
    from ..options import whole_number

    if bits is not None and whole_number("--bits", bits, MIN_BITS) > BITS_MAX:
        raise OptionError(f"--bits is {bits}; it must be {BITS_MAX} or less")


def _refuse_bits(options: argparse.Namespace, name: str) -> None:
    for option in ("bits", "output", "plot"):
        if getattr(options, option) is not None:
            raise OptionError(
                f"--{option} needs raw bits, and the image of {name} has no ring oscillators; "
                "leave it out, or use a device that has some, such as model:?rings=16"
            )


def _read(device: "Device", count: int) -> tuple["NDArray[np.uint8] | None", DeviceError | None]:
    """Raw bits, or the error of the device: what its tests counted is to be shown nevertheless."""
    from ..progress import show_progress

    try:
        with show_progress("reading raw bits", "bit") as show:
            bits = device.noise.raw_bits(count, progress=show)
    except DeviceError as error:
        return None, error
    try:
        device.noise.await_start_up()
    except DeviceError as error:
        return bits, error
    return bits, None


def _failure(device: "Device") -> DeviceError | None:
    try:
        device.noise.check()
    except DeviceError as error:
        return error
    return None


def _describe(device: "Device", health: "HealthReport") -> dict[str, Any]:
    """What there is to know without raw bits, ready for JSON."""
    params, clock = device.params, device.clock_hz
    rings = params.rings
    return {
        "device": device.name,
        "simulation": device.simulation,
        "source": params.source.name.lower(),
        "generators": params.generators,
        "rings": rings,
        "ring_divider": params.ring_divider if rings else None,
        "samples_per_second": clock / params.ring_divider if rings and clock else None,
        "health": health.as_dict(),
    }


def _save(
    path: Path, bits: "NDArray[np.uint8]", estimates: "Estimates", report: dict[str, Any]
) -> None:
    """Writes the raw bits, each estimate by its name, and the whole report as a JSON text."""
    save_arrays(path, bits=bits, report=json.dumps(report), **estimates.as_dict())


def _rings(report: dict[str, Any]) -> str:
    rate = report["samples_per_second"]
    return (
        f"{report['rings']} rings, sampled every {report['ring_divider']} clocks"
        + (f", {rate:,.0f} times a second" if rate else "")
        + (", simulated jitter model" if report["simulation"] else "")
    )


def _text(report: dict[str, Any]) -> str:
    health = report["health"]
    alarms = health["alarms"]
    lines = [
        f"noise of {report['device']}",
        f"  generators    {report['generators']} of {report['source']}",
    ]
    if not report["rings"]:
        lines += [
            "  rings         none: the image has no physical source, the host seeds the generators",
            f"  health        {'failed: ' + ', '.join(alarms) if alarms else 'sound'}",
        ]
        return "\n".join(lines)
    lines += [
        f"  rings         {_rings(report)}",
        f"  start-up      {'passed' if health['ready'] else 'not passed'}",
        f"  samples       {health['samples']} tested; {health['words']} words made of them",
        "",
        "  test                     count   alarm at",
        *(_test(name, health) for name in dict.fromkeys([*health["cutoffs"], *alarms])),
    ]
    if report["estimates"]:
        lines += [
            "",
            f"  min-entropy per raw bit, estimated from {report['bits']} (SP 800-90B, 6.3)",
            *_figures(report["estimates"], report["claim"]),
        ]
    return "\n".join(lines)


def _test(name: str, health: dict[str, Any]) -> str:
    count = health[_COUNTERS[name]] if name in _COUNTERS else ""
    cutoff = health["cutoffs"].get(name, "")
    verdict = "FAILED" if name in health["alarms"] else "ok"
    return f"  {name:<20} {count:>9} {cutoff:>10}   {verdict}"


def _figures(estimates: dict[str, float], claim: float) -> list[str]:
    from ..entropy import LABELS

    lines = [f"  {LABELS[name]:<24} {value:.3f}" for name, value in estimates.items()]
    verdict = "below" if estimates["minimum"] < claim else "not below"
    lines[-1] += f"   {verdict} the claim of {claim:g}, which rests on a model of the jitter"
    return lines
