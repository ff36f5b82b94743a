"""Newton's method: the same maximum however the rows are read, and none where there is none."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate import newton
from lncohort.estimate.gathered import gather
from lncohort.estimate.newton import MANY, PART, maximise, maximise_gathered, maximise_many
from lncohort.estimate.rows import NotEstimable


def drawn(n, seed=3):
    random = np.random.default_rng(seed)
    matrix = np.column_stack([np.ones(n), random.random(n) < 0.3, random.random(n) < 0.5])
    risk = 1 / (1 + np.exp(-matrix @ np.array([-1.0, 0.7, -0.4])))
    return matrix.astype(float), (random.random(n) < risk).astype(float)


def test_rows_that_are_alike_are_counted_once_without_changing_the_maximum():
    matrix, outcome = drawn(20_000)
    patterns, share, total, _ = newton._collapsed(
        matrix, outcome, np.ones(20_000), np.zeros(20_000)
    )
    assert len(patterns) == 4 and total.sum() == 20_000
    assert share @ total == pytest.approx(outcome.sum())
    whole = maximise(matrix, outcome)
    # a column of different numbers keeps the rows apart; its coefficient is held by the offset
    told_apart = maximise(matrix, outcome, offset=1e-13 * np.arange(20_000))
    assert whole.coefficients == pytest.approx(told_apart.coefficients, abs=1e-8)
    assert whole.information == pytest.approx(told_apart.information, rel=1e-7)
    assert whole.log_likelihood == pytest.approx(told_apart.log_likelihood, rel=1e-8)


def test_rows_that_differ_are_never_counted_as_one():
    matrix, outcome = drawn(20_000)
    # sqrt(2) of the first against sqrt(3) of the second: sums that meet for different rows
    matrix[:10_000, 1] = np.sqrt(2) / np.sqrt(3)
    matrix[:10_000, 0] = 0.0
    matrix[10_000:, 1] = 0.0
    patterns, *_ = newton._collapsed(matrix, outcome, np.ones(20_000), np.zeros(20_000))
    assert len(np.unique(patterns, axis=0)) == len(np.unique(matrix, axis=0))


def test_start_from_a_part_of_many_rows_ends_at_the_same_maximum(monkeypatch):
    random = np.random.default_rng(5)
    matrix = np.column_stack([np.ones(9000), random.normal(size=(9000, 2))])
    outcome = (random.random(9000) < 0.3).astype(float)
    whole = maximise(matrix, outcome)
    monkeypatch.setattr(newton, "MANY", 1000)
    from_part = maximise(matrix, outcome)
    assert from_part.coefficients == pytest.approx(whole.coefficients, abs=1e-10)
    assert from_part.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-13)


def test_scale_of_a_column_does_not_matter():
    matrix, outcome = drawn(500)
    scaled = maximise(matrix * [1, 1e8, 1e-8], outcome).coefficients
    assert scaled * [1, 1e8, 1e-8] == pytest.approx(maximise(matrix, outcome).coefficients)


def test_many_samples_at_once_have_the_maximum_of_each():
    matrix, outcome = drawn(300)
    weights = np.random.default_rng(1).multinomial(300, np.full(300, 1 / 300), size=20)
    together = maximise_many(matrix, outcome, weights.astype(float))
    apart = np.array([maximise(matrix, outcome, w).coefficients for w in weights])
    assert together == pytest.approx(apart, abs=1e-8)


def test_sample_without_a_finite_maximum_is_no_number_and_leaves_the_others_alone():
    matrix, outcome = drawn(300)
    singular = (matrix[:, 1] == 0).astype(float)
    weights = np.array([np.ones(300), singular, np.ones(300)])
    found = maximise_many(matrix, outcome, weights)
    assert np.isnan(found[1]).all()
    assert found[0] == pytest.approx(maximise(matrix, outcome).coefficients)
    assert found[2] == pytest.approx(found[0])


def test_columns_that_determine_each_other_are_refused():
    matrix, outcome = drawn(300)
    with pytest.raises(NotEstimable, match="determine each other"):
        maximise(np.column_stack([matrix, matrix[:, 1] - 2 * matrix[:, 2]]), outcome)


def test_a_level_without_an_event_in_the_part_that_is_looked_at_first_has_its_odds():
    n = MANY + 40 * PART
    level = np.arange(n) // PART % 3
    event = np.zeros(n, bool)
    event[(level > 0) & (np.arange(n) % 11 == 0)] = True
    event[(level == 0) & (np.arange(n) % PART == 3)] = True  # in no row of the part
    one = pd.DataFrame({"level 1": (level == 1) * 1.0, "level 2": (level == 2) * 1.0})
    found = maximise_gathered(gather((one, None)), event, np.ones(n)).coefficients
    odds = [event[level == k].mean() / (1 - event[level == k].mean()) for k in range(3)]
    assert found == pytest.approx([np.log(odds[0]), *np.log(np.divide(odds[1:], odds[0]))])
