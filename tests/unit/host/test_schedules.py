"""The language of schedules: what is legal, what words it becomes, and how these read."""

from typing import Any, cast

import pytest

from glauber.hdl.facts import operations
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.program import SWEEPS_MAX, Step
from glauber.host.errors import OptionError
from glauber.host.schedule import anneal_schedule, encode_schedule
from glauber.host.schedules import (
    Betas,
    Emit,
    Every,
    Measured,
    Randomise,
    Repeat,
    anneal,
    anneal_to_target,
    describe,
    disassemble,
    encode,
    hold,
    moments,
    ramp,
    sample,
)
from glauber.host.schedules.words import UNROLLED_MAX, count_emissions, count_sweeps, unroll

SCALE = 10.0
ALL = Abilities.ALL
NO_LOOPS = ALL & ~Abilities.LOOPS
SCORES = Measured(scores=True)


def step(sweeps=1, temperature=1280, **flags):
    return Step(temperature, sweeps, **flags).encode()


def words(*items, abilities=ALL):
    return encode(list(items), SCALE, abilities).words


def executed(given):
    """The steps and measurements in their order, by the counters of `facts.operations`."""
    counters, place, found = [0] * operations.REPEAT_LEVELS, 0, []
    while place < len(given):
        word = operations.decode_word(int(given[place]))
        place += 1
        if not isinstance(word, operations.Repeat):
            found.append(word)
        elif counters[word.level] < word.count:
            counters[word.level] += 1
            place -= 1 + word.length
        else:
            counters[word.level] = 0
    return found


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Betas(()), r"betas are \(\); give a sequence of finite numbers"),
        (lambda: Betas((1.0, -1.0)), r"betas are \(1.0, -1.0\); give .* positive or 0"),
        (lambda: Betas(cast(Any, ("x",))), "betas are .*; give a sequence of finite numbers"),
        (lambda: Betas((1.0,), 0), "sweeps is 0; it must be 1 or more"),
        (lambda: ramp(1, 2, 3, kind="cubic"), "kind is 'cubic'; use geometric or linear, or Betas"),
        (lambda: ramp(1, 2, 0), "number of betas is 0; it must be 1 or more"),
        (lambda: ramp(0, 2, 3), "from 0 to 2; it cannot have an end at 0: use kind='linear'"),
        (Measured, "a measurement measures nothing; set scores or moments"),
        (lambda: Measured(moments=True, best=True), "needs scores=True"),
        (lambda: Measured(moments=True, target=True), "needs scores=True"),
        (lambda: Repeat(0, (hold(1),)), "a loop's times is 0; it must be 1 or more"),
        (lambda: Repeat(2, ()), "a schedule, or a loop in it, is empty; give it sweeps"),
        (lambda: Repeat(2, cast(Any, ("x",))), "a schedule has 'x' in it; use hold, ramp"),
        (lambda: Every(0, SCORES, (hold(1),)), "from measurement to measurement is 0"),
        (lambda: Every(2, SCORES, (Emit(),)), "there is 'emit' in what is measured every 2 sweeps"),
        (lambda: words(Emit()), "an emission must stand behind sweeps with couplings"),
        (lambda: words(Randomise(), Emit()), "an emission must stand behind sweeps"),
        (lambda: words(hold(1), SCORES, Emit()), "before a measurement"),
        (lambda: words(hold(1e-9)), "beta 1e-09 is outside the range"),
    ],
)
def test_what_is_not_legal_is_told(make, message):
    with pytest.raises(OptionError, match=message):
        make()


def test_sweeps_become_steps():
    assert words(hold(1.0, 7)).tolist() == [step(7)]
    assert words(hold(1.0, SWEEPS_MAX + 1)).tolist() == [step(SWEEPS_MAX), step(1)]
    assert words(Randomise()).tolist() == [step(temperature=1, couple=False)]
    assert words(Betas((0.0, 1.0))).tolist() == [step(temperature=1, couple=False), step(1)]
    assert words(hold(1.0, 2), hold(1.0, 3)).tolist() == [step(5)]
    assert words(hold(1.0, 2), Emit(), hold(1.0, 3)).tolist() == [step(2, emit=True), step(3)]


def test_an_emission_stands_at_the_last_step_only():
    assert words(hold(1.0, SWEEPS_MAX + 1), Emit()).tolist() == [
        step(SWEEPS_MAX),
        step(1, emit=True),
    ]


@pytest.mark.parametrize("kind", ["geometric", "linear"])
def test_a_ramp_is_the_anneal_of_the_sampler(kind):
    schedule = anneal_schedule((0.1, 3.0), 500, 5, None, kind, None)
    steps, error = encode_schedule(schedule, SCALE)
    encoded = encode(ramp(0.1, 3.0, 100, sweeps=5, kind=kind), SCALE, ALL)
    assert encoded.words.tolist() == steps
    assert encoded.beta_error == error
    assert encoded.sweeps == 500


@pytest.mark.parametrize("every", [1, 3, 7, 100])
@pytest.mark.parametrize("abilities", [ALL, NO_LOOPS], ids=["loops", "no loops"])
def test_a_measurement_stands_after_every_so_many_sweeps_and_after_the_last(every, abilities):
    body = (hold(1.0, 10), hold(2.0, 1), hold(3.0, 25), hold(2.5, 9))
    found = executed(words(Every(every, SCORES, body), abilities=abilities))
    done, at, sweeps = 0, [], []
    for word in found:
        if isinstance(word, Step):
            done += word.sweeps
            sweeps += [word.temperature] * word.sweeps
        else:
            assert word.flags == MeasureFlags.SCORES
            at.append(done)
    assert sweeps == [w.temperature for w in executed(words(*body)) for _ in range(w.sweeps)]
    assert at == sorted({*range(every, 46, every), 45})


@pytest.mark.parametrize("times", [2, 4096, 4097, 3 * 4096 + 5])
def test_loops_of_any_length_are_loops_of_loops(times):
    given = words(hold(1.0, 2), Repeat(times, (hold(2.0), SCORES)))
    assert count_sweeps(given) == 2 + times
    found = executed(given)
    assert len(found) == 1 + 2 * times
    assert len(given) < 12
    assert unroll(given).tolist() == [word.encode() for word in found]
    assert words(hold(1.0, 2), Repeat(times, (hold(2.0), SCORES)), abilities=NO_LOOPS).tolist() == (
        unroll(given).tolist()
    )


def test_loops_stand_in_loops():
    inner = Repeat(3, (hold(1.0), SCORES))
    given = words(Repeat(5, (inner, hold(2.0), inner)), Repeat(2, (hold(3.0), SCORES)))
    loops = [operations.decode_word(word) for word in given.tolist()]
    assert [word.level for word in loops if isinstance(word, operations.Repeat)] == [0, 0, 1, 0]
    found = executed(given)
    assert len(found) == 5 * 13 + 4
    assert count_sweeps(given) == 5 * 7 + 2
    assert unroll(given).tolist() == [word.encode() for word in found]


def test_too_many_levels_are_told():
    deep = (hold(1.0), SCORES)
    for _ in range(operations.REPEAT_LEVELS):
        deep = (Repeat(2, deep),)
    assert count_sweeps(words(*deep)) == 2**operations.REPEAT_LEVELS
    with pytest.raises(OptionError, match=r"a loop stands in 4 others, .* nest fewer"):
        words(Repeat(2, deep))


def test_what_is_too_long_without_loops_is_told():
    given = Repeat(UNROLLED_MAX, (hold(1.0), SCORES))
    assert len(words(given)) < 10
    with pytest.raises(OptionError, match=rf"has {2 * UNROLLED_MAX} words without its loops"):
        words(given, abilities=NO_LOOPS)


def test_ready_schedules():
    betas = ramp(0.1, 3.0, 20)
    assert count_sweeps(words(*anneal(betas))) == 21
    best = executed(words(*anneal(betas, measure_every=4)))
    flags = [word.flags for word in best if isinstance(word, operations.Measure)]
    assert flags == [MeasureFlags(3) | MeasureFlags.FRESH] + [MeasureFlags(3)] * 5
    target = executed(words(*anneal_to_target(betas, measure_every=4)))
    flags = [word.flags for word in target if isinstance(word, operations.Measure)]
    assert all(MeasureFlags.TARGET in found for found in flags)
    drawn = words(*sample(1.0, samples=5, burn_in=10, thin=3))
    assert (count_sweeps(drawn), count_emissions(drawn, ALL)) == (1 + 10 + 4 * 3, 5)
    assert count_emissions(words(*sample(1.0, samples=1, burn_in=10)), ALL) == 1
    counted = executed(words(*moments(1.0, walks=5, burn_in=10, thin=3)))
    flags = [word.flags for word in counted if isinstance(word, operations.Measure)]
    assert flags == [MeasureFlags.MOMENTS | MeasureFlags.FRESH] + [MeasureFlags.MOMENTS] * 4
    assert len(executed(words(*moments(1.0, walks=1, burn_in=10)))) == 3


def test_a_schedule_as_text():
    items = [
        *anneal(ramp(0.1, 3.0, 20), measure_every=4),
        Repeat(3, (hold(1.0, 2), Emit())),
    ]
    assert describe(items) == (
        "randomise\n"
        "measure scores best fresh\n"
        "every 4 sweeps measure scores best:\n"
        "  sweep at each of 20 betas, 0.1 to 3\n"
        "3 times:\n"
        "  2 sweeps at beta 1\n"
        "  emit"
    )


def test_words_as_text():
    given = words(
        Randomise(),
        Repeat(2, (hold(1.0, 10), Emit(), Repeat(101, (hold(2.0), Measured(moments=True))))),
    )
    text = disassemble([*given.tolist(), operations.Measure(MeasureFlags.NONE).encode()], SCALE)
    assert text == (
        "0  1 sweep without couplings\n"
        "1    10 sweeps at beta 1, emit\n"
        "2      1 sweep at beta 2\n"
        "3      measure moments\n"
        "4    repeat from 2, 100 more times (counter 0)\n"
        "5  repeat from 1, once more (counter 1)\n"
        "6  measure nothing"
    )
    assert disassemble([step(2, temperature=0)], SCALE) == "0  2 sweeps without noise"
    assert disassemble([], SCALE) == ""
