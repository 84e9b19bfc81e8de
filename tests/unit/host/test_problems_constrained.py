import itertools

import dimod
import numpy as np
import pytest

from glauber.host.errors import CouplingValueError, FileFormatError, InputError, OptionError
from glauber.host.problems import Constrained, as_problem, from_constrained

EXACT = dimod.ExactSolver()


def knapsack(capacity=7):
    """Values, weights, and what the best choice is worth."""
    values, weights = [10, 7, 4, 3], [5, 4, 3, 1]
    items = [dimod.Binary(f"x{item}") for item in range(4)]
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(-dimod.quicksum(v * x for v, x in zip(values, items, strict=True)))
    cqm.add_constraint(
        dimod.quicksum(w * x for w, x in zip(weights, items, strict=True)) <= capacity, label="room"
    )
    best = max(
        sum(v for v, taken in zip(values, choice, strict=True) if taken)
        for choice in itertools.product((0, 1), repeat=4)
        if sum(w for w, taken in zip(weights, choice, strict=True) if taken) <= capacity
    )
    return cqm, best


def constrained(problem) -> Constrained:
    assert problem.kind == "constrained"
    assert problem.constrained is not None
    return problem.constrained


def lowest(problem):
    """The solution of the lowest energy, penalties included."""
    best = EXACT.sample(problem.bqm).truncate(1)
    return problem.solutions(best).first


def test_the_lowest_energy_keeps_the_constraints_and_is_the_optimum():
    cqm, best = knapsack()
    problem = as_problem(cqm)
    found = lowest(problem)
    assert found.is_feasible
    assert found.energy == -best
    assert set(found.sample) == {"x0", "x1", "x2", "x3"}
    assert constrained(problem).model is cqm


def test_solutions_are_in_the_order_of_the_samples_and_say_what_they_keep():
    cqm, _ = knapsack()
    problem = as_problem(cqm)
    samples = EXACT.sample(problem.bqm)
    samples.info["seed"] = 5
    solutions = problem.solutions(samples)
    assert solutions.info["seed"] == 5
    assert solutions.info["constraint_labels"] == ["room"]
    rows = samples.record.sample[:, [list(samples.variables).index(f"x{k}") for k in range(4)]]
    order = [list(solutions.variables).index(f"x{k}") for k in range(4)]
    assert np.array_equal(solutions.record.sample[:, order], rows)
    assert np.array_equal(solutions.record.is_feasible, rows @ [5, 4, 3, 1] <= 7)
    assert np.array_equal(solutions.record.energy, rows @ [-10, -7, -4, -3])
    spins = samples.change_vartype("SPIN", inplace=False)
    assert np.array_equal(problem.solutions(spins).record.sample, solutions.record.sample)


def test_no_samples_are_no_solutions():
    problem = as_problem(knapsack()[0])
    nothing = dimod.SampleSet.from_samples_bqm(
        (np.empty((0, problem.bqm.num_variables), np.int8), list(problem.bqm.variables)),
        problem.bqm,
    )
    assert len(problem.solutions(nothing)) == 0


@pytest.mark.parametrize(("multiplier", "feasible"), [(0.01, False), (20, True)])
def test_a_penalty_that_is_too_small_is_not_worth_keeping_a_constraint(multiplier, feasible):
    problem = from_constrained(knapsack()[0], lagrange_multiplier=multiplier)
    assert constrained(problem).lagrange_multiplier == multiplier
    assert lowest(problem).is_feasible == feasible


def test_the_multiplier_is_the_cost_of_missing_by_one():
    x, y = dimod.Binaries("xy")
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(x - y)
    cqm.add_constraint(x + y == 1)
    bqm = from_constrained(cqm, lagrange_multiplier=2.5).bqm
    for a, b in itertools.product((0, 1), repeat=2):
        assert bqm.energy({"x": a, "y": b}) == a - b + 2.5 * (a + b - 1) ** 2
    assert from_constrained(cqm).bqm.energy({"x": 1, "y": 1}) == 10  # of 1, the largest


def test_integers_that_exceed_a_byte_come_back():
    i = dimod.Integer("i", upper_bound=1000)
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(-i)
    problem = as_problem(cqm)
    assert lowest(problem).sample == {"i": 1000}


def test_spins_and_a_quadratic_model_without_constraints():
    s = dimod.Spin("s")
    i = dimod.Integer("i", upper_bound=3)
    problem = as_problem(s * i - 2 * s + dimod.Binary("x"))
    found = lowest(problem)
    assert found.sample == {"s": 1, "i": 0, "x": 0}
    assert found.energy == -2


def test_spins_in_a_constraint():
    s, t, x = dimod.Spin("s"), dimod.Spin("t"), dimod.Binary("x")
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(s + 2 * t - 3 * x)
    cqm.add_constraint(0.5 * s + 0.5 * t + x >= 1)
    found = lowest(as_problem(cqm))
    assert (found.is_feasible, found.energy) == (True, -4)
    assert found.sample == {"s": 1, "t": -1, "x": 1}


def test_names_of_slacks_are_the_same_every_time():
    cqm, _ = knapsack()
    first, second = as_problem(cqm), as_problem(cqm)
    assert first.bqm.is_equal(second.bqm)
    assert ("slack", 0) in first.bqm.variables


def test_a_name_that_a_slack_would_have():
    cqm = dimod.ConstrainedQuadraticModel()
    mine = ("slack", 0)
    cqm.add_variable("BINARY", mine)
    cqm.add_variable("BINARY", "slack_of_mine")
    cqm.add_constraint([(mine, 1), ("slack_of_mine", 1)], "<=", 1)
    problem = as_problem(cqm)
    assert list(problem.bqm.variables) == [mine, "slack_of_mine", ("slack", 1)]
    assert set(lowest(problem).sample) == {mine, "slack_of_mine"}


def test_a_constraint_that_always_holds_is_no_penalty():
    cqm, _ = knapsack(capacity=100)
    assert set(as_problem(cqm).bqm.variables) == {"x0", "x1", "x2", "x3"}


def colouring():
    """Three corners of a triangle, three colours, neighbours differ."""
    dqm = dimod.DiscreteQuadraticModel()
    for corner in "abc":
        dqm.add_variable(3, label=corner)
    for u, v in ("ab", "bc", "ca"):
        dqm.set_quadratic(u, v, {(case, case): 1 for case in range(3)})
    return dqm


def test_a_discrete_model_has_a_variable_for_each_case():
    problem = as_problem(colouring())
    found = lowest(problem)
    assert found.is_feasible
    assert found.energy == 0
    cases = {variable: case for (variable, case), on in found.sample.items() if on}
    assert sorted(cases.values()) == [0, 1, 2]
    assert set(cases) == set("abc")


# -- what cannot be converted


def model_with(change):
    cqm, _ = knapsack()
    change(cqm)
    return cqm


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cqm: cqm.add_variable("REAL", "r"), "variable 'r' is real; a p-bit machine has bi"),
        (
            lambda cqm: cqm.add_variable("INTEGER", "i"),
            r"integer variable 'i' is from 0 to 9.*e\+15; .* shift it or give it an upper bound",
        ),
        (
            lambda cqm: cqm.add_variable("INTEGER", "i", lower_bound=-1, upper_bound=4),
            "integer variable 'i' is from -1 to 4; it must be from 0 to 1048576 at most, so shift",
        ),
        (
            lambda cqm: cqm.add_constraint([("x0", 1)], "<=", 0, label="c", weight=2),
            "constraint 'c' is soft, and would become as hard as the others; make it hard",
        ),
        (
            lambda cqm: cqm.add_constraint([("x0", "x1", 1)], "==", 0, label="c"),
            "constraint 'c' is quadratic; only linear ones become penalties, so replace",
        ),
        (
            lambda cqm: cqm.add_constraint([("x0", 0.5), ("x1", 1)], "<=", 1, label="c"),
            "constraint 'c' is an inequality whose numbers are not all whole; multiply it by",
        ),
        (
            lambda cqm: cqm.add_constraint([("x0", 1), ("x1", 1)], ">=", 1.5, label="c"),
            "constraint 'c' is an inequality whose numbers are not all whole; multiply it by",
        ),
        (
            lambda cqm: cqm.add_constraint([("x0", 1), ("x1", 1)], ">=", 3, label="c"),
            "cannot be made binary: .* infeasible with any value.*; change the model",
        ),
    ],
)
def test_models_that_are_refused(change, message):
    with pytest.raises(InputError, match=f"^model.* {message}"):
        as_problem(model_with(change))


def test_fractions_in_an_equality_are_kept():
    x, y = dimod.Binaries("xy")
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.add_constraint(0.5 * x + 1.5 * y == 1.5)
    assert lowest(as_problem(cqm)).sample == {"x": 0, "y": 1}


def test_a_model_without_variables():
    with pytest.raises(InputError, match="model has no variables; a problem needs at least one"):
        as_problem(dimod.ConstrainedQuadraticModel())


def test_numbers_of_the_objective_must_be_finite():
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(np.inf * dimod.Binary("x"))
    with pytest.raises(CouplingValueError, match="model: the bias of 'x' is inf; give a finite"):
        as_problem(cqm)


@pytest.mark.parametrize("multiplier", [0, -1, np.nan, "x"])
def test_the_multiplier_must_be_positive(multiplier):
    with pytest.raises(
        OptionError, match=r"lagrange_multiplier is .*; it must be a positive finit"
    ):
        from_constrained(knapsack()[0], lagrange_multiplier=multiplier)


def test_another_kind_of_model():
    with pytest.raises(InputError, match="model is a dict; give a constrained, discrete or quadr"):
        from_constrained({})
    with pytest.raises(OptionError, match="is a constrained model, which cannot be read as 'qubo'"):
        as_problem(knapsack()[0], "qubo")


# -- files


def packed(model):
    with model.to_file() as file:
        return file.read()


def test_files_of_dimod(read):
    cqm, best = knapsack()
    problem = read(packed(cqm))
    assert (problem.name, lowest(problem).energy) == ("model", -best)
    assert constrained(problem).model.is_equal(cqm)
    assert lowest(read(packed(colouring()))).energy == 0


@pytest.mark.parametrize("name", ["model.lp", "model", "model.txt"])
def test_an_lp_file_that_dimod_wrote(read, name):
    cqm, best = knapsack()
    problem = read(dimod.lp.dumps(cqm), name)
    found = lowest(problem)
    assert found.is_feasible
    assert found.energy == -best


LP = """\\ a comment
Maximize
 profit: 3 a + 2 b + i
Subject To
 c1: a + b <= 1
 c2: i + 2 a <= 4
Bounds
 i <= 3
Binary
 a b
General
 i
End
"""


@pytest.mark.parametrize(
    "text", [LP, LP.replace("\n", "\r\n"), "\ufeff" + LP, LP.rstrip(), LP.upper()]
)
def test_notations_of_an_lp_file(read, text):
    found = lowest(read(text))
    # A maximum is the minimum of the opposite.
    assert found.energy == -5
    assert {name.lower(): value for name, value in found.sample.items()} in (
        {"a": 1, "b": 0, "i": 2},
        {"a": 0, "b": 1, "i": 3},
    )


def test_what_an_lp_file_may_hold_but_a_machine_may_not(read):
    with pytest.raises(InputError, match=r"model.lp: variable 'i' is real; a p-bit machine"):
        read(LP.replace("General\n i\n", ""), "model.lp")
    with pytest.raises(InputError, match=r"model.lp: integer variable 'i' is from 0 to 9"):
        read(LP.replace("Bounds\n i <= 3\n", ""), "model.lp")
    with pytest.raises(InputError, match=r"model.lp: binary variable 'a' is from 1 to 1; leave o"):
        read(LP.replace("i <= 3\n", "i <= 3\n a = 1\n"), "model.lp")


@pytest.mark.parametrize("model", [knapsack()[0], colouring()])
def test_damaged_archives(read, model):
    content = packed(model)
    assert as_problem(model).kind == "constrained"
    for damaged in (
        content[:8],
        content[: len(content) // 2],
        content.replace(b"PK\3\4", b"PK\3\5", 1),
    ):
        with pytest.raises(
            FileFormatError, match=r"model is a damaged dimod file .*; write it agai"
        ):
            read(damaged)


def test_constrained_files_have_one_meaning(read):
    with pytest.raises(OptionError, match="is an LP file, which cannot be read as 'qubo'; use 'co"):
        read(LP, as_kind="qubo")
    assert read(LP, as_kind="constrained").kind == "constrained"
