import math

import numpy as np
import pytest

from glauber.host.benchmark.statistics import (
    Spread,
    TimeToTarget,
    ratio,
    spread,
    time_to_target,
)


def test_spread_is_the_median_and_the_ends():
    assert spread([3.0, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0)
    assert spread([1.0, 2.0]) == Spread(1.5, 1.0, 2.0)


def test_reads_one_after_the_other():
    # A read takes 2 s and succeeds in 9 of 10 cases: two reads leave 1 %.
    assert time_to_target(2.0, 1, 0.9) == pytest.approx(4.0)
    # ln(0.01) / ln(0.5) = 6.6439 reads of 1 s.
    assert time_to_target(1.0, 1, 0.5) == pytest.approx(6.643856)


def test_reads_side_by_side_end_together():
    # Two reads of 0.9 leave 1 %: one batch of 3 s.
    assert time_to_target(1.5, 2, 0.9) == pytest.approx(3.0)
    # Four reads of 0.5 leave 1/16 a batch: ln(0.01) / ln(1/16) = 1.66096 batches.
    assert time_to_target(0.75, 4, 0.5) == pytest.approx(4.982892)


def test_never_less_than_a_read_or_a_batch():
    assert time_to_target(2.0, 1, 0.9999) == 2.0
    assert time_to_target(2.0, 1, 1.0) == 2.0
    assert time_to_target(2.0, 4, 0.9) == 8.0
    assert time_to_target(2.0, 4, 1.0) == 8.0


def test_what_never_succeeds_takes_for_ever():
    assert time_to_target(1.0, 1, 0.0) == math.inf
    assert time_to_target(1.0, 4, 0.0) == math.inf


def test_from_calls_pools_hits_and_times():
    # 20 reads in 30 s, 18 hits: 1.5 s a read, and two reads.
    found = TimeToTarget.from_calls([10.0, 20.0], [8, 10], [10, 10], 1)
    assert (found.hits, found.reads) == (18, 20)
    assert found.value == pytest.approx(3.0)
    assert found.spread.low < 3.0 < found.spread.high


def test_from_calls_weighs_reads_and_not_calls():
    # 1 s for one read, 8 s for 9: 9 s for 10 reads, of which 9 hit.
    found = TimeToTarget.from_calls([1.0, 8.0], [0, 9], [1, 9], 1)
    assert found.value == pytest.approx(1.8)


def test_the_spread_narrows_with_more_reads():
    few = TimeToTarget.from_calls([1.0], [5], [10], 1).spread
    many = TimeToTarget.from_calls([100.0], [500], [1000], 1).spread
    assert few.middle == pytest.approx(many.middle)
    assert many.high - many.low < (few.high - few.low) / 3


def test_no_hits_have_an_upper_end_too():
    found = TimeToTarget.from_calls([1.0], [0], [100], 1)
    assert found.value == math.inf
    assert 0 < found.spread.low < found.spread.high < math.inf


def test_only_hits_leave_a_doubt():
    found = TimeToTarget.from_calls([2.0], [2], [2], 1)
    assert found.value == 1.0
    assert found.spread.high > 1.0


def test_the_draws_are_the_same_every_time():
    first, again = (TimeToTarget.from_calls([1.0, 2.0], [3, 4], [5, 5], 5).draws for _ in range(2))
    assert np.array_equal(first, again)


def test_ratio():
    ours = TimeToTarget.from_calls([1.0], [900], [1000], 1)
    theirs = TimeToTarget.from_calls([10.0], [900], [1000], 1)
    seen = ratio(ours, theirs)
    assert seen.middle == pytest.approx(10.0)
    assert seen.low < 10.0 < seen.high
    assert ratio(theirs, ours).middle == pytest.approx(0.1)


def test_ratio_where_one_never_succeeds():
    never = TimeToTarget.from_calls([1.0], [0], [10], 1)
    once = TimeToTarget.from_calls([1.0], [1], [10], 1)
    assert ratio(once, never).middle == math.inf
    assert ratio(never, once).middle == 0.0
    assert math.isnan(ratio(never, never).middle)
