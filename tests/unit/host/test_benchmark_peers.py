import numpy as np
import pytest

from glauber.host.benchmark.instances import Instance, generate
from glauber.host.benchmark.peers import Setting, all_peers
from glauber.host.benchmark.peers.peer import FIGURES
from glauber.host.benchmark.run import choose_peers, describe_peers
from glauber.host.errors import EnvironmentMissingError, OptionError
from support.fake_peers import FakePeer

PEERS = all_peers()
GLASS = generate("glass3d")
GROUND = -378.0


def needs(peer):
    if not peer.is_there:
        pytest.skip(f"{peer.package} is not installed: {peer.install}")


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_a_peer_gives_samples_with_the_energies_that_it_should(peer):
    needs(peer)
    runner = peer.open(GLASS, 1)
    samples = runner.samples(runner.run(Setting(8, 100, (0.1, 2.0)), 1))
    if samples is None:
        assert peer.figures == {"speed"}
        return
    assert samples.shape == (8, 216)
    assert set(np.unique(samples)) == {-1, 1}
    energies = GLASS.energies(samples)
    # Far below 0, which random states have, and not all reads the same.
    assert energies.mean() < -260
    assert energies.min() >= GROUND
    assert len({sample.tobytes() for sample in samples}) > 1


@pytest.mark.parametrize(
    "name",
    ["glauber", "glauber-metropolis", "dwave-sa", "dwave-sa-gibbs", "openjij", "thrml"],
)
def test_biases_and_labels_reach_the_peer(name):
    needs(PEERS[name])
    import dimod

    fields = {variable: 1.0 if variable % 3 else -1.0 for variable in range(12)}
    bqm = dimod.BinaryQuadraticModel.from_ising(fields, {(0, 11): -0.5, (5, 3): -0.25})
    instance = Instance("fields", bqm)
    runner = PEERS[name].open(instance, 1)
    samples = runner.samples(runner.run(Setting(4, 200, (0.1, 8.0)), 3))
    assert samples is not None
    wanted = [-1 if variable % 3 else 1 for variable in range(12)]
    assert samples.tolist() == [wanted] * 4


def mean_energy(runner, setting):
    samples = runner.samples(runner.run(setting, 1))
    assert samples is not None
    return GLASS.energies(samples).mean()


def test_glauber_takes_part_by_both_rules():
    rules = {name: PEERS[name].rule for name in ("glauber", "glauber-metropolis")}
    assert rules == {"glauber": "heat bath", "glauber-metropolis": "Metropolis"}
    setting = Setting(64, 30, GLASS.beta_range)
    low, high = (
        mean_energy(PEERS[name].open(GLASS, 1), setting)
        for name in ("glauber-metropolis", "glauber")
    )
    assert low < high


def test_the_dense_way_of_openjij_reads_every_label_and_differs_from_read_to_read():
    needs(PEERS["openjij"])
    instance = generate("sk256")
    runner = PEERS["openjij"].open(instance, 1)
    assert type(runner).__name__ == "_DenseRunner"
    samples = runner.samples(runner.run(Setting(4, 100, (0.01, 0.3)), 1))
    assert samples is not None
    assert len({sample.tobytes() for sample in samples}) == 4
    assert instance.energies(samples).max() < -2500


def test_every_peer_says_what_it_does():
    for name, peer in PEERS.items():
        assert peer.name == name
        assert peer.rule
        assert peer.order
        assert peer.figures <= set(FIGURES)
        assert peer.efforts == tuple(sorted(peer.efforts))
    assert next(iter(PEERS)) == "glauber"


def test_what_peers_refuse():
    assert PEERS["peapods"].refuses(GLASS) is None
    assert PEERS["peapods"].refuses(generate("regular3")) == "it takes periodic lattices only"
    assert PEERS["thrml"].refuses(GLASS) is None
    assert PEERS["thrml"].refuses(generate("sk256")) == (
        "256 colours, of which each is compiled apart; at most 64"
    )
    assert PEERS["dwave-sa"].refuses(generate("sk256")) is None


def test_a_peer_that_is_not_installed_is_listed_with_how_to_install_it():
    absent = FakePeer("ghost", package="no-such-package", module="no_such_package.part")
    assert not absent.is_there
    peers = {"fake": FakePeer(), "ghost": absent}
    assert [peer.name for peer in choose_peers(peers, None)] == ["fake"]
    there, gone = describe_peers(peers)
    assert there["version"] == np.__version__
    assert there["install"] is None
    assert (gone["version"], gone["install"]) == (None, "pip install 'glauber[bench]'")
    with pytest.raises(
        EnvironmentMissingError,
        match=r"the peer ghost is not installed; run `pip install 'glauber\[bench\]'`, or leave",
    ):
        choose_peers(peers, ["ghost"])


def test_choosing_peers():
    peers = {name: FakePeer(name) for name in ("ours", "a", "b")}
    assert [peer.name for peer in choose_peers(peers, ["b", "ours"])] == ["ours", "b"]
    with pytest.raises(OptionError, match="there is no peer 'c'; choose among ours, a, b"):
        choose_peers(peers, ["c"])


@pytest.mark.parametrize("device", ["model:?replicas=8", "model:?lanes=2&threads=2"])
def test_the_model_gets_its_replicas_and_threads_from_the_benchmark(device):
    with pytest.raises(OptionError, match="the benchmark chooses the model's replicas and threads"):
        all_peers(device)


def test_a_device_that_is_elsewhere():
    assert all_peers("serial:/dev/x")["glauber"].remote
    assert not all_peers("model:?lanes=2")["glauber"].remote
    assert all_peers("serial:/dev/x")["glauber"].reads_tried == ()


def test_batches_are_further_reads_of_the_same_call():
    runner = PEERS["glauber"].open(GLASS, 1)
    settings = Setting(4, 10, GLASS.beta_range), Setting(4, 10, GLASS.beta_range, batches=3)
    one, three = (runner.samples(runner.run(setting, 1)) for setting in settings)
    assert one is not None
    assert three is not None
    assert len(three) == 12
    assert np.array_equal(three[:4], one)


def test_a_device_without_metropolis_says_so():
    runner = all_peers("model:?abilities=none")["glauber-metropolis"].open(GLASS, 1)
    with pytest.raises(OptionError, match="the rule of Metropolis needs the ability METROPOLIS"):
        runner.run(Setting(4, 10, GLASS.beta_range), 1)
