import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.host.cli import main
from glauber.host.errors import (
    DeviceAbsentError,
    DeviceError,
    DeviceSilentError,
    NoiseFailureError,
)

CUTOFFS = {"repetition count": 81, "adaptive proportion": 865, "transition count": 865}


@dataclass(frozen=True)
class Health:
    ready: bool = True
    alarms: tuple[str, ...] = ()
    samples: int = 70000
    longest_run: int = 17
    most_frequent: int = 560
    transitions: int = 503
    words: int = 273
    cutoffs: dict[str, int] = field(default_factory=lambda: dict(CUTOFFS))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"alarms": list(self.alarms)}


class FakeNoise:
    def __init__(self, report: Health) -> None:
        self.report = report
        self.source: Callable[[int], np.ndarray] = fair
        self.asked: list[int] = []

    def raw_bits(self, count, progress):
        self.asked.append(count)
        bits = self.source(count)
        progress(count, count)
        return bits

    def health(self):
        return self.report

    def check(self):
        if self.report.alarms:
            tests = ", ".join(self.report.alarms)
            raise NoiseFailureError(
                f"the noise of fake: failed a test: {tests}; reset the device, and do not use it "
                "if it fails again"
            )

    def await_start_up(self):
        self.check()

    def restart(self):
        self.report = Health()


class FakeDevice:
    """What `glauber noise` uses of a device."""

    name = "fake:"

    def __init__(self, rings=16, clock_hz=0, simulation=True, report=None) -> None:
        self.params = MachineParams(lanes=2, replicas=4, draws=4, rings=rings)
        self.clock_hz = clock_hz
        self.simulation = simulation
        self.noise = FakeNoise(report or Health())
        self.open = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.open = False


def fair(count):
    return np.random.default_rng(1).integers(0, 2, count, dtype=np.uint8)


def periodic(count):
    return np.resize(fair(60), count)


def gap(count):
    raise DeviceError(f"the device went on before {count} bits were read; ask for fewer")


@pytest.fixture
def use(monkeypatch):
    """Makes the device that the command opens."""

    def use(**settings):
        device = FakeDevice(**settings)
        monkeypatch.setattr("glauber.host.device.Device", lambda _: device)
        return device

    return use


def run(capsys, *arguments):
    """Exit code, standard output and standard error of `glauber noise`."""
    code = main(["noise", *(str(argument) for argument in arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def assert_fails(capsys, code, text, *arguments):
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert err.startswith("glauber: ")
    assert text in err
    assert err.count("\n") == 1


def test_text(use, capsys):
    device = use()
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    assert device.noise.asked == [65536]
    assert not device.open
    for line in (
        "noise of fake:",
        "  generators    2 of xoroshiro64",
        "  rings         16 rings, sampled every 4096 clocks, simulated jitter model",
        "  start-up      passed",
        "  samples       70000 tested; 273 words made of them",
        "  test                     count   alarm at",
        "  repetition count            17         81   ok",
        "  adaptive proportion        560        865   ok",
        "  transition count           503        865   ok",
        "  min-entropy per raw bit, estimated from 65536 (SP 800-90B, 6.3)",
    ):
        assert line in out.splitlines()
    assert "\n  most common value        0.9" in out
    assert "\n  minimum                  0.8" in out
    assert "   not below the claim of 0.5, which rests on a model of the jitter\n" in out


def test_hardware_with_a_known_clock(use, capsys):
    use(clock_hz=50_000_000, simulation=False)
    _, out, _ = run(capsys)
    assert "16 rings, sampled every 4096 clocks, 12,207 times a second\n" in out
    assert "simulated" not in out


def test_a_start_up_test_that_has_not_passed(use, capsys):
    use(report=Health(ready=False))
    assert "  start-up      not passed\n" in run(capsys)[1]


def test_json(use, capsys):
    use(clock_hz=4_096_000)
    code, out, err = run(capsys, "--json", "--bits", 2000)
    assert (code, err, out.count("\n")) == (0, "", 1)
    report = json.loads(out)
    estimates = report.pop("estimates")
    assert report == {
        "device": "fake:",
        "simulation": True,
        "source": "xoroshiro64",
        "generators": 2,
        "rings": 16,
        "ring_divider": 4096,
        "samples_per_second": 1000,
        "health": Health().as_dict(),
        "bits": 2000,
        "claim": 0.5,
    }
    assert estimates["minimum"] == min(estimates.values()) > 0.3
    assert len(estimates) == 6


def test_bits_that_are_worse_than_claimed(use, capsys):
    use().noise.source = periodic
    code, out, err = run(capsys)
    assert (code, err) == (0, "")  # a failure is what the device finds
    assert "\n  minimum                  0.000   below the claim of 0.5, which" in out


def test_output_and_plot(use, capsys, tmp_path):
    use()
    output, plot = tmp_path / "OUT.NPZ", tmp_path / "out.png"
    options = ["--bits", 1024, "--output", output, "--plot", plot, "--json"]
    report = json.loads(run(capsys, *options)[1])
    with np.load(output) as found:
        assert found["bits"].dtype == np.uint8
        assert np.array_equal(found["bits"], fair(1024))
        assert {name: found[name] for name in report["estimates"]} == report["estimates"]
        assert json.loads(str(found["report"])) == report
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_an_alarm_is_told_after_the_report(use, capsys, tmp_path, json_option):
    use(report=Health(alarms=("transition count", "start-up"), ready=False, transitions=1023))
    output = tmp_path / "raw.npz"
    code, out, err = run(capsys, "--output", output, *json_option)
    assert code == 1
    assert err == (
        "glauber: the noise of fake: failed a test: transition count, start-up; reset the device, "
        "and do not use it if it fails again\n"
    )
    assert output.exists()  # to be looked at
    if json_option:
        assert json.loads(out)["health"]["alarms"] == ["transition count", "start-up"]
    else:
        assert "  transition count          1023        865   FAILED\n" in out
        assert "  repetition count            17         81   ok\n" in out
        assert f"  {'start-up':<41}   FAILED\n" in out
        assert "  minimum " in out


def test_counters_are_shown_if_there_are_no_bits(use, capsys, tmp_path):
    use(report=Health(alarms=("repetition count",), longest_run=900)).noise.source = gap
    files = ["--output", tmp_path / "x.npz", "--plot", tmp_path / "x.png"]
    code, out, err = run(capsys, *files)
    assert code == 1
    assert err == "glauber: the device went on before 65536 bits were read; ask for fewer\n"
    assert "  repetition count           900         81   FAILED\n" in out
    assert "min-entropy" not in out
    assert not list(tmp_path.iterdir())
    report = json.loads(run(capsys, "--json")[1])
    assert report["bits"] is report["estimates"] is None


def test_a_device_that_falls_silent(use, capsys, monkeypatch):
    def silent():
        raise DeviceSilentError("it says nothing; plug it in")

    device = use()
    device.noise.source = gap
    monkeypatch.setattr(device.noise, "health", silent)
    assert_fails(capsys, 1, "it says nothing; plug it in")


def test_a_device_that_is_absent(capsys, monkeypatch):
    def absent(url):
        raise DeviceAbsentError(f"there is no {url}")

    monkeypatch.setattr("glauber.host.device.Device", absent)
    assert_fails(capsys, 1, "there is no serial:/dev/x", "--device", "serial:/dev/x")
    assert_fails(capsys, 1, "there is no model:")


def test_an_image_without_rings(use, capsys):
    device = use(rings=0, report=Health(cutoffs={}))
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    assert out == (
        "noise of fake:\n"
        "  generators    2 of xoroshiro64\n"
        "  rings         none: the image has no physical source, the host seeds the generators\n"
        "  health        sound\n"
    )
    assert device.noise.asked == []
    report = json.loads(run(capsys, "--json")[1])
    assert report["rings"] == 0
    for key in ("ring_divider", "samples_per_second", "bits", "claim", "estimates"):
        assert report[key] is None


def test_generators_that_fail_without_rings(use, capsys):
    use(rings=0, report=Health(alarms=("liveness",), cutoffs={}))
    code, out, err = run(capsys)
    assert code == 1
    assert "  health        failed: liveness\n" in out
    assert "the noise of fake: failed a test: liveness; reset the device" in err


@pytest.mark.parametrize(
    ("option", "value"), [("--bits", "2000"), ("--output", "x.npz"), ("--plot", "x.png")]
)
def test_raw_bits_of_an_image_without_rings(use, capsys, option, value):
    use(rings=0)
    text = (
        f"{option} needs raw bits, and the image of fake: has no ring oscillators; leave it out, "
        "or use a device that has some, such as model:?rings=16"
    )
    assert_fails(capsys, 2, text, option, value)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--bits", 1023], "--bits is 1023; it must be 1024 or more"),
        (["--bits", 0], "--bits is 0; it must be 1024 or more"),
        (["--bits", 2**26 + 1], "--bits is 67108865; it must be 67108864 or less"),
        (["--bits", "many"], "argument --bits: invalid int value: 'many'; `glauber noise --help`"),
        (["--output", "x.txt"], "--output is x.txt; the name must end in .npz"),
        (["--plot", "x.txt"], "--plot is x.txt; the name must end in .png or .pdf or .svg"),
        (["--output", "no/x.npz"], "--output is no/x.npz, but there is no folder no; create it"),
    ],
)
def test_refuses_before_it_opens_the_device(use, capsys, arguments, text):
    device = use()
    device.open = False
    assert_fails(capsys, 2, text, *arguments)
    assert device.noise.asked == []


@pytest.mark.parametrize("option", ["--output", "--plot"])
def test_a_disk_that_fills_up(use, capsys, monkeypatch, tmp_path, option):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    use()
    name = tmp_path / ("x.npz" if option == "--output" else "x.png")
    monkeypatch.setattr("numpy.savez_compressed", fail)
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)
    text = f"cannot write {name}: No space left on device; choose another place"
    assert_fails(capsys, 4, text, option, name)


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        main(["noise", "--help"])
    out = capsys.readouterr().out
    assert "glauber noise --device 'model:?ring_fault=biased' --plot broken.png\n" in out
    assert "default: 65536" in out


def test_restart_clears_what_failed(use, capsys):
    device = use(report=Health(alarms=("repetition count",), ready=False))
    code, out, err = run(capsys, "--restart", "--bits", 1024)
    assert (code, err) == (0, "")
    assert "  start-up      passed\n" in out
    assert device.noise.report.alarms == ()


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        ("stuck1", "repetition count"),
        ("biased", "adaptive proportion"),
        ("alternating", "transition count"),
    ],
)
def test_simulated_rings_that_are_broken(capsys, fault, test):
    url = f"model:?ring_fault={fault}&ring_seed=1"
    code, out, err = run(capsys, "--device", url, "--bits", 4096)
    assert code == 1
    assert f"the ring oscillators of {url} failed a health test: " in err
    assert test in err
    assert [line for line in out.splitlines() if test in line and line.endswith("FAILED")]
    assert "below the claim of 0.5" in out


def test_simulated_rings_that_are_sound(capsys):
    code, out, err = run(capsys, "--device", "model:?ring_seed=1", "--bits", 8192)
    assert (code, err) == (0, "")
    assert "simulated jitter model" in out
    assert "start-up      passed" in out


@pytest.mark.parametrize("command", [["solve"], ["sample", "--beta", "1"]])
def test_who_samples_with_broken_rings_is_told(capsys, tmp_path, command):
    problem = tmp_path / "edge.txt"
    problem.write_text("2 1\n1 2 1\n")
    url = "model:?ring_fault=stuck0&ring_seed=1"
    assert main([*command, str(problem), "--device", url]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"glauber: the ring oscillators of {url} failed a health test: ")
    assert "repetition count" in err


def test_reseeds_are_reported(capsys, tmp_path):
    problem = tmp_path / "edge.txt"
    problem.write_text("2 1\n1 2 1\n")
    options = ["--reseed-interval", "400", "--num-reads", "64", "--json", "--seed", "1"]
    assert main(["solve", str(problem), "--device", "model:?ring_seed=1", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["reseed_interval"] == 400
    assert len(report["reseed_words"]) == 2
    assert report["rings"] == 16
