import math

import pytest

from glauber.host.benchmark.equal_time import measure_equal_time
from glauber.host.benchmark.peers import Setting
from glauber.host.benchmark.speed import measure_speed
from glauber.host.benchmark.target import measure_target
from glauber.host.benchmark.tuning import Cell, beta_ranges, run_for, tune
from support.fake_peers import FakeCall, FakePeer, make_pair

PAIR = make_pair()


def calls(*pairs):
    return {peer.name: (peer, call) for peer, call in pairs}


def test_speed_counts_updates_of_all_reads():
    # A read of one sweep of 2 spins takes 1 us, or 2 us: 2e-3 and 1e-3 updates per ns.
    found = measure_speed(
        PAIR,
        calls(
            (FakePeer("ours", reads=8), FakeCall(pace=1e-6)),
            (FakePeer("peer", reads=2), FakeCall(pace=2e-6, wall_factor=2)),
        ),
        sweeps=100,
        rounds=3,
        first_seed=1,
    )
    ours, peer = found
    assert ours["updates_per_ns_cpu"] == pytest.approx(2e-3)
    assert peer["updates_per_ns_cpu"] == pytest.approx(1e-3)
    assert peer["updates_per_ns_wall"] == pytest.approx(0.5e-3)
    assert (ours["ratio_cpu"], ours["ratio_wall"]) == (1.0, 1.0)
    assert peer["ratio_cpu"] == pytest.approx(2.0)
    assert peer["ratio_wall_low"] == pytest.approx(4.0) == peer["ratio_wall_high"]
    assert (ours["reads"], peer["reads"], peer["sweeps"], peer["rounds"]) == (8, 2, 100, 3)
    assert (ours["mean_energy"], ours["lowest_energy"], ours["memory_mb"]) == (0.0, -1.0, 5.0)


def test_speed_takes_turns_over_the_same_schedule():
    order = []

    class Noted(FakeCall):
        def __call__(self, setting, seed):
            order.append((self.pace, seed, setting))
            return super().__call__(setting, seed)

    pairs = [(FakePeer(str(pace), reads=2), Noted(pace)) for pace in (1, 2)]
    measure_speed(PAIR, calls(*pairs), sweeps=5, rounds=2, first_seed=7)
    assert order == [
        (pace, seed, Setting(2, 5, PAIR.beta_range)) for seed in (7, 8) for pace in (1, 2)
    ]


def test_ratios_are_taken_within_a_round():
    class Slowing(FakeCall):
        def __call__(self, setting, seed):
            self.pace *= 2
            return super().__call__(setting, seed)

    pairs = [(FakePeer("ours"), Slowing(1e-6)), (FakePeer("peer"), Slowing(3e-6))]
    row = measure_speed(PAIR, calls(*pairs), sweeps=5, rounds=4, first_seed=1)[1]
    assert row["ratio_cpu_low"] == pytest.approx(3.0) == row["ratio_cpu_high"]
    assert row["updates_per_ns_cpu_high"] == pytest.approx(8 * row["updates_per_ns_cpu_low"])


def test_a_peer_without_samples_has_a_speed_and_no_energy():
    class Silent(FakeCall):
        def __call__(self, setting, seed):
            outcome = super().__call__(setting, seed)
            return type(outcome)(setting, outcome.wall, outcome.cpu, None, 1)

    (row,) = measure_speed(PAIR, calls((FakePeer(), Silent())), sweeps=5, rounds=1, first_seed=1)
    assert (row["mean_energy"], row["lowest_energy"]) == (None, None)


def test_equal_time_fits_sweeps_into_the_time():
    # 1 ms for a sweep: 2,000 sweeps of one read, or 500 sweeps of 4 reads side by side.
    one, four = FakeCall(1e-3), FakeCall(1e-3)
    rows = measure_equal_time(
        PAIR,
        calls(
            (FakePeer("one", reads=9), one),
            (FakePeer("four", reads=4, side_by_side=True), four),
        ),
        seconds=2.0,
        rounds=3,
        first_seed=1,
    )
    assert [(row["reads"], row["effort"]) for row in rows] == [(1, 2000), (4, 500)]
    assert rows[0]["seconds"] == pytest.approx(2.0)
    assert rows[0]["lowest_energy"] == 1.0  # half of one read is none
    assert rows[1]["lowest_energy"] == -1.0
    assert [seed for _, seed in four.calls[-3:]] == [2, 3, 4]


def test_equal_time_allows_for_what_a_call_takes_besides():
    (row,) = measure_equal_time(
        PAIR,
        calls((FakePeer(), FakeCall(1e-4, fixed=0.5))),
        seconds=2.0,
        rounds=1,
        first_seed=1,
    )
    assert row["effort"] == 15000
    assert row["seconds"] == pytest.approx(2.0)


def test_equal_time_tells_a_search_its_time():
    call = FakeCall()
    (row,) = measure_equal_time(
        PAIR,
        calls((FakePeer(effort_unit="ms"), call)),
        seconds=0.25,
        rounds=2,
        first_seed=1,
    )
    assert (row["effort"], row["effort_unit"]) == (250, "ms")
    assert len(call.calls) == 2


def test_run_for_gives_reads_one_after_the_other_in_one_call():
    call = FakeCall(pace=1e-2)
    cell = run_for(FakePeer(), call, Setting(4, 10, (1, 2)), -1.0, 2.0, 5)
    # After one read of 0.1 s, 20 of them.
    assert [(setting.reads, seed) for setting, seed in call.calls] == [(1, 5), (20, 6)]
    assert (cell.hits, cell.reads, cell.mean_energy) == ([10], [20], 0.0)


def test_run_for_repeats_calls_side_by_side():
    call = FakeCall(pace=1e-2)
    cell = run_for(FakePeer(side_by_side=True), call, Setting(4, 10, (1, 2)), -1.0, 1.0, 5)
    assert [seed for _, seed in call.calls] == [5, 6, 7]
    assert (cell.hits, cell.reads) == ([2, 2, 2], [4, 4, 4])


def test_run_for_gives_batches_in_one_call():
    call = FakeCall(pace=1e-2, fixed=0.6)
    peer = FakePeer(side_by_side=True, in_batches=True)
    cell = run_for(peer, call, Setting(4, 10, (1, 2)), -1.0, 5.0, 5)
    # After one batch of 4 reads, which takes 1 s with the call, 5 of them.
    assert [(setting.batches, seed) for setting, seed in call.calls] == [(1, 5), (5, 6)]
    assert (cell.hits, cell.reads) == ([10], [20])
    assert cell.cpu == [pytest.approx(2.6)]
    assert peer.together(cell.setting) == 4


@pytest.mark.parametrize("side_by_side", [False, True])
def test_tuning_finds_the_best_setting(side_by_side):
    best_range = beta_ranges(PAIR)[1]

    def chance(setting):
        likely = 0.3 if setting.beta_range == best_range else 0.1
        return {10: 0.02, 20: 1.0, 40: 1.2}[setting.effort] * likely

    peer = FakePeer(side_by_side=side_by_side, reads=100, reads_tried=(100, 200))
    setting, tried = tune(peer, FakeCall(1e-4, chance=chance), PAIR, -1.0, 1.0, 1)
    assert (setting.effort, setting.beta_range) == (20, best_range)
    assert 6 <= tried <= 11


def test_one_hit_in_one_read_is_no_certainty():
    setting = Setting(1, 10, (1, 2))
    lucky = Cell(setting, [3.0], [3.0], [1], [1], 0.0)
    known = Cell(setting, [4.0], [4.0], [8], [10], 0.0)
    assert known.score(FakePeer()) < lucky.score(FakePeer())


def test_tuning_goes_on_until_nothing_is_better():
    far = beta_ranges(PAIR)[2]

    # By the first range long reads pay, by the best one the shortest, two steps from them.
    def chance(setting):
        return 0.5 if setting.beta_range == far else {10: 0.0, 20: 0.0, 40: 0.2}[setting.effort]

    setting, _ = tune(FakePeer(), FakeCall(1e-4, chance=chance), PAIR, -1.0, 1.0, 1)
    assert (setting.effort, setting.beta_range) == (10, far)


def test_tuning_leaves_out_what_takes_too_long():
    call = FakeCall(pace=1.0)
    setting, tried = tune(FakePeer(efforts=(1, 5, 10, 100)), call, PAIR, -1.0, 1.0, 1)
    assert max(setting.effort for setting, _ in call.calls) == 5
    assert setting.effort in (1, 5)
    assert tried == 2 + 3  # two efforts, and three more ranges


def test_tuning_by_energy_where_nothing_is_hit():
    class Cooling(FakeCall):
        def __call__(self, setting, seed):
            outcome = super().__call__(setting, seed)
            assert outcome.energies is not None
            outcome.energies[:] = -setting.effort
            return outcome

    setting, _ = tune(FakePeer(), Cooling(), PAIR, -100.0, 0.5, 1)
    assert setting.effort == 40


def test_a_search_has_no_beta_range_to_tune():
    call = FakeCall()
    _, tried = tune(FakePeer(effort_unit="ms"), call, PAIR, -1.0, 0.5, 1)
    assert tried == 3
    assert len({setting.beta_range for setting, _ in call.calls}) == 1


def test_remote_peers_are_tuned_by_the_wall():
    class Remote(FakeCall):
        def __call__(self, setting, seed):
            outcome = super().__call__(setting, seed)
            cpu = setting.reads / setting.effort**2
            return type(outcome)(setting, outcome.wall, cpu, outcome.energies, 1)

    assert tune(FakePeer(remote=True), Remote(), PAIR, -1.0, 0.1, 1)[0].effort == 10
    assert tune(FakePeer(), Remote(), PAIR, -1.0, 0.1, 1)[0].effort == 40


def test_target_rows():
    ours = FakeCall(1e-5, chance=lambda _: 0.5)
    peer = FakeCall(1e-4, chance=lambda _: 0.5)
    rows = measure_target(
        PAIR,
        calls((FakePeer("ours", efforts=(10,)), ours), (FakePeer("peer", efforts=(10,)), peer)),
        seconds=1.0,
        rounds=2,
        first_seed=1,
    )
    # A read takes 0.1 ms, or 1 ms; half of them hit.
    needed = math.log(0.01) / math.log(0.5)
    assert rows[0]["time_cpu"] == pytest.approx(needed * 1e-4)
    assert rows[1]["time_wall"] == pytest.approx(needed * 1e-3)
    assert rows[1]["ratio_cpu"] == pytest.approx(10.0)
    assert rows[1]["ratio_cpu_low"] < 10.0 < rows[1]["ratio_cpu_high"]
    assert (rows[1]["hits"], rows[1]["reads_measured"]) == (3000, 6000)
    assert (rows[1]["target"], rows[1]["settings_tried"], rows[1]["reads"]) == (-1.0, 4, 1)


def test_target_is_measured_with_other_seeds_than_tuned():
    call = FakeCall(1e-3)
    measure_target(PAIR, calls((FakePeer(), call)), seconds=0.1, rounds=2, first_seed=1)
    seeds = [seed for _, seed in call.calls]
    assert len(set(seeds)) == len(seeds)


def test_a_target_that_is_never_reached_is_null():
    call = FakeCall(chance=lambda _: 0.0)
    (row,) = measure_target(PAIR, calls((FakePeer(), call)), seconds=0.5, rounds=1, first_seed=1)
    assert (row["time_cpu"], row["ratio_cpu"], row["hits"]) == (None, None, 0)
    assert row["time_cpu_low"] > 0
