"""Rubin's rules at their borders; the published case stands in tests/acceptance."""

import math

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.rubin import (
    missing_counts,
    missing_patterns,
    pool_imputations,
    pooled_likelihood_ratio,
    pooled_wald,
)


def test_nothing_missing_is_the_complete_analysis():
    found = pool_imputations([0.4] * 5, [0.04] * 5, complete_df=30)
    assert (found.estimate, found.se) == (pytest.approx(0.4), pytest.approx(0.2))
    assert found.fraction_missing == 0
    assert found.df == pytest.approx(31 / 33 * 30)
    assert math.isinf(pool_imputations([0.4] * 5, [0.04] * 5).df)


def test_many_imputations_need_no_correction_for_their_number():
    random = np.random.default_rng(1)
    values = random.normal(0.4, 0.1, 10_000)
    found = pool_imputations(values, np.full(10_000, 0.04))
    assert found.total == pytest.approx(0.04 + 0.01, rel=0.05)


def test_order_of_the_data_sets_does_not_matter():
    values, variances = [0.1, 0.5, 0.3], [0.02, 0.03, 0.05]
    one, two = pool_imputations(values, variances), pool_imputations(values[::-1], variances[::-1])
    assert one.se == pytest.approx(two.se)
    assert one.df == pytest.approx(two.df)


def test_pooled_likelihood_ratio_without_missing_values_is_the_plain_one():
    found = pooled_likelihood_ratio([7.8] * 4, [7.8] * 4, terms=3)
    assert found["p_value"] == pytest.approx(0.0503, abs=1e-4)
    assert found["f"] * 3 == pytest.approx(7.8)


def test_pooled_likelihood_ratio_of_mice():
    # mice 3.15.0, D3 of two terms over four data sets, from the deviances that it returns
    own = [13.59826846, 25.84780532, 13.86026567, 25.45504052]
    at_pooled = [12.73566461, 25.13932444, 13.00915659, 24.92456208]
    found = pooled_likelihood_ratio(own, at_pooled, terms=2)
    assert found["f"] == pytest.approx(5.86703824487)
    assert found["df2"] == pytest.approx(12.6841451091)
    assert found["p_value"] == pytest.approx(0.01570288755)


def test_pooled_wald_without_missing_values_is_the_plain_one():
    q, u = np.array([0.5, -0.3]), np.array([[0.04, 0.01], [0.01, 0.09]])
    found = pooled_wald([q] * 4, [u] * 4)
    assert found["f"] * 2 == pytest.approx(q @ np.linalg.solve(u, q))
    assert math.isinf(found["df2"])
    limited = pooled_wald([q] * 4, [u] * 4, complete_df=30)
    assert limited["df2"] == pytest.approx(31 / 33 * 30)


def test_pooled_wald_of_one_term_has_its_estimate_and_error():
    values, variances = [0.1, 0.5, 0.3], [0.02, 0.03, 0.05]
    one = pool_imputations(values, variances)
    found = pooled_wald(np.array(values)[:, None], np.array(variances)[:, None, None])
    assert found["f"] == pytest.approx((one.estimate / one.se) ** 2)


def test_pooled_wald_refuses_what_it_cannot_pool():
    with pytest.raises(NotEstimable, match="two are needed"):
        pooled_wald([[1.0]], [[[1.0]]])
    with pytest.raises(NotEstimable, match="determine each other"):
        pooled_wald([[1.0, 1.0]] * 3, [np.ones((2, 2))] * 3)
    with pytest.raises(ValueError, match="expected"):
        pooled_wald([[1.0, 1.0]] * 3, [[1.0, 1.0]] * 3)


def test_what_differs_between_data_sets_weakens_the_test():
    plain = pooled_likelihood_ratio([9.0] * 5, [9.0] * 5, terms=2)
    weaker = pooled_likelihood_ratio([9.0] * 5, [7.0] * 5, terms=2)
    assert weaker["p_value"] > plain["p_value"]
    assert math.isfinite(weaker["df2"])


def test_counts_and_patterns_of_missing_values():
    data = pd.DataFrame({"a": [1, None, 3, None], "b": [None, None, 3, 4]})
    counts = missing_counts(data)
    assert counts["missing"].tolist() == [2, 2]
    assert counts["percent"].tolist() == [50, 50]
    patterns = missing_patterns(data)
    assert patterns["rows"].sum() == 4
    assert len(patterns) == 4


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([1.0], [0.1]), NotEstimable),
        (([1, 2], [0.1]), ValueError),
        (([1, 2], [1, -1]), ValueError),
    ],
)
def test_what_cannot_be_pooled_is_refused(arguments, error):
    with pytest.raises(error):
        pool_imputations(*arguments)
