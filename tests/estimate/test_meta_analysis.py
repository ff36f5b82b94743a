"""Pooling over sites: what it must be where the answer is plain."""

import numpy as np
import pytest

from lncohort.estimate.meta_analysis import (
    FEW_SITES,
    METHODS,
    egger_test,
    mantel_haenszel,
    meta_regression,
    pool,
    tau2_interval,
)
from lncohort.estimate.rows import NotEstimable

VALUES, ERRORS = [0.1, 0.6, -0.2, 0.9, 0.4], [0.2, 0.15, 0.3, 0.25, 0.1]


@pytest.mark.parametrize("method", METHODS)
def test_equal_estimates_have_no_heterogeneity(method):
    found = pool([0.3] * 4, [0.1, 0.2, 0.3, 0.4], method)
    assert (found.estimate, found.tau2, found.i2) == (pytest.approx(0.3), 0.0, 0.0)


@pytest.mark.parametrize("method", METHODS)
def test_order_of_the_sites_does_not_matter(method):
    assert pool(VALUES[::-1], ERRORS[::-1], method).estimate == pytest.approx(
        pool(VALUES, ERRORS, method).estimate
    )


@pytest.mark.parametrize("method", METHODS)
def test_units_scale_estimate_and_error(method):
    plain = pool(VALUES, ERRORS, method)
    scaled = pool(np.array(VALUES) * 10, np.array(ERRORS) * 10, method)
    assert scaled.estimate == pytest.approx(10 * plain.estimate)
    assert scaled.tau2 == pytest.approx(100 * plain.tau2, abs=1e-9)
    assert scaled.p_value == pytest.approx(plain.p_value)


def test_estimate_of_tau2_lies_in_its_interval():
    found = tau2_interval(VALUES, ERRORS)
    assert found["ci_low"] <= found["estimate"] <= found["ci_high"]


def test_two_sites_explode_the_hartung_knapp_interval_and_it_says_so():
    found = pool([0.2, 0.5], [0.1, 0.1], hartung_knapp=True)
    assert found.ci_high - found.ci_low > 3
    assert found.note == FEW_SITES
    assert pool(VALUES, ERRORS, hartung_knapp=True).note == ""


def test_intervals_cover_the_mean_of_random_effects():
    random, inside = np.random.default_rng(1), []
    for _ in range(400):
        errors = random.uniform(0.1, 0.4, 8)
        values = 0.5 + random.normal(0, 0.3, 8) + random.normal(0, errors)
        found = pool(values, errors, "REML", hartung_knapp=True)
        inside.append(found.ci_low < 0.5 < found.ci_high)
    assert 0.92 < np.mean(inside) < 0.98


def test_a_moderator_that_explains_all_leaves_no_heterogeneity():
    moderator = np.array([0.0, 1, 2, 3])
    found = meta_regression(0.2 + 0.3 * moderator, [0.05] * 4, moderator)
    assert found.coefficients == pytest.approx([0.2, 0.3])
    assert found.r2 == 100


def test_one_table_pools_to_its_own_ratios():
    table = [[[20, 80], [10, 90]]]
    assert np.exp(mantel_haenszel(table, "OR").log_ratio) == pytest.approx(20 * 90 / (80 * 10))
    assert np.exp(mantel_haenszel(table, "RR").log_ratio) == pytest.approx(2)


def test_an_empty_table_adds_nothing():
    tables = [[[20, 80], [10, 90]], [[5, 30], [6, 40]]]
    more = [*tables, [[0, 0], [0, 0]]]
    for measure in ("OR", "RR"):
        assert mantel_haenszel(more, measure).log_ratio == pytest.approx(
            mantel_haenszel(tables, measure).log_ratio
        )


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: pool([1.0], [0.1]), NotEstimable),
        (lambda: pool([], []), NotEstimable),
        (lambda: pool([1, 2], [0.1, 0.0]), ValueError),
        (lambda: pool([1, np.nan], [0.1, 0.1]), ValueError),
        (lambda: pool([1, 2], [0.1]), ValueError),
        (lambda: pool([1, 2], [0.1, 0.1], "HE"), ValueError),
        (lambda: meta_regression([1, 2, 3], [0.1] * 3, [5, 5, 5]), NotEstimable),
        (lambda: egger_test([1, 2, 3], [0.1] * 3), NotEstimable),
        (lambda: mantel_haenszel([[[0, 10], [0, 10]]]), NotEstimable),
        (lambda: mantel_haenszel([[[0, 10], [0, 10]]], "RR"), NotEstimable),
        (lambda: mantel_haenszel([[1, 2], [3, 4]]), ValueError),
        (lambda: mantel_haenszel([[[1, 2], [3, 4]]], "RD"), ValueError),
    ],
)
def test_what_cannot_be_pooled_is_refused(call, error):
    with pytest.raises(error):
        call()
