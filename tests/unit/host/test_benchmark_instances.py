import hashlib

import dimod
import numpy as np
import pytest

from glauber.host.benchmark.instance_files import read_data, read_file
from glauber.host.benchmark.instances import GENERATED, Instance, generate
from glauber.host.errors import FileFormatError, OptionError


def digest(bqm):
    terms = sorted((min(pair), max(pair), round(w, 9)) for pair, w in bqm.quadratic.items())
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:12]


# Best known energies belong to these couplings, and results to be compared over time as well.
DIGESTS = {
    "lattice2d": "19791b818fa2",
    "lattice3d": "1bfa5b7cb28f",
    "glass3d": "0e8ba27ed553",
    "regular3": "81a6f7adad46",
    "sk256": "df383239cc51",
    "rbm": "971a291cad74",
}


@pytest.mark.parametrize("name", GENERATED)
def test_an_instance_is_the_same_every_time(name):
    instance = generate(name)
    assert instance.name == name
    assert list(instance.bqm.variables) == list(range(instance.size))
    assert digest(instance.bqm) == DIGESTS[name]


@pytest.mark.parametrize(
    ("name", "degree"), [("lattice2d", 4), ("lattice3d", 6), ("glass3d", 6), ("regular3", 3)]
)
def test_degrees(name, degree):
    bqm = generate(name).bqm
    assert {bqm.degree(variable) for variable in bqm.variables} == {degree}


@pytest.mark.parametrize("name", ["lattice2d", "lattice3d", "glass3d"])
def test_forward_couplings_are_those_of_the_model(name):
    instance = generate(name)
    assert instance.forward is not None
    shape = instance.forward.shape[:-1]
    sites = np.arange(instance.size).reshape(shape)
    for axis in range(len(shape)):
        for site, other, coupling in zip(
            sites.ravel(),
            np.roll(sites, -1, axis).ravel(),
            instance.forward[..., axis].ravel(),
            strict=True,
        ):
            assert instance.bqm.get_quadratic(site, other) == coupling


def test_an_instance_that_there_is_not():
    with pytest.raises(OptionError, match="there is no instance 'ring'; choose among lattice2d, l"):
        generate("ring")


def test_scale_and_energies():
    bqm = dimod.BinaryQuadraticModel.from_ising({0: 3.0}, {(0, 1): 2.0, (1, 2): 1.0})
    instance = Instance("chain", bqm)
    # Squares of fields: 9 + 4, 4 + 1 and 1 of three spins.
    assert instance.field_scale == pytest.approx((19 / 3) ** 0.5)
    samples = np.array([[1, 1, 1], [-1, 1, -1]], np.int8)
    assert instance.energies(samples).tolist() == [6.0, -6.0]
    low, high = instance.beta_range
    assert 0 < low < high


def test_a_file_of_any_labels_and_type(tmp_path):
    path = tmp_path / "p.txt"
    path.write_text("3 2\n1 2 1\n2 3 -1\n")
    instance = read_file(str(path), "ising", -2.0)
    assert (instance.name, instance.target, instance.best) == ("p", -2.0, None)
    assert instance.bqm.quadratic == {(0, 1): -1.0, (1, 2): 1.0}


@pytest.fixture
def data(tmp_path):
    (tmp_path / "maxcut").mkdir()
    (tmp_path / "spinglass").mkdir()
    (tmp_path / "maxcut" / "best_known.csv").write_text(
        "instance,vertices,edges,best_known_cut\nK,3,3,2\nabsent,9,9,9\n"
    )
    (tmp_path / "maxcut" / "K.txt").write_text("3 3\n1 2 1\n2 3 1\n1 3 1\n")
    (tmp_path / "spinglass" / "ground_energies.csv").write_text(
        "instance,putative_ground_energy\nchain,-2\nlarge,-599\n"
    )
    (tmp_path / "spinglass" / "chain.txt").write_text("3 2\n1 2 1\n2 3 -1\n")
    edges = "".join(f"{i} {i + 1} 1\n" for i in range(1, 600))
    (tmp_path / "spinglass" / "large.txt").write_text("600 599\n" + edges)
    return tmp_path


def test_a_folder_of_data(data):
    triangle, chain, large = read_data(data)
    # A cut of 2 of a total weight of 3 has the energy 3 - 2 * 2.
    assert (triangle.name, triangle.best, triangle.target) == ("K", -1.0, -1.0)
    assert (chain.name, chain.best, chain.target) == ("chain", -2.0, -2.0)
    assert (large.name, large.best, large.target) == ("large", -599.0, None)
    assert chain.energies(np.array([[1, 1, -1]], np.int8)) == [-2.0]


def test_a_cut_within_a_thousandth_is_the_target(data):
    (data / "maxcut" / "best_known.csv").write_text("instance,best_known_cut\nK,2500\n")
    # 0.999 * 2,500 = 2,497.5, so a cut of 2,498.
    assert read_data(data)[0].target == 3 - 2 * 2498


def test_a_folder_without_data(tmp_path):
    with pytest.raises(OptionError, match="has neither maxcut/best_known"):
        read_data(tmp_path)


@pytest.mark.parametrize("row", ["K,much", "K"])
def test_a_table_that_is_none(data, row):
    (data / "maxcut" / "best_known.csv").write_text(f"instance,best_known_cut\n{row}\n")
    with pytest.raises(FileFormatError, match="must have the columns instance and best_known_cut"):
        read_data(data)
