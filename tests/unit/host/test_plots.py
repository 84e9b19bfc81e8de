import sys
from pathlib import Path

import dimod
import numpy as np
import pytest

from glauber.host import GlauberSampler
from glauber.host.errors import EnvironmentMissingError, OptionError
from glauber.host.plots import PLOT_KINDS, choose_kinds, plain_text, plot_samples

GRID = dimod.BQM(
    {},
    {(row * 3 + column, row * 3 + column + 1): -1 for row in range(3) for column in range(2)}
    | {(site, site + 3): -1 for site in range(6)},
    "SPIN",
)
GRAPH = dimod.BQM({"a": 0.5}, {"ab": 1, "bc": 1, "ca": 1}, "BINARY")
LARGE = dimod.BQM({}, {(node, (node + 7) % 101): 1 for node in range(101)}, "SPIN")


def drawn(monkeypatch, bqm, sampleset, **keywords):
    """The figure that would be written."""
    figures = []
    monkeypatch.setattr(
        "matplotlib.figure.Figure.savefig", lambda self, *_, **__: figures.append(self)
    )
    plot_samples(Path("unused"), bqm, sampleset, "a$\\frac$b", **keywords)
    (figure,) = figures
    return figure


def samples_of(bqm, **keywords):
    with GlauberSampler("model:?replicas=8") as sampler:
        return sampler.sample(bqm, num_reads=8, seed=1, num_sweeps=50, **keywords)


@pytest.mark.parametrize(
    ("bqm", "each", "kinds"),
    [
        (GRID, 1, ("energies", "lattice")),
        (GRID, 2, ("trace", "lattice")),
        (GRAPH, 1, ("energies", "cut")),
        (LARGE, 9, ("trace", "states")),
        (dimod.BQM({"a": 1.0}, {}, "SPIN"), 1, ("energies", "states")),
    ],
)
def test_what_suits_a_problem(bqm, each, kinds):
    assert choose_kinds(bqm, each) == kinds


@pytest.mark.parametrize("kind", PLOT_KINDS)
def test_a_kind_that_is_asked_for(kind):
    assert choose_kinds(GRID, 2, kind) == (kind,)


@pytest.mark.parametrize(
    ("bqm", "each", "kind", "text"),
    [
        (GRID, 1, "pie", "the kind of plot is 'pie'; it must be one of energies, trace, lattice, "),
        (GRID, 1, "trace", "a trace needs several samples of a read; use `glauber sample` with"),
        (GRAPH, 2, "lattice", "the problem is no square lattice: its variables must be counted ro"),
        (
            dimod.BQM(dict.fromkeys(range(401), 1.0), {}, "SPIN"),
            1,
            "cut",
            "the problem has 401 variables, a plot of the cut shows 400 or fewer; plot states",
        ),
    ],
)
def test_kinds_that_are_not_legal(bqm, each, kind, text):
    with pytest.raises(OptionError, match=text):
        choose_kinds(bqm, each, kind)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("bqm", [GRID, GRAPH, LARGE], ids=["grid", "graph", "large"])
def test_a_picture_is_written(tmp_path, bqm, suffix):
    sampleset = samples_of(bqm, beta=0.5, samples_per_read=3)
    path = tmp_path / f"x{suffix}"
    plot_samples(
        path,
        bqm,
        sampleset,
        "a$\\frac$b",
        kinds=choose_kinds(bqm, 3),
        samples_per_read=3,
        target=-3,
    )
    assert path.stat().st_size > 5000


def test_a_histogram_shows_all_energies(monkeypatch):
    sampleset = samples_of(GRID)
    figure = drawn(monkeypatch, GRID, sampleset, kinds=("energies",), target=-12)
    assert figure.get_suptitle() == r"a\$\frac\$b" == plain_text(r"a$\frac$b")
    (axes,) = figure.axes
    assert sum(bar.get_height() for bar in axes.patches) == 8
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "lowest -12",
        "target -12",
    ]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("energy", "samples")


def test_a_trace_shows_each_read(monkeypatch):
    sampleset = samples_of(GRID, beta=0.3, samples_per_read=5)
    figure = drawn(monkeypatch, GRID, sampleset, kinds=("trace",), samples_per_read=5, target=-12)
    (axes,) = figure.axes
    energies = sampleset.record.energy.reshape(8, 5)
    lines = [line.get_ydata() for line in axes.lines]
    assert np.array_equal(lines[:8], energies)
    assert lines[8] == pytest.approx(energies.mean(0))
    assert axes.get_title() == "energy of 8 reads, and the mean"


def test_a_lattice_is_a_picture_of_the_lowest_state(monkeypatch):
    sampleset = samples_of(GRID)
    (axes,) = drawn(monkeypatch, GRID, sampleset, kinds=("lattice",)).axes
    best = sampleset.first.sample
    pixels = np.asarray(axes.images[0].get_array())
    assert pixels.tolist() == [[best[row * 3 + column] for column in range(3)] for row in range(3)]
    assert axes.get_title() == "3 x 3 spins, energy -12"


def test_a_cut_tells_what_is_frustrated(monkeypatch):
    sampleset = samples_of(GRAPH)
    (axes,) = drawn(monkeypatch, GRAPH, sampleset, kinds=("cut",)).axes
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    # As spins, the three couplings of a triangle cannot all be satisfied.
    state = {name: 2 * value - 1 for name, value in sampleset.first.sample.items()}
    raised = sum(state[i] * state[j] > 0 for i, j in ("ab", "bc", "ca"))
    up = sum(value == 1 for value in state.values())
    assert texts == [
        f"{3 - raised} couplings satisfied",
        f"{raised} couplings frustrated",
        f"{up} at +1",
        f"{3 - up} at -1",
    ]
    assert 1 <= raised < 3 or up == 0


def test_a_matrix_has_the_lowest_states_on_top(monkeypatch):
    sampleset = samples_of(LARGE, beta=0.2, samples_per_read=40)
    (axes,) = drawn(monkeypatch, LARGE, sampleset, kinds=("states",)).axes
    pixels = np.asarray(axes.images[0].get_array())
    assert pixels.shape == (256, 101)
    order = np.argsort(sampleset.record.energy, kind="stable")[:256]
    columns = [sampleset.variables.index(name) for name in LARGE.variables]
    assert np.array_equal(pixels, sampleset.record.sample[order][:, columns])
    assert axes.get_title() == "the 256 lowest of 320 states"


def test_a_cut_needs_networkx(monkeypatch):
    sampleset = samples_of(GRAPH)
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(EnvironmentMissingError, match="drawing a cut needs networkx, which is not"):
        drawn(monkeypatch, GRAPH, sampleset, kinds=("cut",))


def test_a_picture_that_cannot_be_written(tmp_path):
    sampleset = samples_of(GRID)
    with pytest.raises(EnvironmentMissingError, match=r"cannot write .*no.x\.png: No such file or"):
        plot_samples(tmp_path / "no" / "x.png", GRID, sampleset, "title", kinds=("energies",))
