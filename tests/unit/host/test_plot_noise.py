import numpy as np
import pytest

from glauber.host.entropy import estimate
from glauber.host.errors import EnvironmentMissingError
from glauber.host.plot_noise import autocorrelation, plot_noise, run_lengths


def fair(count):
    return np.random.default_rng(1).integers(0, 2, count, dtype=np.uint8)


def test_run_lengths():
    bits = np.array([0, 0, 1, 0, 1, 1, 1, 1, 0], np.uint8)
    assert run_lengths(bits).tolist() == [0, 3, 1, 0, 1]
    assert run_lengths(np.ones(4, np.uint8)).tolist() == [0, 0, 0, 0, 1]


def test_run_lengths_of_fair_bits_are_geometric():
    counts = run_lengths(fair(1_000_000))
    lengths = np.arange(1, 11)
    assert counts[1:11] == pytest.approx(1_000_000 / 2.0 ** (lengths + 1), rel=0.1)


def test_autocorrelation():
    alternating = np.arange(10_000, dtype=np.uint8) % 2
    assert autocorrelation(alternating, 3) == pytest.approx([-1, 1, -1], abs=0.001)
    assert autocorrelation(np.zeros(1024, np.uint8)).tolist() == [0] * 64
    assert np.abs(autocorrelation(fair(100_000))).max() < 4 / 100_000**0.5


@pytest.mark.parametrize(
    "bits", [fair(65536), fair(1500), np.ones(1024, np.uint8)], ids=["fair", "few", "constant"]
)
@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_picture(tmp_path, bits, suffix):
    path = tmp_path / f"noise{suffix}"
    plot_noise(path, bits, estimate(bits), 0.5, r"a$\frac$b: raw bits")
    assert path.stat().st_size > 10_000


def test_a_picture_says_what_it_shows(tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr(
        "matplotlib.figure.Figure.savefig", lambda self, *_, **__: figures.append(self)
    )
    bits = fair(2000)
    plot_noise(tmp_path / "noise.png", bits, estimate(bits), 0.5, "fake: 2000 raw bits")
    (figure,) = figures
    assert figure.get_suptitle() == "fake: 2000 raw bits"
    assert [axes.get_title() for axes in figure.axes] == [
        "The first 2000 bits, line by line (1 is white)",
        "Runs of equal bits",
        "Autocorrelation",
        "Estimates of SP 800-90B",
    ]
    assert all(axes.get_xlabel() for axes in figure.axes)
    assert all(axes.get_ylabel() for axes in figure.axes[:3])


def test_a_picture_that_cannot_be_written(tmp_path):
    bits = fair(1024)
    with pytest.raises(EnvironmentMissingError, match=r"cannot write .*no.x\.png: No such file or"):
        plot_noise(tmp_path / "no" / "x.png", bits, estimate(bits), 0.5, "raw bits")
